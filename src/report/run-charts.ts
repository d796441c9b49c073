// The charts of a run: best so far beside its baselines, accuracy against cost, learning curves, predictions against
// measurements, and what each decision was worth. A chart that the run has no data for is left out.

import { createRandom } from "../base/random.ts";
import { formatBytes, formatCount, formatCountExactly } from "../base/units.ts";
import { quantile } from "../math/statistics.ts";
import {
  differenceWords,
  formatBare,
  metricTitle,
  metricWords,
  scoreIn,
  withUnit,
} from "../metrics/index.ts";
import { isDesignOf, networkIfAny } from "../search/proposed-network.ts";
import { proposerWords } from "../search/proposer-words.ts";
import { type EpochPoint, isScored } from "../search/trial.ts";
import { pointAt } from "./bench.ts";
import { designInWords, kindName } from "./best-name.ts";
import { rangeOf, scoreAxis } from "./charts/axes.ts";
import type { Chart } from "./charts/chart.ts";
import { type Curve, curveChart } from "./charts/curves.ts";
import { barChart } from "./charts/rows.ts";
import { scatterChart } from "./charts/scatter.ts";
import { decisionWorth } from "./decision-worth.ts";
import { networkPicture } from "./network-picture.ts";
import { type RunReportInput, traceOf } from "./run-facts.ts";
import { finalCurveOf } from "./trained-network.ts";

/** All charts of a run, by what they show. */
export interface RunCharts {
  readonly network: Chart | undefined;
  readonly bestSoFar: Chart | undefined;
  readonly costs: readonly Chart[];
  readonly learning: Chart | undefined;
  /** The training of the selected network to its end. */
  readonly final: Chart | undefined;
  readonly calibration: Chart | undefined;
  readonly worth: Chart | undefined;
}

export function runCharts(input: RunReportInput): RunCharts {
  return {
    network: pictureOf(input),
    bestSoFar: bestSoFar(input),
    costs: costCharts(input),
    learning: learningCurves(input),
    final: finalCurve(input),
    calibration: calibration(input),
    worth: worthChart(input),
  };
}

function selectionAxis({ selectedOn, record }: RunReportInput, scores: Iterable<number>) {
  const { metric } = record.header.config;
  return scoreAxis(metric, `${metricWords(metric)} on ${selectedOn} data`, scores);
}

function pictureOf({ record, space }: RunReportInput): Chart | undefined {
  const best = record.selected;
  const network = best && networkIfAny(space, best.proposal);
  if (best === undefined || network === undefined) return undefined;
  return networkPicture(network, `The best network: ${kindName(space, best.proposal)}`);
}

function bestSoFar(input: RunReportInput): Chart | undefined {
  const trace = traceOf(input.record);
  const words = metricWords(input.record.header.config.metric);
  if (trace.length === 0) return undefined;
  const last = trace.at(-1)!.evaluation;
  const own: Curve = {
    name: `this run (${input.record.header.config.strategy})`,
    points: trace
      .filter((point, index) => point.score !== trace[index - 1]?.score || index === trace.length - 1)
      .map(({ evaluation, score }) => ({ x: evaluation, y: score })),
    steps: true,
    series: 1,
  };
  const others = [...new Set((input.baselines ?? []).map((run) => run.strategy))].map(
    (strategy, index): Curve => {
      const runs = (input.baselines ?? []).filter((run) => run.strategy === strategy);
      const points = Array.from({ length: last }, (_, step) => step + 1).flatMap((x) => {
        const values = runs.flatMap((run) => pointAt(run, x)?.score ?? []);
        if (values.length === 0) return [];
        const y = quantile(values, 0.5);
        return values.length === 1
          ? [{ x, y }]
          : [{ x, y, low: quantile(values, 0.05), high: quantile(values, 0.95) }];
      });
      const count = runs.length === 1 ? "1 run" : `${runs.length} runs: median, 5–95 %`;
      return { name: `${strategy} (${count})`, points, series: index === 0 ? 0 : index + 1 };
    },
  );
  const references =
    input.optimum01 === undefined ? [] : [{ name: "best of all designs", y: input.optimum01 }];
  // The first evaluations of a weak start would flatten the rest of the picture; they run out of it at the bottom.
  const low = [own, ...others].flatMap((curve) =>
    curve.points.slice(Math.min(2, curve.points.length - 1)).map((point) => point.low ?? point.y),
  );
  const high = [own, ...others].flatMap((curve) => curve.points.map((point) => point.high ?? point.y));
  return curveChart({
    name: "best-so-far",
    title: "Best network so far",
    caption:
      others.length > 0
        ? `The best ${words} after each evaluation, beside other strategies with the same evaluations. A band holds nine of ten of their runs.`
        : `The best ${words} after each evaluation. No other strategy was run beside it, so the curve does not say whether the search is better than chance.`,
    x: {
      label: "evaluations",
      min: 1,
      max: Math.max(2, last),
      scale: "linear",
      whole: true,
      format: String,
    },
    y: selectionAxis(input, [...low, ...high, ...references.map(({ y }) => y)]),
    curves: [...others, own],
    references,
  });
}

