// What other folders use of the reports.
export { auditMarkdown, auditPage, auditResult } from "./audit-report.ts";
export type { Bench, BenchTrace, TrivialGuess } from "./bench.ts";
export { meanInterval } from "./bootstrap.ts";
export { chartFile } from "./charts/chart.ts";
export { chartPng } from "./charts/chart-png.ts";
export { baselineStrategies, compareBench } from "./comparison.ts";
export { comparisonMarkdown, comparisonPage } from "./comparison-page.ts";
export { type DecisionWorth, decisionWorth } from "./decision-worth.ts";
export { type EarlyLate, earlyLate, earlyLateCaption, earlyLateInWords } from "./early-late.ts";
export { type OutlineStage, outlineOf } from "./network-outline.ts";
export { networkSketch } from "./network-sketch.ts";
export { runCharts } from "./run-charts.ts";
export type { RunReportInput } from "./run-facts.ts";
export { runMarkdown } from "./run-markdown.ts";
export { runReport } from "./run-report.ts";
export { outcomeInWords, violationInWords } from "./run-tables.ts";
export { runsMarkdown, runsReport } from "./runs-report.ts";
export { quantileOfSorted } from "./statistics.ts";
