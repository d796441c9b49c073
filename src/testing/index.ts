// What authors of strategies and users of models need for their own tests, published as genius-nas/testing.

export { type FormatCheck, formatChecks } from "./format-suite.ts";
export { type LauncherHarness, launcherChecks } from "./launcher-suite.ts";
export {
  type Behaviour,
  behaviours,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from "./model-server.ts";
export { type OperatorCheck, operatorChecks } from "./operator-suite.ts";
export { strategyChecks } from "./strategy-suite.ts";
