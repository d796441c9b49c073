// The contract of a search space: decisions, and the network that a vector of choices stands for.
// A space knows nothing of strategies, evaluators or models.
import type { z } from "zod";
import type { FeatureShape, Network } from "../graph/network.ts";
import type { Precision } from "../graph/precision.ts";
import type { ImageSize } from "../tasks/image-size.ts";

/** One option's index per decision, in the order of `Space.decisions`; the first option is 0. */
export type Choices = readonly number[];

export interface Decision {
  /** Short and unique in the space: `layer3`, `stage2.depth`, `learningRate`. */
  readonly name: string;
  /** What the decision changes in the network, in one sentence that a language model can use. */
  readonly meaning: string;
  /** `ordinal`: the options are in order of size, and neighbours are alike. */
  readonly kind: "categorical" | "ordinal";
  /** `training` for a hyperparameter of the training, such as a learning rate. */
  readonly about: "architecture" | "training";
  readonly options: readonly DecisionOption[];
}

export interface DecisionOption {
  readonly label: string;
  /** The quantity the option stands for, where it is one: a width, a depth, a learning rate. */
  readonly value?: number;
}

/** Values that a space's choices give to the training's hyperparameters, by name. */
export type Hyperparameters = Readonly<Record<string, number>>;

export interface Space {
  readonly name: string;
  /** One or two sentences for people and for a language model. */
  readonly summary: string;
  readonly input: FeatureShape;
  readonly classCount: number;
  /** Its networks take images of any size. Costs are counted at `input`, whatever size they are trained at. */
  readonly takesAnySize?: boolean;
  readonly decisions: readonly Decision[];
  /** The digit that option 0 has in this space's published keys: 0, or 1 for Channel-Bench. */
  readonly firstDigit: 0 | 1;
  /** Total: every vector of valid indices is a network. */
  decode(choices: Choices): Network;
  /**
   * A rule beyond parameters and MACs: true, or why the design is not allowed, in a few words. No search proposes such a
   * design. Absent: every design is allowed. A language model reads the space's summary, so say the rule there too.
   */
  allows?(choices: Choices): true | string;
  /** The training hyperparameters among the decisions, if the space has any. */
  hyperparameters?(choices: Choices): Hyperparameters;
  /** Reads another published way of writing a design (a cell string, a list of widths), or returns undefined. */
  parse?(text: string): Choices | undefined;
  /** The key of a design in its published table, where it is not the string of digits. */
  tableKey?(choices: Choices): string;
  /**
   * For a space in which several vectors stand for one network: the key that they share, and how many networks there are
   * (absent where counting would take too long). A network is evaluated once. Parts that compute nothing may count in costs, so those may differ. Absent: every vector
   * is a network of its own.
   */
  readonly networks?: { readonly count?: number; keyOf(choices: Choices): string };
  /**
   * Sets of decisions (by index) such that a network's cost is exactly a sum of terms, each of which depends
   * on one set only. It makes costs a table look-up and repairs exact. Absent: costs are counted on the network.
   */
  readonly costScopes?: readonly (readonly number[])[];
  /** Whether it was read from a text of the language. */
  readonly isText?: true;
  /**
   * The space as a text of the language, with the same decisions in the same order, so that the same choices are the same
   * network; or why the language cannot say it. Absent: it has none.
   */
  asText?(): SpaceText;
}

export type SpaceText = { readonly text: string } | { readonly unsayable: string };

/** Bounds on what is a sum over a network's layers. All are inclusive. */
export interface CostLimits {
  readonly minParamCount?: number;
  readonly maxParamCount?: number;
  readonly minMacCount?: number;
  readonly maxMacCount?: number;
}

/** Bounds that are known exactly before anything is trained. All are inclusive. */
export interface Limits extends CostLimits {
  /** The arena of feature maps for one image, in bytes. */
  readonly maxRamBytes?: number;
  /** Weights, tables and code, in bytes. */
  readonly maxFlashBytes?: number;
  /** What RAM and flash are counted for; int8 by default. */
  readonly precision?: Precision;
}

/** What a space file exports by default. */
export interface SpaceDefinition<Options = unknown> {
  readonly name: string;
  readonly summary: string;
  /** Where the space was published, or what it was made for. */
  readonly source: string;
  readonly options: z.ZodType<Options>;
  /** The options that suit images and limits, for a space that can be made for any; the user's own come first. */
  fit?(images: ImageTask, limits: Limits): Partial<Options>;
  create(options: Options): Space;
  /** The text that it was read from, of which a run keeps a copy. */
  readonly text?: string;
}

/** What a space must know of a data set. */
export interface ImageTask {
  /** For a space whose option `imageSize` takes a number only, images are cropped to squares. */
  readonly imageSize: ImageSize;
  readonly channels: number;
  readonly classCount: number;
}

export function defineSpace<Options>(definition: SpaceDefinition<Options>): SpaceDefinition<Options> {
  return definition;
}
