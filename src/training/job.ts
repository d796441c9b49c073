// What passes between the evaluator and its worker processes: jobs, progress and results, all plain JSON.

import type { ErrorCode } from "../base/errors.ts";
import type { Network } from "../graph/network.ts";
import type { Metric, Metrics } from "../metrics/metric.ts";
import type { EpochPoint } from "../search/trial.ts";
import type { ConfusedPair } from "./measure.ts";
import type { TrainingPlan } from "./plan.ts";

/** Where the images are, and which part of them trains. */
export interface TrainingData {
  /** A name of `genius list tasks`; image classification by default. */
  readonly task?: string;
  /** The file of a metric of the user's own, measured beside the task's. */
  readonly metricFile?: string;
  /** The decoded dataset in the cache. */
  readonly cachePath: string;
  readonly validationFraction01: number;
  /** Seeds the validation split and the choice of a fraction: the same for all trainings of a study. */
  readonly splitSeed: number;
  readonly dataFraction01: number;
}

/** What trainings by epochs and by the clock share. */
export interface TrainingSetting {
  readonly network: Network;
  readonly data: TrainingData;
  readonly plan: TrainingPlan;
  /** What is selected on: of the last and the averaged weights, the better ones are handed over. */
  readonly metric: Metric;
  readonly seed: number;
  readonly threads: number;
  readonly timeLimitMs?: number;
  readonly memoryLimitBytes?: number;
  /** A checkpoint to continue from. */
  readonly from?: string;
  /** Where none is continued: a checkpoint of another network, whose weights are taken over where they have a place. */
  readonly heirOf?: { readonly path: string; readonly network: Network };
  /** A file of weights to begin with, where there is no checkpoint; what it does not have begins at random. */
  readonly begin?: string;
}

export interface Training extends TrainingSetting {
  /** In all, with those of the checkpoint that it continues. */
  readonly epochs: number;
}

export interface ClockTraining extends TrainingSetting {
  /**
   * Wall time. Of a slice: in all, with that of the checkpoint that it continues, and with opening, measuring and
   * the latency. Of a final training: what is left for it, with testing and exporting.
   */
  readonly seconds: number;
}

export type Job =
  | {
      readonly kind: "evaluate";
      readonly training: Training | ClockTraining;
      readonly maxLatencyMs?: number;
      /** As it was measured elsewhere; absent: it is measured in the job. */
      readonly latencyMs?: number;
      /** Where the state at the end is kept, if a strategy may ask for a longer training. */
      readonly keep?: string;
    }
  | {
      readonly kind: "finish";
      readonly training: Training | ClockTraining;
      /** When its seconds began, in milliseconds of the Unix epoch. */
      readonly begunAt: number;
      /** Where the state is kept regularly, so that a stopped training continues. */
      readonly keep: string;
      /** Where `model.onnx` and the rest are written. */
      readonly folder: string;
      /** Into the metadata of the files. */
      readonly metadata: Readonly<Record<string, string>>;
      /** Write the model in 8 bits too, and measure what that loses. */
      readonly int8?: boolean;
    };

/** How a job ended, other than by an error. */
export type End =
  | {
      readonly kind: "trained";
      /** On validation. */
      readonly metrics: Metrics;
      readonly confused?: readonly ConfusedPair[];
      readonly curve: readonly EpochPoint[];
      /** Median of one image at a time, one thread. */
      readonly latencyMs: number;
      readonly epochsRun: number;
    }
  | { readonly kind: "finished"; readonly result: FinishResult }
  | { readonly kind: "too-slow"; readonly latencyMs: number }
  | {
      readonly kind: "diverged" | "timeout" | "out-of-memory";
      readonly detail: string;
      readonly curve: readonly EpochPoint[];
      readonly epochsRun: number;
    };

export interface FinishResult {
  /** On test. */
  readonly testMetrics: Metrics;
  /** Names in `folder`. */
  readonly files: readonly string[];
  readonly detail: FinishDetail;
}

/** What the result says beside the metrics on test; the whole is in `test.json`. */
export type FinishDetail = {
  readonly testLoss: number;
  readonly testImages: number;
  /** Where the task measures accuracy. */
  readonly validationAccuracy01?: number;
  /** On validation. */
  readonly validation: Metrics;
  readonly epochs: number;
  /** Wall time of training in all, the search's part included; where it went by the clock. */
  readonly seconds?: number;
  /** What a reader must know of the training. */
  readonly remark?: string;
  readonly weights: "last" | "averaged";
  readonly latencyMs: number;
  readonly modelBytes: number;
  readonly exportDifference: number;
  /** Of `model.int8.onnx`, if it was asked for. */
  readonly int8?: {
    readonly validationAccuracy01?: number;
    readonly testAccuracy01?: number;
    readonly validation: Metrics;
    readonly test: Metrics;
    readonly latencyMs: number;
    readonly modelBytes: number;
  };
  /** Of `model.int8.tflite`, in the integer arithmetic of TFLite and of the exported C; where 8 bits were asked for. */
  readonly integer?: {
    readonly validationAccuracy01?: number;
    readonly testAccuracy01?: number;
    readonly validation: Metrics;
    readonly test: Metrics;
    readonly modelBytes: number;
  };
};

export type FromWorker =
  | { readonly kind: "epoch"; readonly point: EpochPoint }
  | { readonly kind: "end"; readonly end: End }
  | { readonly kind: "error"; readonly code: ErrorCode; readonly message: string };