function costCharts(input: RunReportInput): Chart[] {
  const { metric } = input.record.header.config;
  const scored = input.record.trials.filter(isScored);
  const best = input.record.selected;
  const groups = [...new Set(scored.map((trial) => proposerWords(trial.proposal.by)))];
  const chart = (quantity: keyof typeof costAxes, words: string) =>
    scatterChart({
      name: costAxes[quantity].name,
      title: `${metricTitle(metric)} against ${words}`,
      caption: `Every evaluated design, by where it comes from. On the Pareto front no design is both cheaper and ${metric.name === "accuracy" ? "more accurate" : `better in ${metricWords(metric)}`}.`,
      x: {
        label: `${words} of one network`,
        ...rangeOf(scored.map((trial) => trial.cost[quantity] ?? 0)),
        scale: "linear",
        format: costAxes[quantity].format,
        precise: costAxes[quantity].precise,
      },
      y: selectionAxis(
        input,
        scored.map((trial) => trial.outcome.score),
      ),
      groups,
      points: scored.map((trial) => ({
        x: trial.cost[quantity] ?? 0,
        y: trial.outcome.score,
        label: `trial ${trial.number}: ${designInWords(input.space, trial.proposal)}`,
        mark: `trial ${trial.number}, the best network`,
        group: groups.indexOf(proposerWords(trial.proposal.by)),
        marked: trial.number === best?.number,
      })),
      front: true,
    });
  if (scored.length < 2) return [];
  const memory = scored.every(({ cost }) => cost.ramBytes !== undefined)
    ? [chart("ramBytes", "RAM"), chart("flashBytes", "flash")]
    : [];
  return [chart("macCount", "multiply–accumulates"), chart("paramCount", "parameters"), ...memory];
}

const costAxes = {
  macCount: { name: "accuracy-macs", format: formatCountExactly, precise: formatCount },
  paramCount: { name: "accuracy-params", format: formatCountExactly, precise: formatCount },
  ramBytes: { name: "accuracy-ram", format: formatBytes, precise: formatBytes },
  flashBytes: { name: "accuracy-flash", format: formatBytes, precise: formatBytes },
} as const;

const maxCurves = 40;

/** What the points of learning curves are drawn over: seconds where the trainings go by the clock, else epochs. */
function alongTraining(points: readonly EpochPoint[]) {
  const byTime = points.every(({ seconds }) => seconds !== undefined);
  const at = (point: EpochPoint) => (byTime ? (point.seconds as number) : point.epoch);
  const values = points.map(at);
  // Of trainings that all have one point, a chart that began there would look empty.
  const isPoint = Math.min(...values) === Math.max(...values);
  const min = byTime || isPoint ? 0 : Math.min(...values);
  return {
    at,
    words: byTime ? "by seconds of training" : "after each epoch",
    axis: {
      label: byTime ? "seconds of training" : "epochs",
      min,
      max: isPoint ? 2 * values[0]! : Math.max(min + 1, ...values),
      scale: "linear",
      whole: !byTime,
      format: (value: number) => String(Number(value.toPrecision(6))),
    },
  } as const;
}

