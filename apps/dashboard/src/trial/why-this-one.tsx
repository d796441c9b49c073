// Why this one? The proposer's reason, marked as its claim, and beside it what a surrogate that saw only the earlier
// trials makes of the same changes. Neither is a proof; where they disagree, that is worth knowing.
import { useState } from "react";
import type { Attribution, Change, TrialDetail } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { differenceWords, formatBare, formatScore, formatSpread, type Metric } from "../format.ts";
import { DataTable } from "../ui/data-table.tsx";
import { Answer } from "../ui/pieces.tsx";

export function WhyThisOne({ trial }: { readonly trial: TrialDetail }) {
  const [isAsked, setAsked] = useState(false);
  const { parent, changes, rationale, choices, wonBefore } = trial;
  return (
    <section aria-label={`Why trial ${trial.number}?`}>
      <h3>Why this one?</h3>
      <div className="why">
        {wonBefore === undefined ? (
          <div className="claim">
            <p>
              <strong>What {trial.by} says</strong> <span className="badge">a claim, not a finding</span>
            </p>
            {rationale === undefined ? (
              <p className="soft">It gave no reason.</p>
            ) : (
              <blockquote>{rationale}</blockquote>
            )}
            {parent !== undefined && choices.length > 0 && parent.choices.length === choices.length && (
              <Changes changes={changes} parent={parent} />
            )}
          </div>
        ) : (
          <div className="finding">
            <p>
              <strong>Where it won</strong> <span className="badge">measured before this run</span>
            </p>
            <p className="wrap">It is {wonBefore}.</p>
          </div>
        )}
        <div className="finding">
          <p>
            <strong>What the earlier trials say</strong> <span className="badge">fitted by a surrogate</span>
          </p>
          {choices.length === 0 ? (
            <p className="soft">
              {trial.network === undefined
                ? "There is no design to ask about."
                : "It is a network from outside the space, of which the surrogate knows nothing."}
            </p>
          ) : isAsked ? (
            <Surrogate trial={trial.number} />
          ) : (
            <button type="button" onClick={() => setAsked(true)}>
              Ask the surrogate
            </button>
          )}
        </div>
      </div>
    </section>
  );
}

/** Shown in the text; more are folded. */
const fewChanges = 4;

function Changes({
  changes,
  parent,
}: {
  readonly changes: readonly Change[];
  readonly parent: NonNullable<TrialDetail["parent"]>;
}) {
  const { metric } = useRunData().detail;
  const before = `the best before it, trial ${parent.trial} (${formatScore(metric, parent.score)})`;
  if (changes.length === 0) return <p className="soft wrap">The same design as {before}.</p>;
  const items = (
    <ul>
      {changes.map((change) => (
        <li key={change.decision}>{changeInWords(change)}</li>
      ))}
    </ul>
  );
  return (
    <div className="soft wrap">
      {changes.length > fewChanges ? (
        <details>
          <summary>
            {changes.length} decisions differ from {before}
          </summary>
          {items}
        </details>
      ) : (
        <>
          <p>Changed from {before}:</p>
          {items}
        </>
      )}
    </div>
  );
}

function Surrogate({ trial }: { readonly trial: number }) {
  const { detail } = useRunData();
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/trials/:number/why", { places: [detail.id, trial], signal }),
    [detail.id, trial],
  );
  return (
    <Answer asked={asked} waiting="Fitting the trials before this one…">
      {(reply) => <Findings attribution={reply} />}
    </Answer>
  );
}

const changeInWords = ({ decision, from, to }: Change) => `${decision}: ${from} → ${to}`;

const signed = (metric: Metric, value01: number) =>
  `${value01 >= 0 ? "+" : "−"}${formatBare(metric, Math.abs(value01))}`;

function Findings({ attribution }: { readonly attribution: Attribution }) {
  const { predicted, measured01, parent, changes, method } = attribution;
  const { metric } = useRunData().detail;
  return (
    <>
      {predicted === undefined ? (
        <p>Too few trials were scored before this one to say anything.</p>
      ) : (
        <p>
          It would have expected {formatScore(metric, predicted.score)} {formatSpread(metric, predicted.sd01)}
          {parent !== undefined &&
            `, and of trial ${parent.trial} ${formatScore(metric, parent.predicted01)}`}
          {measured01 !== undefined && `; measured: ${formatScore(metric, measured01)}`}.
        </p>
      )}
      {changes.length > 0 && (
        <DataTable
          label="What each change brings"
          data={{
            columns: ["change", `worth, ${differenceWords(metric)}`],
            rows: changes.map((change) => [
              changeInWords(change),
              `${signed(metric, change.gain01)} ${formatSpread(metric, change.sd01)}`,
            ]),
          }}
        />
      )}
      <p className="soft">{method}</p>
    </>
  );
}
