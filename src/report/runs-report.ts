// Several runs side by side: each with its best, and where a question was run with several seeds, means with
// intervals and the chance that one strategy ends above another. Runs of different questions are never averaged.

import { createRandom } from "../base/random.ts";
import { counted, formatCount, formatDuration } from "../base/units.ts";
import { type Interval, meanInterval, probabilityOfImprovement } from "../math/bootstrap.ts";
import { mean, standardDeviation } from "../math/statistics.ts";
import { formatBare, formatFrom, formatScore, type Metric, metricWords, withUnit } from "../metrics/index.ts";
import { designName } from "../search/proposed-network.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { spendingOf } from "../study/spending.ts";
import { scoreAxis } from "./charts/axes.ts";
import type { Chart, DataTable } from "./charts/chart.ts";
import { curveChart } from "./charts/curves.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown.ts";
import { html } from "./markup.ts";
import { figure, notice, pageText, table } from "./page.ts";
import { limitWords } from "./run-answers.ts";
import { type RunReportInput, traceOf } from "./run-facts.ts";

/** What must be equal for two runs to be an answer to one question. */
function questionOf({ record, selectedOn }: RunReportInput): string {
  const { space, spaceOptions, dataset, evaluator, evaluatorOptions, limits, metric, minutes, trials } =
    record.header.config;
  const length = minutes === undefined ? { trials } : { minutes };
  const asked = [
    space,
    spaceOptions,
    dataset,
    evaluator,
    evaluatorOptions,
    limits,
    selectedOn,
    metric.name,
    length,
  ];
  return JSON.stringify(asked);
}

function methodOf({ record }: RunReportInput): string {
  const { strategy, model } = record.header.config;
  return model === undefined ? strategy : `${strategy} with ${model}`;
}

/** Such runs are compared at their end, whatever number of evaluations they had time for. */
const byTheClock = ({ record }: RunReportInput) => record.header.config.minutes !== undefined;

interface Group {
  readonly method: string;
  readonly runs: readonly RunReportInput[];
  /** Evaluations after which all runs of the question are compared. */
  readonly evaluations: number;
  /** The best of each run by then. */
  readonly ends: readonly number[];
  readonly mean01: number;
  readonly sd01: number;
  readonly ci95: Interval;
}

/** Runs of one question by method, compared after the evaluations that the shortest of them had. */
function groupsOf(inputs: readonly RunReportInput[]): Group[] {
  const traces = new Map(inputs.map((input) => [input, traceOf(input.record)]));
  const evaluations = Math.min(...inputs.map((input) => traces.get(input)!.at(-1)?.evaluation ?? 0));
  if (evaluations === 0) return [];
  return [...new Set(inputs.map(methodOf))].map((method) => {
    const runs = inputs.filter((input) => methodOf(input) === method);
    const ends = runs.flatMap(
      (run) =>
        traces.get(run)!.findLast((point) => byTheClock(run) || point.evaluation <= evaluations)?.score ?? [],
    );
    return {
      method,
      runs,
      evaluations,
      ends,
      mean01: mean(ends),
      sd01: standardDeviation(ends),
      ci95: meanInterval(ends, createRandom("runs", method)),
    };
  });
}

const metricOfRun = ({ record }: RunReportInput): Metric => record.header.config.metric;

function runTable(inputs: readonly RunReportInput[]): DataTable {
  const metrics = [...new Map(inputs.map((input) => [metricOfRun(input).name, metricOfRun(input)])).values()];
  // Where runs differ in it, each figure names its metric.
  const named = (metric: Metric, figure: string) =>
    metrics.length === 1 ? figure : `${metricWords(metric)} ${figure}`;
  return {
    columns: [
      "run",
      "method",
      "seed",
      "evaluations",
      "best design",
      metrics.length === 1 ? metricWords(metrics[0]!) : "score",
      "selected on",
      "test",
      "parameters",
      "MACs",
      "time",
      "tokens",
      "USD",
    ],
    rows: inputs.map((input) => {
      const best = input.record.selected;
      const spending = spendingOf(input.record, input.calls ?? []);
      const tokens = spending.calls === 0 ? null : spending.inputTokens + spending.outputTokens;
      const metric = metricOfRun(input);
      const tested = input.record.result?.testMetrics;
      return [
        input.folder,
        methodOf(input),
        input.record.header.config.seed,
        spending.evaluations,
        best === undefined ? "none" : designName(input.space, best.proposal),
        best === undefined ? null : named(metric, formatScore(metric, best.outcome.score)),
        input.selectedOn,
        tested === undefined ? null : named(metric, formatFrom(metric, tested)),
        best === undefined ? null : formatCount(best.cost.paramCount),
        best === undefined ? null : formatCount(best.cost.macCount),
        formatDuration(spending.elapsedMs),
        tokens === null ? null : formatCount(tokens),
        spending.usd === undefined ? null : spending.usd.toFixed(4),
      ];
    }),
  };
}

