// The contract of a search strategy: propose, then observe. A strategy never sees an evaluator. Observing is
// the only way it learns, so replaying a journal's trials restores it.
import type { z } from "zod";
import type { Random } from "../base/random.ts";
import type { Conversation } from "../llm/index.ts";
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
  /** About what a whole study will ask of the language model, so that its price can be told before the run. */
  modelPlan?(): { readonly promptChars: number; readonly replyTokens: number; readonly calls: number };
}

export interface ProposeContext {
  /** The number of the trial to propose, counted from 1. */
  readonly trialNumber: number;
  /** The stream of this trial: the same for the same study seed and trial number. */
  readonly random: Random;
  /** Proposals that are being evaluated now, which a strategy should not repeat. */
  readonly pending: readonly Proposal[];
  /** What the person who runs the search has remarked so far, oldest first, for a strategy that asks a model. */
  readonly insights?: readonly string[];
  readonly signal: AbortSignal;
}

/** What a strategy is created for. */
export interface StrategySetting {
  readonly domain: Domain;
  /** How many evaluations the study may spend. */
  readonly evaluations: number;
  /** What the network is for, in words: "CIFAR-10 image classification, 10 classes, 3 × 32 × 32". */
  readonly task: string;
  readonly fidelity: {
    readonly full: Fidelity;
    /** The range of epochs that a multi-fidelity strategy may use; absent where an evaluator has no cheaper setting. */
    readonly epochs?: { readonly min: number; readonly max: number };
  };
  /** The study's data set by name or path, and its seed, for a strategy that trains on the images itself. */
  readonly images?: { readonly source: string; readonly seed: number };
  /** Present when the study has a language model. */
  readonly conversation?: Conversation;
}

export interface StrategyDefinition<Options = unknown> {
  readonly name: string;
  readonly summary: string;
  /** The paper or the reason it stands on. */
  readonly source: string;
  /** `required`: cannot run without a language model. */
  readonly model: "required" | "optional" | "none";
  /** `images`: trains on images itself, and cannot be created without them. */
  readonly needs?: "images";
  readonly options: z.ZodType<Options>;
  create(setting: StrategySetting, options: Options): Strategy;
}

export function defineStrategy<Options>(
  definition: StrategyDefinition<Options>,
): StrategyDefinition<Options> {
  return definition;
}
