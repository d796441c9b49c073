// The contract of a search strategy: propose, then observe. A strategy never sees an evaluator. Observing is
// the only way it learns, so replaying a journal's trials restores it.
import type { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import type { Random } from "../base/random.ts";
import type { Network } from "../graph/network.ts";
import type { Conversation } from "../llm/index.ts";
import type { Metric } from "../metrics/index.ts";
import type { Dataset } from "../tasks/image-classification/index.ts";
import type { ImageSize } from "../tasks/image-size.ts";
import type { Domain } from "./constraints/domain.ts";
import type { Fidelity, Proposal, Trial } from "./trial.ts";

export interface Strategy {
  /**
   * The next design to evaluate, or undefined when there is nothing left to try.
   * Must not depend on anything but the options, what was observed, and this context.
   */
  propose(context: ProposeContext): Promise<Proposal | undefined>;
  /** A finished trial, in the order of its number. Called for its own proposals and for those of a resumed run. */
  observe(trial: Trial): void;
  /** It observes references too – of a race, or the network that a search starts from – which it did not propose. */
  readonly observesReferences?: true;
  /** About what a whole study will ask of the language model, so that its price can be told before the run. */
  modelPlan?(): { readonly promptChars: number; readonly replyTokens: number; readonly calls: number };
}

export interface ProposeContext {
  /** The number of the trial to propose, counted from 1. */
  readonly trialNumber: number;
  /** The same in the whole run, where references and longer trainings are trials too. */
  readonly trialInRun?: number;
  /** The stream of this trial: the same for the same study seed and trial number. */
  readonly random: Random;
  /** Proposals that are being evaluated now, which a strategy should not repeat. */
  readonly pending: readonly Proposal[];
  /** What the person who runs the search has remarked so far, oldest first, for a strategy that asks a model. */
  readonly insights?: readonly string[];
  /** A model's lessons as that person has edited them last. */
  readonly editedLessons?: { readonly text: string; readonly trialNumber: number };
  /** Wall seconds left for the search, in a study by the clock: without those of the final training. May be negative. */
  readonly secondsLeft?: number;
  readonly signal: AbortSignal;
}

/** How a design is measured, for a strategy that explains it to a model. */
export interface Measuring {
  readonly selectedOn: "validation" | "test";
  /** The training in a sentence: epochs, images, learning rate. */
  readonly recipe?: string;
  readonly validationImages?: number;
}

/** What a strategy is created for. */
export interface StrategySetting {
  readonly domain: Domain;
  /** Networks that won before and suit the task, for a strategy that `readsExperience`. */
  readonly experience?: readonly ToldNetwork[];
  /** Networks that people designed, within the limits, to start from. */
  readonly starts?: {
    readonly networks: readonly Network[];
    /** They are trained whatever the strategy proposes, as the references of a race are. */
    readonly areTried: boolean;
  };
  /**
   * It is shown scored networks from outside the domain as well, and should learn from them what their graphs say of its designs. A
   * strategy that looks at decisions only may not care.
   */
  readonly readsNetworks?: true;
  /** How many evaluations the study may spend. */
  readonly evaluations: number;
  /** What the network is for, in words: "CIFAR-10 image classification, 10 classes, 3 × 32 × 32". */
  readonly task: string;
  readonly measuring?: Measuring;
  /** What designs are selected on; accuracy where it is absent. */
  readonly metric?: Metric;
  /** How a model is told a result by `llm`, where that is not the score in per cent: an experiment on what it needs to know. */
  readonly tellScore?: (score: number) => string;
  readonly fidelity: {
    readonly full: Fidelity;
    /** The range of epochs that a multi-fidelity strategy may use; absent where an evaluator has no cheaper setting. */
    readonly epochs?: { readonly min: number; readonly max: number };
    /** By the clock: seconds of training at which networks are compared, shortest first; the best of each go on to the next. */
    readonly rungs?: readonly number[];
  };
  /** Present when the study can train, for a strategy that trains on images itself. */
  readonly training?: TrainingAccess;
  /** Present when the study has a language model. */
  readonly conversation?: Conversation;
}

/** A network that was better than a hand-designed one, beyond the noise of its trainings. */
export interface ToldNetwork {
  /** Where, by how much, and what it costs. */
  readonly words: string;
  /** In the language, without the shape of its images. */
  readonly text: string;
}

/** What a strategy may use to train. It opens no dataset, starts no process and reads no environment itself. */
export interface TrainingAccess {
  /** The study's seed. */
  readonly seed: number;
  /** A folder on this machine whose content survives the run and can be made again. */
  readonly cacheFolder: string;
  /**
   * Opens the study's dataset, or the one named by `source`, with images of `imageSize`.
   * @throws GeniusError when it cannot be opened.
   */
  openDataset(imageSize: ImageSize, source?: string): Promise<Dataset>;
  /**
   * Runs a module of the Python trainer to its end on a launcher.
   * @throws GeniusError `training-failed` when it does not finish, or what the launcher throws.
   */
  runTrainer(program: TrainerProgram): Promise<void>;
}

export interface TrainerProgram {
  /** Such as `genius_trainer.supernet`; run in `folder`, which it gets as `.`. */
  readonly module: string;
  /** Absolute. It holds the job and receives the results; the same folder is the same job. */
  readonly folder: string;
  /** The launcher, by name or file. */
  readonly launcher: string;
  /** The path of a Python; default: the launcher's. */
  readonly python?: string;
  /** Each line that the program prints. */
  readonly onLine?: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface StrategyDefinition<Options = unknown> {
  readonly name: string;
  readonly summary: string;
  /** The paper or the reason it stands on. */
  readonly source: string;
  /** `required`: cannot run without a language model. */
  readonly model: "required" | "optional" | "none";
  /** Needs each result before it proposes the next design: evaluations run one at a time unless told otherwise. */
  readonly oneAtATime?: true;
  /**
   * `images`: trains on images itself, and cannot be created without them. `training`: proposes networks from outside the
   * space, which no table knows.
   */
  readonly needs?: "images" | "training";
  /** Tells its model of networks that won before: `StrategySetting.experience`. */
  readonly readsExperience?: true;
  readonly options: z.ZodType<Options>;
  create(setting: StrategySetting, options: Options): Strategy;
  /**
   * Writes a space before a search, in which any other strategy then searches: what `--space NAME` means for its name. The
   * domain of `setting` has the images, the classes and the limits; its decisions mean nothing.
   * @throws GeniusError `model-unusable` when no space comes of it.
   */
  writeSpace?(setting: StrategySetting, signal: AbortSignal): Promise<WrittenSpace>;
}

/** A space that was written for one search. */
export interface WrittenSpace {
  /** In the language, with designs inside the limits. */
  readonly text: string;
  /** The options of the text's space that suit the images and classes. */
  readonly options: JsonObject;
  /** The writer's own: claims, not findings. */
  readonly reasons: string;
  /** How large it is and what its ends cost, in words. */
  readonly facts: string;
}

export function defineStrategy<Options>(
  definition: StrategyDefinition<Options>,
): StrategyDefinition<Options> {
  return definition;
}
