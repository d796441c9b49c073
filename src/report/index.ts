// What other folders may use of the reports.
export type { AnytimeCurve } from "./anytime.ts";
export type { Bench, BenchPoint, BenchTrace, ModelSpending, ProposalCounts, TrivialGuess } from "./bench.ts";
export { type Chart, chartFile, type Theme } from "./charts/chart.ts";
export { baselineStrategies, type Comparison, compareBench } from "./comparison.ts";
export { comparisonCharts, comparisonMarkdown, comparisonPage } from "./comparison-page.ts";
export { networkPicture } from "./network-picture.ts";
export { networkSketch } from "./network-sketch.ts";
export { type PublishedRow, publishedFor } from "./published.ts";
export { runCharts } from "./run-charts.ts";
export type { BaselineTrace, RunReportInput } from "./run-facts.ts";
export { runMarkdown } from "./run-markdown.ts";
export { runReport } from "./run-report.ts";
export { runsMarkdown, runsReport } from "./runs-report.ts";
