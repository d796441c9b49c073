// Reports of runs and benches: charts, pages, tables, tests of significance. What other folders may use.

export { authoredTexts } from "./authored-texts.ts";
export type { Bench, BenchTrace, TrivialGuess } from "./bench.ts";
export { bestName, keyInWords, kindName, reasonWords } from "./best-name.ts";
export type { Chart, DataTable } from "./charts/chart.ts";
export { chartFile } from "./charts/chart.ts";
export { chartPng } from "./charts/chart-png.ts";
export { barChart, stripChart } from "./charts/rows.ts";
export { baselineStrategies, type Comparison, compareBench } from "./comparison.ts";
export { comparisonJson } from "./comparison-json.ts";
export { comparisonMarkdown, comparisonPage } from "./comparison-page.ts";
export { comparisonTitle, findings, resultTable } from "./comparison-words.ts";
export { type DecisionWorth, decisionWorth } from "./decision-worth.ts";
export { type EarlyLate, earlyLate, earlyLateCaption, earlyLateInWords } from "./early-late.ts";
export { markdownCode, markdownTable, markdownText } from "./markdown.ts";
export { html } from "./markup.ts";
export { everyBlock, folded, type OutlineStage, outlineOf } from "./network-outline.ts";
export { networkSketch } from "./network-sketch.ts";
export { onDeviceInWords } from "./on-device.ts";
export { commandBlock, definitions, figure, fold, list, notice, pageText, table } from "./page.ts";
export { holmAdjusted } from "./paired-tests.ts";
export { runCharts } from "./run-charts.ts";
export type { RunReportInput } from "./run-facts.ts";
export { runMarkdown } from "./run-markdown.ts";
export {
  type AskedRun,
  intervalWords,
  methodOf,
  pairWords,
  questionsOf,
} from "./run-questions.ts";
export { runReport } from "./run-report.ts";
export { outcomeInWords } from "./run-tables.ts";
export { type RunVerdict, runVerdict } from "./run-verdict.ts";
export { runsMarkdown, runsReport } from "./runs-report.ts";
export { diffLineText, textChange } from "./text-change.ts";
export {
  finalCurveOf,
  type TrainedFacts,
  type TrainedFiles,
  testMetricsOf,
  trainedFacts,
} from "./trained-network.ts";
export { violationInWords } from "./violation-words.ts";
