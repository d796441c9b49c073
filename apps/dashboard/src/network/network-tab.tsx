// A network, drawn; beside another one with the difference if the reader wants; and as files for other programs.
import { type FormEvent, useId, useState } from "react";
import type { ExportFormat, NetworkView } from "../../../../src/dashboard/api.ts";
import { addressWithToken, get, useAsked } from "../api/client.ts";
import { hasNetwork } from "../api/trial-table.ts";
import { useApart } from "../api/use-apart.ts";
import { useRunData } from "../api/use-run.ts";
import { formatChange, formatCount, formatScore, metricWords } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { FinishTrial } from "../run/finish-trial.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Answer, Cards, Notice } from "../ui/pieces.tsx";
import { NetworkPicture } from "./network-picture.tsx";
import { AuthoredSpace, NetworkText, TextChanges } from "./network-text.tsx";

interface NetworkTabProps {
  readonly query: URLSearchParams;
  readonly mayChange: boolean;
}

export function NetworkTab({ query, mayChange }: NetworkTabProps) {
  const { detail, trials } = useRunData();
  const trial = numberIn(query, "trial") ?? detail.best?.trial;
  const against = numberIn(query, "against");
  const drawable = (number: number | undefined): number | undefined => {
    const row = number === undefined ? undefined : trials.columns.rowOf.get(number);
    return row !== undefined && hasNetwork(trials, row) ? number : undefined;
  };
  const [shown, other] = [drawable(trial), drawable(against)];
  const isDrawn = shown !== undefined && detail.decisions !== undefined;
  const asked = useAsked(
    isDrawn
      ? (signal) =>
          get("GET /api/runs/:id/network", {
            places: [detail.id],
            query: { trial: shown, ...(other !== undefined && { againstTrial: other }) },
            signal,
          })
      : undefined,
    [detail.id, shown, other],
  );
  return (
    <>
      <PickTrials key={`${trial}/${against}`} trial={trial} against={against} />
      {trial === undefined ? (
        <p>No design has been scored yet. Name a trial to see its network.</p>
      ) : detail.decisions === undefined ? (
        <p>The space is not known here, so the network is not drawn.</p>
      ) : shown === undefined ? (
        <p>Trial {trial} has no design.</p>
      ) : (
        <>
          {against !== undefined && other === undefined && (
            <Notice>Trial {against} has no design to compare with.</Notice>
          )}
          <Answer asked={asked}>{(view) => <View {...{ view, trial, against, mayChange }} />}</Answer>
        </>
      )}
    </>
  );
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const value = Number(query.get(name) ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

interface TrialsShown {
  readonly trial: number | undefined;
  readonly against: number | undefined;
}

function PickTrials({ trial, against }: TrialsShown) {
  const { detail, trials } = useRunData();
  const [text, setText] = useState({ trial: String(trial ?? ""), against: String(against ?? "") });
  const id = useId();
  const isUnknown = (value: string) => value.trim() !== "" && !trials.columns.rowOf.has(Number(value));
  const show = (event: FormEvent) => {
    event.preventDefault();
    goTo(
      linkTo(["run", detail.id, "network"], {
        trial: text.trial || undefined,
        against: text.against || undefined,
      }),
    );
  };
  const field = (name: "trial" | "against", words: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{words}</label>
      <input
        id={`${id}-${name}`}
        inputMode="numeric"
        value={text[name]}
        aria-invalid={isUnknown(text[name])}
        onChange={(event) => setText({ ...text, [name]: event.target.value })}
      />
      {isUnknown(text[name]) && <p className="error">There is no trial {text[name]}.</p>}
    </div>
  );
  return (
    <form className="pick" onSubmit={show}>
      {field("trial", "trial")}
      {field("against", "beside trial (optional)")}
      <button type="submit" disabled={isUnknown(text.trial) || isUnknown(text.against)}>
        Show
      </button>
      {detail.best !== undefined && (
        <a className="button" href={linkTo(["run", detail.id, "network"], { trial: detail.best.trial })}>
          The best
        </a>
      )}
    </form>
  );
}

const formats: readonly (readonly [ExportFormat, string, hasWeights: boolean])[] = [
  ["onnx", "ONNX", true],
  ["pytorch", "PyTorch", false],
  ["safetensors", "weights (safetensors)", true],
  ["mermaid", "diagram (Mermaid)", false],
  ["text", "text to change", false],
];

interface ViewProps extends TrialsShown {
  readonly view: NetworkView;
  readonly trial: number;
  readonly mayChange: boolean;
}

function View({ view, trial, against, mayChange }: ViewProps) {
  const { detail } = useRunData();
  const apart = useApart();
  const other = view.against;
  const files = detail.trained?.trial === trial ? detail.trained.files : apart.of?.get(trial)?.files;
  const isTrained = files?.includes("weights.safetensors") === true;
  return (
    <>
      {view.violations.map((violation) => (
        <Notice key={violation}>It breaks a limit: {violation}</Notice>
      ))}
      <p className="actions">
        <span className="soft">Save trial {trial} as</span>
        {formats.map(([format, words, hasWeights]) => (
          <a
            key={format}
            className="button"
            href={addressWithToken("GET /api/runs/:id/export", [detail.id], { trial, format })}
            download
          >
            {hasWeights && !isTrained ? `${words}, random weights` : words}
          </a>
        ))}
      </p>
      {!isTrained && (
        <Notice>
          Trial {trial} was not trained to its end: files with weights hold random ones, and predict nothing.
        </Notice>
      )}
      <FinishTrial trial={trial} apart={apart} mayChange={mayChange} />
      {other !== undefined && (
        <>
          <h3>
            What differs, from trial {against} to trial {trial}
          </h3>
          {other.changes.length === 0 ? (
            <p>
              {view.choices.length === other.choices.length
                ? view.key === other.key
                  ? "Nothing: it is the same design."
                  : "Both are networks from outside the space, so they share no decisions."
                : "One of the two is a network from outside the space, so they share no decisions."}
            </p>
          ) : (
            <DataTable
              label="What differs"
              data={{
                columns: ["decision", `trial ${against}`, `trial ${trial}`],
                rows: other.changes.map(({ decision, from, to }) => [decision, from, to]),
              }}
            />
          )}
          <TextChanges from={other.text} to={view.text} />
          <DataTable
            label="The two in figures"
            data={{
              columns: ["figure", `trial ${against}`, `trial ${trial}`, "difference"],
              rows: [
                [
                  "parameters",
                  formatCount(other.paramCount),
                  formatCount(view.paramCount),
                  signedCount(view.paramCount - other.paramCount),
                ],
                [
                  "MACs",
                  formatCount(other.macCount),
                  formatCount(view.macCount),
                  signedCount(view.macCount - other.macCount),
                ],
                [
                  `${metricWords(detail.metric)} on ${detail.selectedOn} data`,
                  other.score === undefined ? "" : formatScore(detail.metric, other.score),
                  view.score === undefined ? "" : formatScore(detail.metric, view.score),
                  other.score === undefined || view.score === undefined
                    ? ""
                    : formatChange(detail.metric, view.score - other.score),
                ],
              ],
            }}
          />
        </>
      )}
      <div className={other === undefined ? "" : "columns"}>
        {other !== undefined && (
          <section aria-label={`Trial ${against}`}>
            <Facts name={`Trial ${against}`} view={other} />
            <NetworkPicture stages={other.stages} input={other.inputShape} beside={view.stages} />
            <NetworkText text={other.text} edit={linkTo(["text"], { run: detail.id, trial: against })} />
          </section>
        )}
        <section aria-label={`Trial ${trial}`}>
          <Facts name={`Trial ${trial}`} view={view} />
          <NetworkPicture stages={view.stages} input={view.inputShape} />
          <NetworkText text={view.text} edit={linkTo(["text"], { run: detail.id, trial })} />
          <AuthoredSpace
            authored={view.authored}
            edit={linkTo(["text"], { run: detail.id, trial, of: "space" })}
          />
        </section>
      </div>
      {view.choices.length > 0 && (
        <details>
          <summary>Its {view.choices.length} choices</summary>
          <DataTable
            label="Its choices"
            data={{
              columns: ["decision", "choice", "what it changes"],
              rows: (detail.decisions ?? []).map(({ name, options, meaning }, place) => [
                name,
                options[view.choices[place]!] ?? view.choices[place],
                meaning,
              ]),
            }}
          />
        </details>
      )}
    </>
  );
}

const signedCount = (difference: number) =>
  `${difference < 0 ? "−" : "+"}${formatCount(Math.abs(difference))}`;

function Facts({
  name,
  view,
}: {
  readonly name: string;
  readonly view: Pick<NetworkView, "key" | "score" | "paramCount" | "macCount">;
}) {
  const { metric, tabular, selectedOn } = useRunData().detail;
  // The final training, whose figure is at the top of the page, is another and longer one.
  const figure = `${metricWords(metric)} on ${selectedOn} data${tabular ? "" : ", in the search"}`;
  return (
    <>
      <h3>{name}</h3>
      <Cards
        entries={[
          ["design", <code key="key">{view.key}</code>],
          [figure, view.score === undefined ? undefined : formatScore(metric, view.score)],
          ["parameters, MACs", `${formatCount(view.paramCount)}, ${formatCount(view.macCount)}`],
        ]}
      />
    </>
  );
}
