// The comparison of strategies as one HTML page and as Markdown.
import { metricTitle, metricWords } from "../metrics/index.ts";
import type { AnytimeCurve, Band } from "./anytime.ts";
import { type Bench, handedOver01, pointAt } from "./bench.ts";
import { scoreAxis } from "./charts/axes.ts";
import type { Chart } from "./charts/chart.ts";
import { criticalDifferenceChart } from "./charts/critical-difference.ts";
import { type Curve, curveChart } from "./charts/curves.ts";
import { stripChart } from "./charts/rows.ts";
import { checklistSource } from "./checklist.ts";
import type { Comparison } from "./comparison.ts";
import {
  comparedData,
  comparisonTitle,
  findings,
  friedmanSentence,
  methodNote,
  pairTable,
  resultTable,
  spendingTable,
  trivialTable,
} from "./comparison-words.ts";
import { minRuns } from "./few-runs.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown.ts";
import { html } from "./markup.ts";
import { commandBlock, definitions, figure, fold, list, notice, pageText, table } from "./page.ts";
import { publishedLabel } from "./published.ts";
import { publishedBody } from "./run-report.ts";
import { checklistTable, publishedTable } from "./run-tables.ts";

/** All charts of a comparison. `bench` is what was measured, for the runs one by one. */
export function comparisonCharts(comparison: Comparison, bench: Bench): Chart[] {
  const { validationOnly = false, metric } = comparison;
  const data = comparedData(comparison);
  const compared = (curve: Comparison["anytime"][number]) => (validationOnly ? curve.score : curve.testScore);
  const accuracies = comparison.anytime.flatMap((curve) => compared(curve) ?? []);
  const optimum =
    (comparison.selectedOn === "test" || validationOnly) && comparison.optimum01 !== null
      ? [comparison.optimum01]
      : [];
  const last = Math.max(2, ...comparison.evaluations);
  const x = {
    label: "evaluations",
    min: 1,
    max: last,
    scale: "linear",
    whole: true,
    format: String,
  } as const;
  const isFew = comparison.seeds.length < minRuns;
  const curves = (read: (curve: AnytimeCurve) => Band | null): Curve[] =>
    comparison.anytime.flatMap((curve, series) => {
      const band = read(curve);
      if (band === null) return [];
      const points = curve.evaluations.map((evaluation, index) => ({
        x: evaluation,
        y: band.center[index]!,
        ...(!isFew && { low: band.low[index]!, high: band.high[index]! }),
      }));
      return { name: curve.strategy, points, series };
    });
  const ranked = comparison.anytime.some((curve) => curve.rank !== null);
  return [
    curveChart({
      name: "anytime-accuracy",
      title: `${metricTitle(metric)} of the selected design`,
      caption: `${metricTitle(metric)} on ${data} of the design that each strategy would select after each number of evaluations: mean over seeds${isFew ? `, too few for intervals` : ", with 95 % intervals"}.`,
      x,
      y: scoreAxis(metric, `${metricWords(metric)} on ${data}`, [
        ...accuracies.flatMap((band) => [...band.low.slice(Math.min(2, band.low.length - 1)), ...band.high]),
        ...optimum,
      ]),
      curves: curves(compared),
      references: optimum.map((y) => ({ name: "best of all designs", y })),
    }),
    ...(ranked
      ? [
          curveChart({
            name: "anytime-rank",
            title: "Rank of the selected design",
            caption: `Rank among all allowed designs by the figure that selection sees; 1 is the best. Median over seeds${isFew ? "" : ", with quartiles"}.`,
            x,
            y: {
              label: `rank${comparison.designCount === null ? "" : ` of ${comparison.designCount.toLocaleString("en")}`} (logarithmic)`,
              min: 1,
              max: Math.max(10, ...comparison.anytime.flatMap((curve) => curve.rank?.high ?? [])),
              scale: "log",
              format: (value) => value.toLocaleString("en", { maximumFractionDigits: 1 }),
            },
            curves: curves((curve) => curve.rank),
          }),
        ]
      : []),
    ...comparison.evaluations.map((evaluations) => seedStrip(comparison, bench, evaluations)),
    ...comparison.tests.flatMap(({ evaluations, friedman }) =>
      friedman === null
        ? []
        : criticalDifferenceChart({
            name: `critical-difference-${evaluations}`,
            title: `Mean ranks after ${evaluations} evaluations`,
            caption:
              "Strategies ranked within each seed, 1 is best. A bar joins those that Nemenyi's test does not tell apart at the 5 % level.",
            ...friedman,
          }),
    ),
  ];
}

