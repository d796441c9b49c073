// How the search goes: what is under way right now, and the best network so far over evaluations, time or money, beside
// random search at the same evaluations and the best that any design has.
import { useCallback, useMemo, useState } from "react";
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { isScored, rowsByNumber, type TrialTable } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { type Curve, type CurveChart, type CurvePoint, curveOption } from "../charts/curves.ts";
import { formatDuration, formatScore, formatUsd, metricWords } from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Notice, Pick } from "../ui/pieces.tsx";
import { type Measure, measureAxis, measures, scoreAxis } from "./axes.ts";
import { LivePanel } from "./live-panel.tsx";

export function ProgressTab() {
  const { detail, trials, hasTrials } = useRunData();
  const [measure, setMeasure] = useState<Measure>("evaluations");
  const steps = useMemo(() => improvements(trials), [trials]);
  const { baselines, optimum01, selectedOn, strategy, metric } = detail;
  const chart = useMemo(
    () => chartOf({ steps, measure, baselines, optimum01, selectedOn, strategy, metric }),
    [steps, measure, baselines, optimum01, selectedOn, strategy, metric],
  );
  const option = useCallback((look: ChartLook) => curveOption(chart, look), [chart]);
  const offered = measures.filter(([name]) => name !== "money" || steps.some((step) => step.usd !== null));
  return (
    <>
      <LivePanel />
      <Pick label="over" options={offered} value={measure} onPick={setMeasure} />
      <Chart
        title="Best network so far"
        caption={captionOf(detail, measure)}
        height={400}
        option={option}
        table={() => ({
          columns: ["evaluation", "trial", `best ${metricWords(metric)} so far`, "time", "money"],
          rows: steps.map(({ evaluation, trial, score, finishedMs, usd }) => [
            evaluation,
            trial,
            formatScore(metric, score),
            formatDuration(finishedMs),
            usd === null ? "" : formatUsd(usd),
          ]),
        })}
      />
      {!hasTrials && (
        <p className="soft" role="status">
          Loading the trials…
        </p>
      )}
      {baselines.length === 0 ? (
        <Notice>
          No baseline was run at equal budget, so nothing here says whether the search is better than chance.
          Run one with the strategy “random” and the same budget, and compare the two.
        </Notice>
      ) : (
        <Standing detail={detail} />
      )}
    </>
  );
}

interface Step {
  readonly trial: number;
  readonly evaluation: number;
  readonly score: number;
  readonly finishedMs: number;
  readonly usd: number | null;
}

/** Where the best so far rose, and the last evaluation. */
export function improvements(trials: TrialTable): Step[] {
  const { columns } = trials;
  const steps: Step[] = [];
  let evaluation = 0;
  let best = Number.NEGATIVE_INFINITY;
  let last: Step | undefined;
  for (const row of rowsByNumber(trials)) {
    if (!columns.evaluated[row]) continue;
    evaluation += 1;
    const score = columns.score[row] ?? null;
    const rises = isScored(trials, row) && score !== null && score > best;
    if (rises) best = score;
    if (best === Number.NEGATIVE_INFINITY) continue;
    last = {
      trial: columns.number[row]!,
      evaluation,
      score: best,
      finishedMs: Math.max(last?.finishedMs ?? 0, columns.finishedMs[row]!),
      usd: columns.usd[row] ?? null,
    };
    if (rises) steps.push(last);
  }
  if (last !== undefined && steps.at(-1) !== last) steps.push(last);
  return steps;
}

interface ChartParts extends Pick<RunDetail, "baselines" | "selectedOn" | "strategy" | "metric"> {
  readonly steps: readonly Step[];
  readonly measure: Measure;
  readonly optimum01: number | undefined;
}

