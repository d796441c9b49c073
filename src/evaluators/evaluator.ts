// The contract of an evaluator: a design in, an outcome out. It never sees a strategy, and never shows a test
// figure to a search: `test` is called once, by the study, for the design that was selected.
import type { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import type { Network } from "../graph/network.ts";
import type { Metric, Metrics } from "../metrics/metric.ts";
import type { Choices, ImageTask, Limits, Space } from "../search/space.ts";
import type { EpochPoint, Evaluation, Fidelity, Proposal } from "../search/trial.ts";
import type { Layout } from "../tasks/image-classification/index.ts";
import type { Launcher } from "./launchers/launcher.ts";

export interface EvaluationRequest {
  readonly trialNumber: number;
  readonly proposal: Proposal;
  readonly network: Network;
  /** The network with whose weights the training begins (`Proposal.inherits`), for an evaluator that has kept them. */
  readonly parent?: Network;
  readonly fidelity: Fidelity;
  /** Seeds the weights, the order of the data and the augmentation. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /**
   * Called after each epoch, so that a person can watch. In a final training by the clock after every 25th of the time
   * or so; where measuring would take too much of it, with the validation as it was measured last.
   */
  readonly onEpoch?: (point: EpochPoint) => void;
}

export interface TestResult {
  /** On test data, by the name of the metric. */
  readonly metrics: Metrics;
  /** Folder-relative files that were written (`best/model.onnx`), if any. */
  readonly files?: readonly string[];
  readonly detail?: JsonObject;
}

export interface Evaluator {
  /** What designs are selected on, among the metrics of their outcomes; accuracy where it is absent. */
  readonly metric?: Metric;
  /** The part of the data that outcomes were measured on. A table without a validation figure says `test`, and so does every report. */
  readonly selectedOn: "validation" | "test";
  readonly fidelity: {
    readonly full: Fidelity;
    readonly epochs?: { readonly min: number; readonly max: number };
    /** It can train by the clock: `Fidelity.seconds` is respected, and `test` with it ends within that many seconds. */
    readonly seconds?: true;
  };
  /** It keeps the weights of what it trained, so that another network can begin with them (`EvaluationRequest.parent`). */
  readonly keepsWeights?: true;
  /**
   * The evaluator itself says what is infeasible or a repeat, as a recorded conversation does. Otherwise the study
   * checks the limits before evaluating and evaluates no design twice.
   */
  readonly ownVerdicts?: boolean;
  /** Where all designs are known and there is nothing to test: the selected design's place among them, for the end of a run. */
  placeOf?(choices: Choices): JsonObject | undefined;
  /** What a reader must be told of the data, such as where a recorded conversation contradicts itself. */
  readonly remarks?: readonly string[];
  /** What a reader needs to trace a figure: table or data set with hash, versions, settings. */
  readonly provenance: JsonObject;
  /** How a design is trained, in a sentence for a language model, and how many images it is measured on. */
  readonly recipe?: { readonly words: string; readonly validationImages?: number };
  /** The highest score that any design has, where a table knows it. */
  readonly optimum?: number;
  /** A failed training is an outcome, not an exception. */
  evaluate(request: EvaluationRequest): Promise<Evaluation>;
  /** The selected design's figure on the test data, at full fidelity. Absent where there is no test data. */
  test?(request: EvaluationRequest): Promise<TestResult>;
  close?(): Promise<void>;
}

/** What an evaluator is created for. */
export interface EvaluatorSetting {
  readonly space: Space;
  /** A name from `genius list datasets`, or a path. */
  readonly dataset: string;
  /** The run's folder, for checkpoints and the best model. */
  readonly folder: string;
  readonly seed: number;
  /** What to select on; absent: the evaluator's own choice. */
  readonly metric?: Metric;
  /** Whether a design is within the limits: what ranks and an optimum count among; absent: all designs. */
  readonly isAllowed?: (choices: Choices) => boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Evaluations that will run at once, so that they can share the processor; 1 by default. */
  readonly parallel?: number;
  /** The search goes by the clock: its fidelity is `seconds`. Only for an evaluator that has `fidelity.seconds`. */
  readonly byTheClock?: boolean;
  /** A file of weights that the final training begins with. Only for a definition with `beginsWithWeights`. */
  readonly weights?: string;
  /** Told a line for a person while something slow is prepared, such as a download. */
  readonly onProgress?: (text: string) => void;
  /** Aborting it ends what is slow to prepare; a training has a signal of its own. */
  readonly signal?: AbortSignal;
  /** Opens the launcher that `launcherOf` named; only there for an evaluator that has it. */
  readonly openLauncher?: () => Promise<Launcher>;
}

export interface DescribeSetting {
  readonly dataset: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (text: string) => void;
  /** Aborting it ends the reading of the data. */
  readonly signal?: AbortSignal;
}

export interface DatasetDescription {
  /** Absent where there are no images, as in a recorded conversation. */
  readonly images?: ImageTask;
  /** Limits that come with the data, such as those a recorded prompt states; the user's own come first. */
  readonly limits?: Limits;
  /** For a language model and for people: "CIFAR-10: 50,000 training images of 3 × 32 × 32 in 10 classes". */
  readonly words: string;
  /** What was understood of a folder that could be read in more than one way: a person looks at it before all else. */
  readonly understood?: { readonly lines: readonly string[]; readonly layout: Layout };
}

export interface EvaluatorDefinition<Options = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** Whether outcomes are looked up instead of trained. */
  readonly tabular?: boolean;
  /** It can train by the clock, and does so where a search names no number of trials; `asked`: only where minutes are named. */
  readonly trainsByTheClock?: boolean | "asked";
  /** Its trainings are processes of this machine, one for each that runs at once. */
  readonly startsProcesses?: boolean;
  /** Its final training can begin with given weights. */
  readonly beginsWithWeights?: boolean;
  /** What it can select on, its usual one first; accuracy alone where absent. */
  readonly metrics?: readonly Metric[];
  readonly options: z.ZodType<Options>;
  /** The same, for an evaluator whose options choose the task. */
  metricsOf?(options: Options): readonly Metric[] | Promise<readonly Metric[]>;
  /** Whether it measures a metric of the user's own too: `EvaluatorSetting.metric` then has a `file`. */
  readonly measuresOwn?: boolean;
  /** The name or file of the launcher that trainings run on, for an evaluator that uses one. */
  launcherOf?(options: Options): string;
  /**
   * What the data set holds, asked before there is a space, so that a space can fit it. Absent or undefined: the
   * space is made without knowing.
   */
  describe?(setting: DescribeSetting, options: Options): Promise<DatasetDescription | undefined>;
  create(setting: EvaluatorSetting, options: Options): Promise<Evaluator>;
}

export function defineEvaluator<Options>(
  definition: EvaluatorDefinition<Options>,
): EvaluatorDefinition<Options> {
  return definition;
}