function seedStrip(comparison: Comparison, bench: Bench, evaluations: number): Chart {
  const rows = comparison.results
    .filter((row) => row.evaluations === evaluations)
    .flatMap((row) => {
      const values = bench.traces
        .filter((trace) => trace.strategy === row.strategy)
        .flatMap((trace) => {
          const point = pointAt(trace, evaluations);
          return point === undefined ? [] : (handedOver01(bench, point) ?? []);
        });
      const summary = comparison.validationOnly ? row.validationScore : row.testScore;
      return summary === null
        ? []
        : {
            name: row.strategy,
            values,
            center: summary.mean,
            interval: (row.seeds < minRuns ? null : summary.ci95) ?? [summary.mean, summary.mean],
          };
    });
  return stripChart({
    name: `runs-${evaluations}`,
    title: `Each run after ${evaluations} evaluations`,
    caption:
      "A dot is a run with its own seed; the cross is the mean, with its 95 % interval where there are enough runs for one.",
    x: scoreAxis(
      comparison.metric,
      `${metricWords(comparison.metric)} on ${comparedData(comparison)}`,
      rows.flatMap((row) => row.values),
    ),
    rows,
  });
}

/** The comparison as one HTML file. */
export function comparisonPage(comparison: Comparison, bench: Bench): string {
  const [accuracy, ...charts] = comparisonCharts(comparison, bench);
  const published = publishedBody(comparison.space, comparison.dataset);
  const cards: [string, string][] = [
    ["strategies", String(comparison.spending.length)],
    ["runs of each", String(comparison.seeds.length)],
    ["evaluations", comparison.evaluations.join(", ")],
    ["selected on", comparison.validationOnly ? "validation only" : comparison.selectedOn],
    ...(comparison.designCount === null
      ? []
      : [["designs that count", comparison.designCount.toLocaleString("en")] as [string, string]]),
  ];
  return pageText({
    title: comparisonTitle(comparison),
    lead: html`${definitions(cards)}${comparison.notes.map((note) => notice(note))}${list(findings(comparison))}`,
    sections: [
      {
        id: "results",
        title: "Results",
        body: html`${figure(accuracy!)}${table(resultTable(comparison))}<h3>Without a search</h3>${table(trivialTable(comparison))}<p class="soft">${methodNote}</p>`,
      },
      { id: "charts", title: "Curves and runs", body: html`${charts.map(figure)}` },
      {
        id: "tests",
        title: "Tests",
        body: html`${comparison.tests.map((tests) => html`<h3>After ${tests.evaluations} evaluations</h3><p>${friedmanSentence(tests)}</p>${fold("All pairs", table(pairTable(tests, comparison)))}`)}`,
      },
      {
        id: "spent",
        title: "Spent",
        body: html`<p class="soft">Means over the runs.</p>${table(spendingTable(comparison))}`,
      },
      ...(published === undefined ? [] : [{ id: "published", title: "Published results", body: published }]),
      {
        id: "checklist",
        title: "Best-practice checklist",
        body: html`<p class="soft">Filled in by the program from what it knows. Source: ${checklistSource}.</p>${table(checklistTable(comparison.checklist))}`,
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`${commandBlock(comparison.command)}${fold("Provenance", html`<pre>${JSON.stringify(comparison.provenance, null, 2)}</pre>`)}`,
      },
    ],
  });
}

/** The comparison as Markdown, for a terminal, a pull request or a file of results. */
export function comparisonMarkdown(comparison: Comparison, level = 1): string {
  const heading = (depth: number, text: string) => `${"#".repeat(level + depth)} ${markdownText(text)}`;
  const published = publishedTable(comparison.space, comparison.dataset);
  const parts = [
    heading(0, comparisonTitle(comparison)),
    `Selected on ${comparison.selectedOn} data; ${comparison.seeds.length} runs of each strategy.`,
    ...comparison.notes.map((note) => `> ${markdownText(note)}`),
    findings(comparison)
      .map((finding) => `- ${markdownText(finding)}`)
      .join("\n"),
    markdownTable(resultTable(comparison)),
    ...(comparison.trivialGuesses.length === 0 ? [] : [markdownTable(trivialTable(comparison))]),
    methodNote,
    ...comparison.tests.flatMap((tests) => [
      heading(1, `Tests after ${tests.evaluations} evaluations`),
      markdownText(friedmanSentence(tests)),
      markdownTable(pairTable(tests, comparison)),
    ]),
    heading(1, "Spent (means over the runs)"),
    markdownTable(spendingTable(comparison)),
    ...(published.rows.length === 0
      ? []
      : [heading(1, `Published results (${publishedLabel})`), markdownTable(published)]),
    heading(1, "Best-practice checklist"),
    `Filled in by the program. Source: ${checklistSource}.`,
    markdownTable(checklistTable(comparison.checklist)),
    heading(1, "How to repeat it"),
    markdownCode(comparison.command),
  ];
  return `${parts.join("\n\n")}\n`;
}
