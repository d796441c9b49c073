// The contract of what says which changes of a block are tried, and the simplest of them: what the grammar draws.
// Proposers see what was measured; they must not train or measure themselves.
import type { Random } from "../../base/random.ts";
import { networkViolations } from "../../search/constraints/create-domain.ts";
import type { Limits } from "../../search/constraints/domain.ts";
import { type Change, type Design, drawChange } from "./design.ts";
import type { Evidence } from "./evidence.ts";
import type { LocalMeasures, LocalSample } from "./local-measures.ts";

/** A trained candidate. What is said of a change is absent for the design that was left as it is. */
export interface Candidate {
  readonly words?: string;
  readonly preserves?: boolean;
  /** Against the unchanged design. */
  readonly evidence?: Evidence;
  readonly paramCount: number;
  readonly macCount: number;
  /** The selected metric on validation images; higher is better. */
  readonly score: number;
  readonly local: LocalMeasures;
}

export interface Round {
  readonly block: string;
  /** The unchanged design first. */
  readonly candidates: readonly Candidate[];
  readonly chosen: number;
  readonly proposed: ProposedWords;
}

/** What is kept of a proposal besides its changes. */
export interface ProposedWords {
  readonly by: "grammar" | "model";
  /** The number of the model's reply in the conversation's record. */
  readonly call?: number;
  readonly reason?: string;
  /** Why the model's reply could not be used: the grammar drew in its place. */
  readonly unusable?: string;
}

export interface Proposed {
  readonly changes: readonly Change[];
  readonly words: ProposedWords;
}

export interface ProposeContext {
  readonly design: Design;
  readonly block: string;
  /** Those that are over, of all blocks. */
  readonly rounds: readonly Round[];
  /** Max changes wanted. */
  readonly count: number;
  readonly limits: Limits;
  readonly random: Random;
  /** Measures the map that leaves the block as it is now. */
  readonly measure: () => Promise<LocalSample>;
  readonly signal: AbortSignal;
}

/** All changes that it gives are valid and keep to the limits; there may be none. */
export type Proposer = (context: ProposeContext) => Promise<Proposed>;

export const byGrammar: Proposer = async (context) => ({
  changes: drawChanges(context, context.count),
  words: { by: "grammar" },
});

/** Max draws for each change, until one is new and keeps to the limits. */
const draws = 10;

/** Different changes of the block within the limits, at most `count`. */
export function drawChanges(
  { design, block, limits, random }: Pick<ProposeContext, "design" | "block" | "limits" | "random">,
  count: number,
): readonly Change[] {
  const found = new Map<string, Change>();
  for (let draw = 0; draw < draws * count && found.size < count; draw += 1) {
    const change = drawChange(design, block, random);
    if (change !== undefined && isWithin(change.design, limits)) found.set(change.words, change);
  }
  return [...found.values()];
}

const isWithin = ({ network }: Design, limits: Limits): boolean =>
  networkViolations(network, limits).length === 0;
