// The public API of genius-nas: the named exports of this file, and nothing else.
export { type ErrorCode, GeniusError } from "./base/errors.ts";
export { createRandom, type Random } from "./base/random.ts";
export { type Assembly, assemble } from "./catalog/assemble.ts";
export { loadEvaluator, loadSpace, loadStrategy } from "./catalog/load.ts";
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
  classifier,
  conv,
  convNorm,
  invertedResidual,
  makeDivisible,
  norm,
  squeezeExcite,
} from "./network/blocks.ts";
export {
  type NetworkCost,
  type NodeCost,
  networkCost,
  nodeCosts,
  peakActivationBytes,
} from "./network/cost.ts";
export {
  type ActivationName,
  createNetworkBuilder,
  type FeatureShape,
  type Network,
  type NetworkBuilder,
  type NetworkNode,
  type Operation,
} from "./network/network.ts";
export { createJournal, type Journal, openJournal, readJournal } from "./record/journal.ts";
export type { RunRecord, StudyConfig } from "./record/journal-lines.ts";
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
} from "./record/trial.ts";
export { fromDigits, keyOf, parseChoices, toDigits } from "./spaces/choices.ts";
export { createDomain, largestFeasible, neighbours, smallestFeasible } from "./spaces/create-domain.ts";
export type { DesignCost, Domain, Violation } from "./spaces/domain.ts";
export {
  type Choices,
  type Decision,
  type DecisionOption,
  defineSpace,
  type ImageTask,
  type Limits,
  type Space,
  type SpaceDefinition,
} from "./spaces/space.ts";
export {
  defineStrategy,
  type ProposeContext,
  type Strategy,
  type StrategyDefinition,
  type StrategySetting,
} from "./strategies/strategy.ts";
export { runStudy, type Study, type StudyEvent, type StudyResult, testBest } from "./study/run-study.ts";
