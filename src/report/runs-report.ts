// Several runs side by side: each with its best, and where a question was run with several seeds, means with
// intervals and the chance that one strategy ends above another. Runs of different questions are never averaged.

import { formatCount, formatDuration } from "../base/units.ts";
import {
  formatBare,
  formatBareScore,
  formatFrom,
  formatScore,
  type Metric,
  metricWords,
  withUnit,
} from "../metrics/index.ts";
import { spendingOf } from "../study/spending.ts";
import { kindName } from "./best-name.ts";
import { scoreAxis } from "./charts/axes.ts";
import type { Chart, DataTable } from "./charts/chart.ts";
import { curveChart } from "./charts/curves.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown.ts";
import { html } from "./markup.ts";
import { commandBlock, figure, notice, pageText, table } from "./page.ts";
import { type RunReportInput, traceOf } from "./run-facts.ts";
import {
  type AskedRun,
  intervalWords,
  type MethodGroup,
  type MethodPair,
  methodOf,
  pairWords,
  questionsOf,
} from "./run-questions.ts";

type Shown = RunReportInput & AskedRun;

const shown = (input: RunReportInput): Shown => ({
  ...input,
  config: input.record.header.config,
  trace: traceOf(input.record),
});

const inputMethod = ({ record }: RunReportInput): string => methodOf(record.header.config);

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
      "best network",
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
        inputMethod(input),
        input.record.header.config.seed,
        spending.evaluations,
        best === undefined ? "none" : kindName(input.space, best.proposal),
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

function groupTable(groups: readonly MethodGroup<Shown>[]): DataTable {
  const metric = metricOfRun(groups[0]!.runs[0]!);
  return {
    columns: ["method", "runs", "evaluations", withUnit(metric, "mean best"), "sd", "95 % interval"],
    rows: groups.map((group) => [
      group.method,
      group.ends.length,
      group.evaluations ?? "all",
      formatBareScore(metric, group.mean01),
      group.sd01 === undefined ? "–" : formatBare(metric, group.sd01),
      intervalWords(metric, group),
    ]),
  };
}

function chanceTable(pairs: readonly MethodPair[]): DataTable {
  return {
    columns: ["a", "b", "a run of a ends above a run of b (ties half)"],
    rows: pairs.map((pair) => [pair.a, pair.b, pairWords(pair)]),
  };
}

function chartOf(inputs: readonly RunReportInput[], index: number): Chart {
  const metric = metricOfRun(inputs[0]!);
  const methods = [...new Set(inputs.map(inputMethod))];
  const optimum = inputs.flatMap((input) => input.optimum01 ?? []).slice(0, 1);
  const curves = inputs.map((input) => ({
    name: `${inputMethod(input)}, seed ${input.record.header.config.seed}`,
    points: traceOf(input.record).map(({ evaluation, score }) => ({ x: evaluation, y: score })),
    steps: true,
    series: methods.indexOf(inputMethod(input)),
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

const different =
  "These runs answer different questions (space, data, evaluator, metric, limits or length differ). They are listed together, and compared only within a question.";

/** One HTML file over several runs. */
export function runsReport(inputs: readonly RunReportInput[]): string {
  const questions = questionsOf(inputs.map(shown));
  return pageText({
    title: `${inputs.length} runs compared`,
    lead: html`${questions.length > 1 ? notice(different) : undefined}${table(runTable(inputs))}`,
    sections: [
      ...questions.map(({ name, runs: asked, groups, pairs }, index) => {
        const chances = chanceTable(pairs);
        return {
          id: `question-${index + 1}`,
          title: name,
          body: html`${groups.length === 0 ? html`<p>Not every run has scored a design yet.</p>` : html`${figure(chartOf(asked, index))}${table(groupTable(groups), groups[0]!.evaluations === undefined ? "At the end of each run" : `After the ${groups[0]!.evaluations} evaluations that every run of this question had`)}`}${chances.rows.length === 0 ? html`<p class="soft">To say which method is better, run each with at least two seeds.</p>` : table(chances)}`,
        };
      }),
      {
        id: "repeat",
        title: "How to repeat them",
        body: html`${inputs.map((input) => html`<h3>${input.folder}</h3>${commandBlock(input.command)}`)}`,
      },
    ],
  });
}

/** The same as Markdown. */
export function runsMarkdown(inputs: readonly RunReportInput[]): string {
  const questions = questionsOf(inputs.map(shown));
  const parts = [
    `# ${inputs.length} runs compared`,
    ...(questions.length > 1 ? [`> ${different}`] : []),
    markdownTable(runTable(inputs)),
    ...questions.flatMap(({ name, groups, pairs }) => {
      const chances = chanceTable(pairs);
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
