// Training networks inside the process. Public: describe a network as nodes, create a trainer, step it, predict.
// Knows nothing of search, data sets or files.

export { initialWeights } from "./initialise.ts";
export {
  type ActivationFunction,
  inferShapes,
  type MapShape,
  type ModelNode,
  type ModelOp,
  type ParameterSpec,
  parametersOf,
  type Shapes,
} from "./model.ts";
export type { Optimiser } from "./optimiser.ts";
export { countCorrect, createPredictor, type Predictor, type PredictorOptions } from "./predictor.ts";
export { learningRateAt, type Schedule } from "./schedule.ts";
export { checkExecutionProvider, type ExecutionProvider } from "./session.ts";
export type { Weights } from "./state.ts";
export {
  type Batch,
  createTrainer,
  type StepResult,
  type Trainer,
  type TrainerOptions,
} from "./trainer.ts";
export { activationAgreement, logPathFlow } from "./untrained.ts";
