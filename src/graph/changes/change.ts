// A change of a network's graph, and what all of them keep: shapes that fit, the same input and output, no node that
// nobody reads. Nodes that stay keep their ids, by which weights are inherited (inherit.ts). It must not know which
// changes there are.
import type { Random } from "../../base/random.ts";
import { liveNodes, type Network, type NetworkNode, type Operation } from "../network.ts";
import { inferShapes, type Shapes } from "../shapes.ts";

export interface Change {
  readonly network: Network;
  /** What was done, for people: `stage1.block2: kernel of depthwise.conv 3 → 5`. */
  readonly words: string;
  /** Whether the outputs stay the same where the weights are inherited. */
  readonly preserves: boolean;
}

export interface ChangeSetting {
  readonly random: Random;
  /** The block that may be changed; absent: the whole network. */
  readonly block?: string | undefined;
}

/** One kind of change, at a place that it draws; undefined where it applies nowhere. */
export type Move = (network: Network, setting: ChangeSetting) => Change | undefined;

/** In topological order. */
export type Nodes = readonly NetworkNode[];

/** The network of changed nodes without what is not read any more; undefined when it is not valid. */
export function conform(before: Network, nodes: Nodes): Network | undefined {
  const live = liveNodes(nodes);
  const kept = nodes.filter(({ id }) => live.has(id));
  if (kept[0]?.op.kind !== "input") return undefined;
  const shapes = shapesIfAny(kept);
  if (shapes === undefined || outputOf(kept, shapes) !== outputOf(before.nodes, inferShapes(before.nodes)))
    return undefined;
  return { ...before, nodes: kept };
}

function shapesIfAny(nodes: Nodes): Shapes | undefined {
  try {
    return inferShapes(nodes);
  } catch {
    return undefined;
  }
}

const outputOf = (nodes: Nodes, shapes: Shapes) => shapes.get(nodes.at(-1)?.id as string)?.join();

/** The same nodes, with one operation changed. */
export function withOp(nodes: Nodes, id: string, op: Operation): Nodes {
  return nodes.map((node) => (node.id === id ? { ...node, op } : node));
}

/** The same nodes, in which every reader of `id` reads `other`. */
export function redirect(nodes: Nodes, id: string, other: string): Nodes {
  return nodes.map((node) =>
    node.inputs.includes(id)
      ? { ...node, inputs: node.inputs.map((input) => (input === id ? other : input)) }
      : node,
  );
}

/** The stage and block of a node: `stage2.block1` of `stage2.block1.expand.conv`, `layer3` of `layer3.add`. */
export function blockOf(id: string): string {
  const [first = "", second, third] = id.split(".");
  return first.startsWith("stage") && third !== undefined ? `${first}.${second}` : first;
}

/** The name of a node as it is called in a block: in its own without the block. */
export const partOf = (id: string, block = blockOf(id)): string =>
  id.startsWith(`${block}.`) ? id.slice(block.length + 1) : id;

/** Nodes that may be changed. */
export function inside({ nodes }: Network, { block }: ChangeSetting): Nodes {
  return block === undefined ? nodes : nodes.filter(({ id }) => blockOf(id) === block);
}

/** Nodes that may be changed and what they read. */
export function near(network: Network, setting: ChangeSetting): ReadonlySet<string> {
  return new Set(inside(network, setting).flatMap(({ id, inputs }) => [id, ...inputs]));
}

export function pickNode(
  nodes: Nodes,
  random: Random,
  fits: (node: NetworkNode) => boolean,
): NetworkNode | undefined {
  const fitting = nodes.filter(fits);
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

/** A prefix for new nodes in the block of `id`. */
export function freshPrefix(nodes: Nodes, id: string): string {
  const block = blockOf(id);
  for (let count = 1; ; count += 1) {
    const prefix = `${block}.grown${count}`;
    if (!nodes.some((node) => node.id.startsWith(`${prefix}.`))) return prefix;
  }
}

/** A change that keeps a convolution in the block, and one in the network. */
export function withWork(
  network: Network,
  nodes: Nodes,
  { block, words }: { readonly block: string | undefined; readonly words: string },
): Change | undefined {
  const changed = conform(network, nodes);
  const works = changed?.nodes.some(
    ({ id, op }) => op.kind === "conv" && (block === undefined || blockOf(id) === block),
  );
  return changed && works ? { network: changed, words, preserves: false } : undefined;
}
