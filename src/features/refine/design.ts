// A network together with its weights, and the changes that refinement may make of one of its blocks: those of graph/changes,
// with the weights inherited.
import type { Random } from "../../base/random.ts";
import { initialWeights, type Weights } from "../../engine/index.ts";
import { blockOf, drawChange as drawGraphChange, inheritWeights } from "../../graph/changes/index.ts";
import type { Network } from "../../graph/network.ts";

export interface Design {
  readonly network: Network;
  readonly weights: Weights;
}

export interface Change {
  readonly design: Design;
  /** What was done, for people: `stage1.block2: kernel of depthwise.conv 3 → 5`. */
  readonly words: string;
  /** Whether the outputs are the same as before. */
  readonly preserves: boolean;
}

/** One change of a block, drawn among those that apply. */
export function drawChange(design: Design, block: string, random: Random): Change | undefined {
  const change = drawGraphChange(design.network, { random, block });
  if (change === undefined) return undefined;
  const { network, words, preserves } = change;
  const fresh = initialWeights(network.nodes, random.integer(2 ** 31));
  return { design: { network, weights: inheritWeights(design, network, fresh) }, words, preserves };
}

/** The blocks between stem and head that compute something, from the first to the last. */
export function blocksOf({ nodes }: Network): readonly string[] {
  const withWork = nodes.filter(({ op }) => op.kind === "conv").map(({ id }) => blockOf(id));
  return [...new Set(withWork)].filter((block) => block !== "stem" && block !== "head");
}

/** The node whose map leaves the block: the last that someone outside reads. Undefined when there is none left. */
export function outputOf({ nodes }: Network, block: string): string | undefined {
  const read = new Set(nodes.filter(({ id }) => blockOf(id) !== block).flatMap(({ inputs }) => inputs));
  return nodes.findLast(({ id }) => blockOf(id) === block && read.has(id))?.id;
}
