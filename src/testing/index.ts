// What authors of strategies and users of models need for their own tests, published as genius-nas/testing.

export type { Check } from "./check.ts";
export { type EvaluatorHarness, evaluatorChecks } from "./evaluator-suite.ts";
export { type FormatCheck, formatChecks } from "./format-suite.ts";
export { type LauncherHarness, launcherChecks } from "./launcher-suite.ts";
export { type MetricCheck, metricChecks } from "./metric-suite.ts";
export {
  type Behaviour,
  behaviours,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from "./model-server.ts";
export { type OperatorCheck, operatorChecks } from "./operator-suite.ts";
export { type SpaceSetting, spaceChecks } from "./space-suite.ts";
export { strategyChecks } from "./strategy-suite.ts";
export { taskChecks } from "./task-suite.ts";
