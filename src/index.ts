// The public API of genius-nas: the named exports of this file, and nothing else.

export { type Assembly, assemble } from "./api/assemble.ts";
export {
  type BaselinesEvent,
  type BaselinesOptions,
  type BaselinesResult,
  baselines,
} from "./api/baselines.ts";
export { type BenchEvent, type BenchOptions, type BenchResult, bench } from "./api/bench/bench.ts";
export { type Cost, cost } from "./api/cost.ts";
export type { Design, Subject } from "./api/design.ts";
export {
  type DeviceExportOptions,
  type ExportedForDevice,
  exportForDevice,
} from "./api/export-device.ts";
export {
  type CExportOptions,
  type Exported,
  type ExportedC,
  type ExportOptions,
  exportC,
  exportNetwork,
  exportRun,
} from "./api/export-network.ts";
export { type FinishTrialOptions, finishTrial } from "./api/finish-trial.ts";
export { type ImportedNetwork, type ImportOptions, importNetwork } from "./api/import-network.ts";
export { type KeepEvent, type KeepOptions, type KeepPlan, type KeepResult, keep } from "./api/keep.ts";
export {
  type OpenDataOptions,
  type OpenedImages,
  type OpenedTable,
  openData,
} from "./api/open-data.ts";
export { readRunResult } from "./api/read-run.ts";
export type { ReferenceDesign } from "./api/reference.ts";
export { finish, resume, search } from "./api/search.ts";
export type {
  BaselinePlan,
  BaselineSearchEvent,
  ClockEvent,
  ClockPlan,
  SearchEvent,
  SearchPlan,
} from "./api/search-events.ts";
export type { ResumeOptions } from "./api/search-once.ts";
export type {
  GivenMembers,
  MemberOptions,
  ModelOptions,
  SearchBudget,
  SearchLimits,
  SearchOptions,
  Sitting,
} from "./api/search-options.ts";
export type { FoundNetwork, ModelSpent, SearchResult } from "./api/search-result.ts";
export { type TrainEvent, type TrainOptions, type TrainResult, train } from "./api/train.ts";
export { type ReportOptions, writeReport } from "./api/write-report.ts";
export { type ErrorCode, GeniusError } from "./base/errors.ts";
export { createRandom, type Random } from "./base/random.ts";
export {
  type Given,
  loadEvaluator,
  loadLauncher,
  loadSpace,
  loadStrategy,
  openSpace,
} from "./catalog/load.ts";
export {
  type DatasetDescription,
  defineEvaluator,
  type EvaluationRequest,
  type Evaluator,
  type EvaluatorDefinition,
  type EvaluatorSetting,
  type TestResult,
} from "./evaluators/evaluator.ts";
export {
  defineLauncher,
  type Launcher,
  type LauncherDefinition,
  type LauncherSetting,
  type LaunchJob,
} from "./evaluators/launchers/launcher.ts";
export { type AccuracyTable, openTable, type TableRequest } from "./evaluators/tables/accuracy-table.ts";
export {
  classifier,
  conv,
  convNorm,
  invertedResidual,
  makeDivisible,
  norm,
  squeezeExcite,
} from "./graph/blocks.ts";
export { canonicalKey } from "./graph/canonical.ts";
export {
  type NetworkCost,
  type NodeCost,
  networkCost,
  nodeCosts,
  peakActivationBytes,
} from "./graph/cost.ts";
export {
  type ActivationName,
  createNetworkBuilder,
  type FeatureShape,
  type Network,
  type NetworkBuilder,
  type NetworkNode,
  type Operation,
} from "./graph/network.ts";
export type { Precision } from "./graph/precision.ts";
export { printNetwork, type ReadSetting, readNetwork, spaceOfText } from "./language/index.ts";
export { highestOf } from "./metrics/classes.ts";
export { defineMetric, type Metric, type MetricDefinition, type Scored } from "./metrics/metric.ts";
export type { Bench, BenchTrace, Comparison } from "./report/index.ts";
export { fromDigits, keyOf, parseChoices, toDigits } from "./search/choices.ts";
export {
  createDomain,
  largestFeasible,
  neighbours,
  smallestFeasible,
} from "./search/constraints/create-domain.ts";
export type { DesignCost, Domain, MemoryCost, RecordedCost, Violation } from "./search/constraints/domain.ts";
export {
  defineReference,
  type FittedReference,
  fitReference,
  type ReferenceDefinition,
  type ReferenceSetting,
} from "./search/references/reference.ts";
export {
  type Choices,
  type CostLimits,
  type Decision,
  type DecisionOption,
  defineSpace,
  type ImageTask,
  type Limits,
  type Space,
  type SpaceDefinition,
} from "./search/space.ts";
export {
  defineStrategy,
  type ProposeContext,
  type Strategy,
  type StrategyDefinition,
  type StrategySetting,
} from "./search/strategy.ts";
export {
  bestOf,
  type EpochPoint,
  type Fidelity,
  isEvaluated,
  isScored,
  type Outcome,
  type Proposal,
  type ScoredTrial,
  type Trial,
} from "./search/trial.ts";
export type { RunRecord } from "./study/fold.ts";
export { createJournal, type Journal, openJournal, readJournal } from "./study/journal.ts";
export type { BaselineRun, BaselineSearch, ReferenceRun, StudyConfig } from "./study/journal-lines.ts";
export { runStudy, type Study, type StudyEvent, type StudyResult, testBest } from "./study/run-study.ts";
export { type TableJudge, type Trace, type TracePoint, traceStudy } from "./study/table-trace.ts";
export {
  type DatasetFormat,
  type DatasetListing,
  defineFormat,
  type ImageRecord,
  type StoredImage,
} from "./tasks/image-classification/dataset.ts";
export { default as imageClassification } from "./tasks/image-classification/task.ts";
export { type ImageSize, imageSizeOption, sidesOf } from "./tasks/image-size.ts";
export {
  defineTask,
  type Task,
  type TaskData,
  type TaskDescription,
  type TaskSetting,
} from "./tasks/task.ts";
