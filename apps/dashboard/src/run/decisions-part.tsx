// What the run teaches of its decisions: designs as lines across all of them, what each was worth, and whether simple
// operations came early and complex ones late, as the first paper remarked.
import { useCallback, useMemo } from "react";
import type { DecisionInfo, EarlyLateAnswer, Worth } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { curveOption } from "../charts/curves.ts";
import { intervalHeight, intervalOption } from "../charts/intervals.ts";
import { parallelHeight, parallelOption } from "../charts/parallel.ts";
import {
  differenceWords,
  formatBare,
  formatBareScore,
  formatScore,
  type Metric,
  metricWords,
  together,
  withUnit,
} from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Answer } from "../ui/pieces.tsx";
import { exactly } from "./axes.ts";
import { type ScoredDesign, scoredDesigns } from "./option-scores.ts";
import { Slices } from "./slices.tsx";
import { designName, nothingScored, trialInLines } from "./trial-words.ts";

/** New trials after which slow questions are asked again. */
const trialsBetween = 10;

export function DecisionsPart() {
  const { detail, trials } = useRunData();
  const stage = detail.state === "running" ? Math.floor(trials.count / trialsBetween) : trials.count;
  const designs = useMemo(() => scoredDesigns(trials), [trials]);
  const isKnown = detail.decisions !== undefined && designs.length > 0;
  const worth = useAsked(
    !isKnown ? undefined : (signal) => get("GET /api/runs/:id/worth", { places: [detail.id], signal }),
    [detail.id, stage, isKnown],
  );
  const early = useAsked(
    !isKnown ? undefined : (signal) => get("GET /api/runs/:id/early-late", { places: [detail.id], signal }),
    [detail.id, stage, isKnown],
  );
  const byWorth = worth.state === "there" ? worthiest(worth.reply) : [];
  if (detail.decisions === undefined)
    return (
      <p>
        {detail.isSpaceUnwritten
          ? "The space of this search is being written."
          : "The space is not known here, so its decisions cannot be shown."}
      </p>
    );
  const meanings = <Meanings decisions={detail.decisions} />;
  if (designs.length === 0)
    return (
      <>
        <p className="soft">{nothingScored(detail)}</p>
        {meanings}
      </>
    );
  return (
    <>
      <ParallelLines designs={designs} />
      <div className="columns">
        <section aria-label="What each decision was worth">
          <Answer asked={worth} waiting="Fitting what each decision was worth…">
            {(reply) =>
              reply === null ? (
                <>
                  <h3>What each decision was worth in these trials</h3>
                  <p>
                    {detail.state === "running" ? "Not known yet" : "Not known"}: too few trials were scored
                    to fit it.
                  </p>
                </>
              ) : (
                <WorthChart worth={reply} />
              )
            }
          </Answer>
        </section>
        <section aria-label="Simple operations early, complex ones late?">
          <h3>Simple operations early, complex ones late?</h3>
          <p className="soft">
            The paper that this program grew from remarked that good networks do so. Here it is checked on
            this run.
          </p>
          <Answer asked={early} waiting="Comparing the best designs with designs drawn at random…">
            {(reply) => <EarlyLate answer={reply} />}
          </Answer>
        </section>
      </div>
      <Slices designs={designs} first={byWorth[0]} second={byWorth[1]} />
      {meanings}
    </>
  );
}

function Meanings({ decisions }: { readonly decisions: readonly DecisionInfo[] }) {
  return (
    <details>
      <summary>The decisions and what they mean</summary>
      <DataTable
        label="The decisions"
        data={{
          columns: ["decision", "what it changes", "options"],
          rows: decisions.map(({ name, meaning, options }) => [name, meaning, options.join("; ")]),
        }}
      />
    </details>
  );
}

/** Names of the decisions, those that were worth most first. */
const worthiest = (worth: Worth | null) =>
  (worth?.decisions ?? []).toSorted((a, b) => b.worth01 - a.worth01).map(({ decision }) => decision);

const maxLines = 2000;
const noDecisions: readonly DecisionInfo[] = [];

