// A network together with its weights, and what every change of one must keep: a graph whose shapes fit, without nodes
// that nobody reads, and weights for exactly its parameters. It must not know which changes there are.

import { initialWeights, type Weights } from "../../engine/index.ts";
import type { Network, NetworkNode, Operation } from "../../graph/network.ts";
import { parametersOf } from "../../graph/parameters.ts";
import { inferShapes, type Shapes } from "../../graph/shapes.ts";

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

/** A graph under change: nodes by id, in topological order. */
export type Nodes = readonly NetworkNode[];

/**
 * The design of changed nodes: what is not read any more goes, weights that are not given are fresh.
 * Undefined when the graph is not valid: shapes that do not fit, another output, an input that is lost.
 */
export function conform(before: Design, nodes: Nodes, weights: Weights, seed: number): Design | undefined {
  const last = nodes.at(-1)!.id;
  const live = new Set([last]);
  for (const { id, inputs } of nodes.toReversed())
    if (live.has(id)) for (const input of inputs) live.add(input);
  const kept = nodes.filter(({ id }) => live.has(id));
  if (kept[0]?.op.kind !== "input") return undefined;
  const network = { ...before.network, nodes: kept };
  let shapes: Shapes;
  try {
    shapes = inferShapes(kept);
  } catch {
    return undefined;
  }
  if (shapes.get(last)!.join() !== inferShapes(before.network.nodes).get(last)?.join()) return undefined;
  return { network, weights: complete(kept, shapes, { weights, seed }) };
}

/** Weights for all parameters, fresh where none of the right size are given. */
function complete(
  nodes: Nodes,
  shapes: Shapes,
  { weights, seed }: { readonly weights: Weights; readonly seed: number },
): Weights {
  const parameters = parametersOf(nodes, shapes);
  const fits = ({ name, dims }: (typeof parameters)[number]) =>
    weights.get(name)?.data.length === dims.reduce((product, size) => product * size, 1);
  const fresh = parameters.every(fits) ? undefined : initialWeights(nodes, seed);
  return new Map(
    parameters.map((parameter) => {
      const source = fits(parameter) ? weights : fresh!;
      return [parameter.name, source.get(parameter.name)!] as const;
    }),
  );
}

/** The nodes that read `id`. */
export function readersOf(nodes: Nodes, id: string): Nodes {
  return nodes.filter(({ inputs }) => inputs.includes(id));
}

/** The same nodes, with one operation changed. */
export function withOp(nodes: Nodes, id: string, op: Operation): Nodes {
  return nodes.map((node) => (node.id === id ? { ...node, op } : node));
}

/** The same nodes, in which every reader of `id` reads `other`, but for the nodes in `except`. */
export function redirect(nodes: Nodes, id: string, other: string, except: readonly string[] = []): Nodes {
  return nodes.map((node) =>
    node.inputs.includes(id) && !except.includes(node.id)
      ? { ...node, inputs: node.inputs.map((input) => (input === id ? other : input)) }
      : node,
  );
}

/** The stage and block of a node: `stage2.block1` of `stage2.block1.expand.conv`, `layer3` of `layer3.add`. */
export function blockOf(id: string): string {
  const parts = id.split(".");
  return parts[0]!.startsWith("stage") && parts.length > 2 ? `${parts[0]}.${parts[1]}` : parts[0]!;
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
