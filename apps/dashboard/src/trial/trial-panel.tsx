// One trial: what came of it and why, the proposer's reason (a claim), what changed, and its network.
import { useCallback } from "react";
import type { TrialDetail } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useApart } from "../api/use-apart.ts";
import { useRunData } from "../api/use-run.ts";
import { curveOption } from "../charts/curves.ts";
import { formatCount, formatDuration, formatScore, formatSpread, metricWords, together } from "../format.ts";
import { NetworkOfDesign } from "../network/network-of-design.tsx";
import { linkTo } from "../router.ts";
import { scoreAxis } from "../run/axes.ts";
import { FinishTrial } from "../run/finish-trial.tsx";
import { designName } from "../run/trial-words.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Answer, Cards } from "../ui/pieces.tsx";
import { memoryOf, outcomeWords } from "../words.ts";
import { WhyThisOne } from "./why-this-one.tsx";

interface TrialPanelProps {
  readonly trial: number;
  readonly mayChange: boolean;
}

export function TrialPanel({ trial, mayChange }: TrialPanelProps) {
  const { detail, trials } = useRunData();
  const isKnown = trials.columns.rowOf.has(trial);
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/trials/:number", { places: [detail.id, trial], signal }),
    [detail.id, trial, isKnown],
  );
  return (
    <>
      <h3>Trial {trial}</h3>
      <Answer asked={asked}>{(reply) => <Body trial={reply} mayChange={mayChange} />}</Answer>
    </>
  );
}

function Body({ trial, mayChange }: Pick<TrialPanelProps, "mayChange"> & { readonly trial: TrialDetail }) {
  const { detail } = useRunData();
  const apart = useApart();
  const { parent } = trial;
  const isDrawn = trial.choices.length > 0 || trial.network !== undefined;
  return (
    <>
      <TrialFacts trial={trial} />
      {isDrawn && (
        <p className="actions">
          <a className="button" href={linkTo(["run", detail.id, "network"], { trial: trial.number })}>
            Its network and files
          </a>
          {parent !== undefined && parent.trial !== trial.number && (
            <a
              className="button"
              href={linkTo(["run", detail.id, "network"], { trial: trial.number, against: parent.trial })}
            >
              Beside trial {parent.trial}
            </a>
          )}
          {trial.call !== undefined && (
            <a className="button" href={linkTo(["run", detail.id, "conversation"], { reply: trial.call })}>
              The call that led to it
            </a>
          )}
        </p>
      )}
      {isDrawn && <FinishTrial trial={trial.number} apart={apart} mayChange={mayChange} />}
      <WhyThisOne trial={trial} />
      {trial.curve !== undefined && trial.curve.length > 0 && <CurveOf trial={trial} />}
      {isDrawn && detail.decisions !== undefined && (
        <NetworkOfDesign choices={trial.choices} trial={trial.number} />
      )}
    </>
  );
}

/** Outcome, figures and repairs. */
export function TrialFacts({ trial }: { readonly trial: TrialDetail }) {
  const { detail } = useRunData();
  const { predicted, score, repairedFrom, editedFrom, latencyMs } = trial;
  return (
    <>
      <Cards
        entries={[
          ["design", trial.key === "" ? "no design" : <code key="key">{trial.key}</code>],
          ["outcome", outcomeWords[trial.outcome]],
          [
            `${metricWords(detail.metric)} on ${detail.selectedOn} data`,
            score === undefined ? undefined : formatScore(detail.metric, score),
          ],
          [
            "expected by its proposer",
            predicted &&
              `${formatScore(detail.metric, predicted.score)}${predicted.sd01 === undefined ? "" : ` ${formatSpread(detail.metric, predicted.sd01)}`}`,
          ],
          ["parameters, MACs", `${formatCount(trial.paramCount)}, ${formatCount(trial.macCount)}`],
          ["RAM, flash", memoryOf(trial)],
          [
            "latency",
            latencyMs === undefined ? undefined : together(`${Number(latencyMs.toPrecision(3))} ms`),
          ],
          ["proposed by", trial.by],
          ["time", trial.spentMs > 0 ? formatDuration(trial.spentMs) : undefined],
        ]}
      />
      {trial.why !== undefined && <p className="wrap">{trial.why}</p>}
      {repairedFrom !== undefined && (
        <p className="wrap">
          First proposed as <code>{designName(detail, repairedFrom)}</code>, which broke a limit; repaired to
          the nearest allowed design.
        </p>
      )}
      {editedFrom !== undefined && (
        <p className="wrap">
          First proposed as <code>{designName(detail, editedFrom)}</code>; a person changed it.
        </p>
      )}
    </>
  );
}

function CurveOf({ trial }: { readonly trial: TrialDetail }) {
  const { metric } = useRunData().detail;
  const points = trial.curve ?? [];
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: { name: "epochs", format: String, whole: true },
          y: scoreAxis(metric, `${metricWords(metric)} on validation data`),
          references: [],
          hasLegend: false,
          curves: [
            {
              name: `trial ${trial.number}`,
              series: 1,
              points: (trial.curve ?? []).map((point) => ({ x: point.epoch, y: point.validation })),
            },
          ],
        },
        look,
      ),
    [trial, metric],
  );
  return (
    <Chart
      title="Its learning curve"
      caption={`Validation ${metricWords(metric)} after each epoch.`}
      height={240}
      option={option}
      table={() => ({
        columns: ["epoch", `validation ${metricWords(metric)}`, "training loss"],
        rows: points.map((point) => [
          point.epoch,
          formatScore(metric, point.validation),
          point.trainLoss.toPrecision(4),
        ]),
      })}
    />
  );
}