function ParallelLines({ designs }: { readonly designs: readonly ScoredDesign[] }) {
  const { detail, trials } = useRunData();
  const { decisions = noDecisions } = detail;
  const axes = useMemo(() => decisions.map(({ name, options }) => ({ name, labels: options })), [decisions]);
  const height = useCallback((width: number) => parallelHeight(axes, width), [axes]);
  const scored = designs.length;
  // The best are drawn last, so that nothing covers them.
  const lines = useMemo(() => designs.toSorted((a, b) => a.score - b.score).slice(-maxLines), [designs]);
  const option = useCallback(
    (look: ChartLook) =>
      parallelOption(
        {
          axes,
          lines,
          format: (score) =>
            `${formatBareScore(detail.metric, score, 1)}${detail.metric.unit === "share" ? " %" : ""}`,
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [lines, axes, detail, trials],
  );
  return (
    <Chart
      title="Designs across decisions"
      caption={`Each line is a design${scored > lines.length ? `, of the ${lines.length} best of ${scored}` : ""}: it passes the option that it has of each decision, from the first decision at the top to the last at the bottom, and is coloured by ${metricWords(detail.metric)}. Where the lines of good designs run together, they agree. Drag the ends of the scale to show only some.`}
      height={height}
      option={option}
      table={() => ({
        columns: ["trial", "design", metricWords(detail.metric), ...decisions.map(({ name }) => name)],
        rows: lines
          .toReversed()
          .map(({ id, choices, score }) => [
            id,
            designName(detail, choices),
            formatScore(detail.metric, score),
            ...choices.map((choice, place) => decisions[place]?.options[choice] ?? choice),
          ]),
      })}
    />
  );
}

const points = (metric: Metric, value01: number) =>
  formatBare(metric, value01, Math.abs(value01) < 0.02 ? 2 : 1);

function WorthChart({ worth }: { readonly worth: Worth }) {
  const { decisions } = worth;
  const { metric } = useRunData().detail;
  const option = useCallback(
    (look: ChartLook) =>
      intervalOption(
        {
          x: {
            name: withUnit(metric, differenceWords(metric)),
            format: (value: number) => points(metric, value),
            tick: (value: number) => exactly(metric.unit === "share" ? 100 * value : value),
            min: 0,
          },
          mark: "bar",
          rows: decisions.map(({ decision, worth01, ci95 }) => ({
            name: decision,
            value: worth01,
            low: ci95[0],
            high: ci95[1],
          })),
        },
        look,
      ),
    [decisions, metric],
  );
  return (
    <Chart
      title="What each decision was worth in these trials"
      caption={worth.caption}
      height={intervalHeight(decisions.length)}
      option={option}
      table={() => ({
        columns: ["decision", `worth, ${differenceWords(metric)}`, "95 % interval"],
        rows: decisions.map(({ decision, worth01, ci95 }) => [
          decision,
          points(metric, worth01),
          `${points(metric, ci95[0])} to ${points(metric, ci95[1])}`,
        ]),
      })}
    />
  );
}

function EarlyLate({ answer }: { readonly answer: EarlyLateAnswer }) {
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: {
            name: "place in the network (%)",
            format: (value) => String(Math.round(value * 100)),
            min: 0,
            max: 1,
            step: 0.25,
          },
          y: {
            name: "complexity of the option (%)",
            format: (value) => String(Math.round(value * 100)),
            min: 0,
            max: 1,
            step: 0.25,
          },
          references: [],
          curves:
            answer.kind === "unknown"
              ? []
              : [
                  {
                    name: "designs at random, within the limits",
                    series: 0,
                    points: answer.profile.map(({ place01, feasible01 }) => ({ x: place01, y: feasible01 })),
                  },
                  {
                    name: "the best designs",
                    series: 1,
                    points: answer.profile.map(({ place01, best01 }) => ({ x: place01, y: best01 })),
                  },
                ],
        },
        look,
      ),
    [answer],
  );
  if (answer.kind === "unknown") return <p>{answer.why}</p>;
  const percent = (value01: number) => `${Math.round(value01 * 100)} %`;
  return (
    <>
      <p>{together(answer.words)}</p>
      <Chart
        title="Complexity along the network"
        caption={`Mean complexity of the chosen option at each place, of the ${answer.bestDesigns} best designs and of ${answer.feasibleDesigns} designs drawn at random within the limits.`}
        option={option}
        table={() => ({
          columns: ["decision", "place", "the best designs", "designs at random"],
          rows: answer.profile.map(({ decision, place01, best01, feasible01 }) => [
            decision,
            percent(place01),
            percent(best01),
            percent(feasible01),
          ]),
        })}
      />
    </>
  );
}
