// The best network so far as a chart: the run's own curve over evaluations, time or money, every trial as a dot, and the
// bands of other strategies. Pure: what the page draws, without the page.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { isScored, rowsByNumber, type TrialTable } from "../api/trial-table.ts";
import type { Curve, CurveChart, CurveDot, CurvePoint } from "../charts/curves.ts";
import { metricWords, plural } from "../format.ts";
import { type Measure, measureAxis, scoreAxis } from "./axes.ts";
import { trialInLines } from "./trial-words.ts";

export interface Step {
  readonly trial: number;
  readonly evaluation: number;
  readonly score: number;
  readonly finishedMs: number;
  readonly usd: number | null;
}

/**
 * Where the best so far rose, and the last evaluation. Evaluations are counted in the order of the trials; time and money
 * pass in the order in which trainings ended, which is another where several run at once.
 */
export function improvements(trials: TrialTable, measure: Measure): Step[] {
  const { columns } = trials;
  const rows =
    measure === "evaluations" ? rowsByNumber(trials) : Array.from({ length: trials.count }, (_, row) => row);
  const steps: Step[] = [];
  let evaluation = 0;
  let best = Number.NEGATIVE_INFINITY;
  let last: Step | undefined;
  for (const row of rows) {
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
      finishedMs: columns.finishedMs[row]!,
      usd: columns.usd[row] ?? null,
    };
    if (rises) steps.push(last);
  }
  if (last !== undefined && steps.at(-1) !== last) steps.push(last);
  return steps;
}

/** Every scored trial, at its place over the measure. */
function dotsOf(trials: TrialTable, measure: Measure, unit: number): CurveDot[] {
  const { columns } = trials;
  const dots: CurveDot[] = [];
  let evaluation = 0;
  for (const row of rowsByNumber(trials)) {
    if (!columns.evaluated[row]) continue;
    evaluation += 1;
    const score = columns.score[row] ?? null;
    const x =
      measure === "evaluations"
        ? evaluation
        : measure === "time"
          ? columns.finishedMs[row]! / unit
          : (columns.usd[row] ?? null);
    if (isScored(trials, row) && score !== null && x !== null)
      dots.push({ id: columns.number[row]!, x, y: score });
  }
  return dots;
}

export interface BestChart {
  readonly chart: CurveChart;
  readonly caption: string;
}

export function bestChart(
  detail: RunDetail,
  trials: TrialTable,
  { steps, measure }: { readonly steps: readonly Step[]; readonly measure: Measure },
): BestChart {
  const { baselines, optimum01, selectedOn, strategy, metric } = detail;
  const axis = measureAxis(measure, steps.at(-1)?.finishedMs ?? 0);
  const place = (step: Step): number | null =>
    measure === "evaluations" ? step.evaluation : measure === "time" ? step.finishedMs / axis.unit : step.usd;
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
  const dots = dotsOf(trials, measure, axis.unit);
  const foot = footOf([own, ...others], dots);
  const low = foot === undefined ? 0 : dots.filter(({ y }) => y < foot).length;
  return {
    caption: captionOf(detail, measure, low),
    chart: {
      x: axis,
      y: {
        ...scoreAxis(metric, `${metricWords(metric)} on ${selectedOn} data`),
        ...(foot !== undefined && { min: foot }),
        ...(optimum01 !== undefined && metric.unit === "share" && optimum01 > 0.98 && { max: 1 }),
      },
      curves: [...others, own],
      references,
      dots: {
        name: "a trial",
        points: dots,
        about: (id) => trialInLines(detail, trials, id),
      },
    },
  };
}

/**
 * The foot of the axis, where what lies below would flatten the rest of the picture: the first evaluations of a weak start,
 * and the worst designs. Undefined where all of it has room.
 */
function footOf(curves: readonly Curve[], dots: readonly CurveDot[]): number | undefined {
  const later = curves.flatMap(({ points }) =>
    points.slice(Math.min(2, Math.max(0, points.length - 1))).map((point) => point.low ?? point.y),
  );
  const scores = dots.map(({ y }) => y).sort((a, b) => a - b);
  const lowest = scores[0];
  const tenth = scores[Math.floor(scores.length / 10)];
  if (lowest === undefined || tenth === undefined) return undefined;
  const high = Math.max(scores.at(-1)!, ...later);
  const kept = Math.min(tenth, ...later);
  const range = high - kept;
  if (range <= 0 || kept - lowest < range / 2) return undefined;
  return kept - range / 20;
}

/** Random search has the report's first colour. */
export const randomFirst = (baselines: RunDetail["baselines"]) =>
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

function captionOf({ baselines, metric }: RunDetail, measure: Measure, low: number): string {
  const words = metricWords(metric);
  const foot = low === 0 ? "" : ` ${plural(low, "trial")} below the axis: triangles at its foot.`;
  if (measure !== "evaluations")
    return `The best ${words} so far, over the ${measure} spent by then; a dot is a trial.${foot}${baselines.length === 0 ? "" : " Baselines are known by evaluations only, so they are not drawn here."}`;
  const others =
    baselines.length === 0
      ? ""
      : " Other strategies had the same evaluations; a band holds nine of ten of their runs.";
  return `The best ${words} after each evaluation; a dot is a trial.${others}${foot}`;
}