function groupTable(groups: readonly Group[]): DataTable {
  const metric = metricOfRun(groups[0]!.runs[0]!);
  return {
    columns: ["method", "runs", "evaluations", withUnit(metric, "mean best"), "sd", "95 % interval"],
    rows: groups.map((group) => [
      group.method,
      group.ends.length,
      byTheClock(group.runs[0]!) ? "all" : group.evaluations,
      formatBare(metric, group.mean01),
      group.ends.length < 2 ? "–" : formatBare(metric, group.sd01),
      group.ends.length < 2
        ? "one run has none"
        : group.ci95.map((end) => formatScore(metric, end)).join(" to "),
    ]),
  };
}

function chanceTable(groups: readonly Group[]): DataTable {
  const repeated = groups.filter((group) => group.ends.length >= 2);
  return {
    columns: ["a", "b", "P(a run of a ends above a run of b)", "95 % interval"],
    rows: repeated.flatMap((a, index) =>
      repeated.slice(index + 1).map((b) => {
        const { probability01, ci95 } = probabilityOfImprovement(
          a.ends,
          b.ends,
          createRandom("runs", a.method, b.method),
        );
        return [a.method, b.method, probability01.toFixed(2), ci95.map((end) => end.toFixed(2)).join(" to ")];
      }),
    ),
  };
}

function chartOf(inputs: readonly RunReportInput[], index: number): Chart {
  const metric = metricOfRun(inputs[0]!);
  const methods = [...new Set(inputs.map(methodOf))];
  const optimum = inputs.flatMap((input) => input.optimum01 ?? []).slice(0, 1);
  const curves = inputs.map((input) => ({
    name: `${methodOf(input)}, seed ${input.record.header.config.seed}`,
    points: traceOf(input.record).map(({ evaluation, score }) => ({ x: evaluation, y: score })),
    steps: true,
    series: methods.indexOf(methodOf(input)),
  }));
  const last = Math.max(2, ...curves.flatMap((curve) => curve.points.map((point) => point.x)));
  const heights = curves.flatMap((curve) =>
    curve.points.slice(Math.min(2, curve.points.length - 1)).map((point) => point.y),
  );
  return curveChart({
    name: `runs-best-so-far-${index + 1}`,
    title: "Best network so far, run by run",
    caption: "A colour is a method; a line is a run.",
    x: {
      label: "evaluations",
      min: 1,
      max: last,
      scale: "linear",
      whole: true,
      format: String,
    },
    y: scoreAxis(metric, `${metricWords(metric)} on ${inputs[0]!.selectedOn} data`, [...heights, ...optimum]),
    curves,
    references: optimum.map((y) => ({ name: "best of all designs", y })),
    legendLimit: 12,
  });
}

interface Question {
  readonly name: string;
  readonly inputs: readonly RunReportInput[];
  readonly groups: readonly Group[];
}

function questionsOf(inputs: readonly RunReportInput[]): Question[] {
  return [...new Set(inputs.map(questionOf))].map((question) => {
    const asked = inputs.filter((input) => questionOf(input) === question);
    const { config } = asked[0]!.record.header;
    const name = `${config.space} on ${config.dataset}${limitWords(config)}, ${lengthWords(config)}`;
    return { name, inputs: asked, groups: groupsOf(asked) };
  });
}

const lengthWords = ({ minutes, trials }: StudyConfig) =>
  minutes === undefined ? counted(trials, "evaluation") : counted(minutes, "minute");

const different =
  "These runs answer different questions (space, data, evaluator, metric, limits or length differ). They are listed together, and compared only within a question.";

/** One HTML file over several runs. */
export function runsReport(inputs: readonly RunReportInput[]): string {
  const questions = questionsOf(inputs);
  return pageText({
    title: `${inputs.length} runs compared`,
    lead: html`${questions.length > 1 ? notice(different) : undefined}${table(runTable(inputs))}`,
    sections: [
      ...questions.map(({ name, inputs: asked, groups }, index) => {
        const chances = chanceTable(groups);
        return {
          id: `question-${index + 1}`,
          title: name,
          body: html`${groups.length === 0 ? html`<p>Not every run has scored a design yet.</p>` : html`${figure(chartOf(asked, index))}${table(groupTable(groups), byTheClock(asked[0]!) ? "At the end of each run" : `After the ${groups[0]!.evaluations} evaluations that every run of this question had`)}`}${chances.rows.length === 0 ? html`<p class="soft">To say which method is better, run each with at least two seeds.</p>` : table(chances)}`,
        };
      }),
      {
        id: "repeat",
        title: "How to repeat them",
        body: html`${inputs.map((input) => html`<h3>${input.folder}</h3><pre>${input.command}</pre>`)}`,
      },
    ],
  });
}

/** The same as Markdown. */
export function runsMarkdown(inputs: readonly RunReportInput[]): string {
  const questions = questionsOf(inputs);
  const parts = [
    `# ${inputs.length} runs compared`,
    ...(questions.length > 1 ? [`> ${different}`] : []),
    markdownTable(runTable(inputs)),
    ...questions.flatMap(({ name, groups }) => {
      const chances = chanceTable(groups);
      return [
        `## ${markdownText(name)}`,
        groups.length === 0 ? "Not every run has scored a design yet." : markdownTable(groupTable(groups)),
        ...(chances.rows.length === 0 ? [] : [markdownTable(chances)]),
      ];
    }),
    "## How to repeat them",
    ...inputs.map((input) => `${markdownText(input.folder)}\n\n${markdownCode(input.command)}`),
  ];
  return `${parts.join("\n\n")}\n`;
}
