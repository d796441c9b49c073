// Training networks inside the process. Public: create a trainer for a network of src/graph, step it, predict.
// Knows nothing of search, data sets or files.

export type { Weights } from "../graph/weights.ts";
export { checkpointWeights } from "./checkpoint.ts";
export { initialWeights } from "./initialise.ts";
export { type LossName, lossNames } from "./lower/losses.ts";
export type { Optimiser } from "./optimiser.ts";
export { createPredictor, type Predictor, type PredictorOptions } from "./predictor.ts";
export { learningRateAt, learningRateByShare, type Schedule } from "./schedule.ts";
export { checkExecutionProvider, type ExecutionProvider } from "./session.ts";
export {
  type Batch,
  createTrainer,
  type StepResult,
  type Trainer,
  type TrainerOptions,
} from "./trainer.ts";