function chartOf({
  steps,
  measure,
  baselines,
  optimum01,
  selectedOn,
  strategy,
  metric,
}: ChartParts): CurveChart {
  const place = (step: Step): number | null =>
    measure === "evaluations" ? step.evaluation : measure === "time" ? step.finishedMs : step.usd;
  const own: Curve = {
    name: `this run (${strategy})`,
    steps: true,
    series: 1,
    points: steps.flatMap((step): CurvePoint[] => {
      const x = place(step);
      return x === null ? [] : [{ x, y: step.score }];
    }),
  };
  const last = steps.at(-1)?.evaluation ?? 0;
  // Baselines are known by evaluations only: beside time or money they would be made up.
  const others =
    measure !== "evaluations"
      ? []
      : randomFirst(baselines).map((band, index): Curve => bandOf(band, index, last));
  const references = optimum01 === undefined ? [] : [{ name: "best of all designs", y: optimum01 }];
  // The first evaluations of a weak start would flatten the rest of the picture; they run out of it at the bottom.
  const lows = [own, ...others].flatMap(({ points }) => {
    const later = points.slice(Math.min(2, Math.max(0, points.length - 1)));
    return later.map((point) => point.low ?? point.y);
  });
  const highs = [own, ...others].flatMap(({ points }) => points.map((point) => point.high ?? point.y));
  const values = [...lows, ...highs, ...references.map(({ y }) => y)];
  return {
    x: measureAxis(measure),
    y: {
      ...scoreAxis(metric, `${metricWords(metric)} on ${selectedOn} data`),
      ...(values.length > 0 && niceEnds(Math.min(...values), Math.max(...values))),
    },
    curves: [...others, own],
    references,
  };
}

/** Ends of an axis that are whole multiples of a step of 1, 2 or 5, so that its ticks are too. */
function niceEnds(least: number, most: number): { readonly min: number; readonly max: number } {
  const raw = Math.max(1e-5, (most - least) / 5);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10);
  const clean = (value: number) => Number(value.toFixed(8));
  return {
    min: clean(Math.floor(least / step) * step),
    max: clean(Math.min(1, Math.ceil(most / step) * step)),
  };
}

/** Random search has the report's first colour. */
const randomFirst = (baselines: RunDetail["baselines"]) =>
  baselines.toSorted((a, b) => Number(b.strategy === "random") - Number(a.strategy === "random"));

function bandOf(band: RunDetail["baselines"][number], index: number, last: number): Curve {
  const name = `${band.strategy} (${band.runs === 1 ? "1 run" : `${band.runs} runs: median, 5–95 %`})`;
  const points = band.evaluation.map((x, place) => ({
    x,
    y: band.median01[place]!,
    ...(band.runs > 1 && { low: band.low01[place]!, high: band.high01[place]! }),
  }));
  const end = points.at(-1);
  if (end !== undefined && end.x < last) points.push({ ...end, x: last });
  return { name, points, series: index === 0 ? 0 : index + 1, steps: true };
}

function captionOf({ baselines, metric }: RunDetail, measure: Measure): string {
  const what = `The best ${metricWords(metric)} after each ${measure === "evaluations" ? "evaluation" : "evaluation, over the time or money spent by then"}.`;
  if (measure !== "evaluations")
    return `${what} Baselines are known by evaluations only, so they are not drawn here.`;
  return baselines.length === 0
    ? what
    : `${what.slice(0, -1)}, beside other strategies with the same evaluations. A band holds nine of ten of their runs.`;
}

function Standing({ detail }: { readonly detail: RunDetail }) {
  const { baselines, best, metric } = detail;
  return (
    <>
      <h3>Beside other strategies after the same evaluations</h3>
      <DataTable
        label="Beside other strategies"
        data={{
          columns: ["strategy", "runs", "median best", "nine of ten runs", "this run's best"],
          rows: randomFirst(baselines).map((band) => {
            const last = band.evaluation.length - 1;
            return [
              band.strategy,
              band.runs,
              formatScore(metric, band.median01[last]!),
              band.runs === 1
                ? ""
                : `${formatScore(metric, band.low01[last]!)} to ${formatScore(metric, band.high01[last]!)}`,
              best === undefined ? "none yet" : formatScore(metric, best.score),
            ];
          }),
        }}
      />
    </>
  );
}