function learningCurves(input: RunReportInput): Chart | undefined {
  const { metric } = input.record.header.config;
  const best = input.record.selected;
  const trained = input.record.trials
    .flatMap((trial) =>
      trial.outcome.kind === "infeasible" || !trial.outcome.curve?.length
        ? []
        : [{ trial, curve: trial.outcome.curve }],
    )
    .sort(
      (a, b) => scoreIn(metric, b.curve.at(-1)!.validation) - scoreIn(metric, a.curve.at(-1)!.validation),
    );
  if (trained.length === 0) return undefined;
  const shown = trained.slice(0, maxCurves);
  const along = alongTraining(shown.flatMap(({ curve }) => curve));
  return curveChart({
    name: "learning-curves",
    title: "Learning curves",
    caption: `Validation ${metricWords(metric)} ${along.words}${trained.length > shown.length ? `, of the ${shown.length} best of ${trained.length} trainings` : " of each training"}. That of the best network stands out; names are in the data below.`,
    x: along.axis,
    y: scoreAxis(
      metric,
      `${metricWords(metric)} on validation data`,
      shown.flatMap(({ curve }) => curve.map((point) => scoreIn(metric, point.validation))),
    ),
    curves: shown
      .map(({ trial, curve }): Curve => {
        const selected = trial.number === best?.number;
        return {
          name: `trial ${trial.number}${selected ? " (the best network)" : ""}: ${designInWords(input.space, trial.proposal)}`,
          legend: selected ? `trial ${trial.number}, the best network` : "the other trials",
          points: curve.map((point) => ({ x: along.at(point), y: scoreIn(metric, point.validation) })),
          series: selected ? 1 : 0,
          faint: !selected,
        };
      })
      .reverse(),
  });
}

function finalCurve({ trained, record, space }: RunReportInput): Chart | undefined {
  const points = finalCurveOf(trained?.test) ?? [];
  const best = record.selected;
  if (best === undefined || points.length < 2) return undefined;
  const { metric } = record.header.config;
  const along = alongTraining(points);
  const curve = points.map((point) => ({ x: along.at(point), y: scoreIn(metric, point.validation) }));
  const words = `${metricWords(metric)} on validation data`;
  return curveChart({
    name: "final-training",
    title: "The final training",
    caption: `Validation ${metricWords(metric)} while the best network, trial ${best.number}, was trained to its end, ${along.words}.`,
    x: along.axis,
    y: scoreAxis(
      metric,
      words,
      curve.map(({ y }) => y),
    ),
    curves: [
      { name: `trial ${best.number}: ${designInWords(space, best.proposal)}`, points: curve, series: 1 },
    ],
    legendLimit: 0,
  });
}

function calibration(input: RunReportInput): Chart | undefined {
  const { metric } = input.record.header.config;
  const predicted = input.record.trials.filter(isScored).flatMap((trial) => {
    const { predicted: claim } = trial.proposal;
    return claim === undefined ? [] : [{ trial, claim }];
  });
  if (predicted.length < 2) return undefined;
  const groups = [...new Set(predicted.map(({ trial }) => proposerWords(trial.proposal.by)))];
  const values = predicted.flatMap(({ trial, claim }) => [claim.score, trial.outcome.score]);
  return scatterChart({
    name: "calibration",
    title: "Predicted and measured",
    caption:
      "What was expected of a design before it was evaluated, against what it had. Points above the line did better than expected.",
    x: scoreAxis(metric, `predicted ${metricWords(metric)}`, values),
    y: scoreAxis(metric, `measured ${metricWords(metric)}`, values),
    groups,
    points: predicted.map(({ trial, claim }) => ({
      x: claim.score,
      y: trial.outcome.score,
      label: `trial ${trial.number}: ${designInWords(input.space, trial.proposal)}`,
      group: groups.indexOf(proposerWords(trial.proposal.by)),
    })),
    diagonal: true,
  });
}

const maxDecisions = 30;
const maxObservations = 400;

function worthChart({ record, space }: RunReportInput): Chart | undefined {
  const scored = record.trials.filter(isScored).filter(({ proposal }) => isDesignOf(space, proposal));
  const used = scored.slice(-maxObservations);
  if (space === undefined) return undefined;
  const worth = decisionWorth(
    space.decisions,
    used.map((trial) => ({ choices: trial.proposal.choices, score: trial.outcome.score })),
    createRandom("decision worth"),
  )?.slice(0, maxDecisions);
  const { metric } = record.header.config;
  if (worth === undefined || worth.every((entry) => entry.worth01 === 0)) return undefined;
  const most = Math.max(...worth.map((entry) => Math.max(entry.worth01, entry.ci95[1])));
  return barChart({
    name: "decision-worth",
    title: "What each decision was worth in these trials",
    caption: `The fitted difference between the best and the worst option that was tried, other decisions held equal, with 95 % intervals from resampled trials. A description of ${used.length < scored.length ? `the last ${used.length}` : "these"} trials by a linear model, not a law.`,
    x: {
      label: withUnit(metric, differenceWords(metric)),
      min: 0,
      max: most * 1.05,
      scale: "linear",
      format: (value) => formatBare(metric, value, most > 0.02 ? 1 : 2),
    },
    rows: worth.map((entry) => ({ name: entry.decision, value: entry.worth01, interval: entry.ci95 })),
  });
}
