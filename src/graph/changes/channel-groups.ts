// Which maps of a network must have the same number of channels: what is added, multiplied or passed on channel by
// channel is one group, such as the stream of a residual stage. A group changes its width as a whole, or not at all.
import type { NetworkNode } from "../network.ts";
import { operatorOf } from "../ops/index.ts";
import { inferShapes, type Shapes } from "../shapes.ts";
import type { Nodes } from "./change.ts";

export interface ChannelGroup {
  readonly channels: number;
  /** Its nodes, in topological order. */
  readonly nodes: Nodes;
  /** Where a width is written: convolutions, linear layers, zeros. Depthwise convolutions follow. */
  readonly producers: Nodes;
  /** Something fixes the width: the input, the output, a concatenation, a slice. */
  readonly isFixed: boolean;
}

/** Whether a convolution treats its channels one by one. */
export function isDepthwise({ op, inputs }: NetworkNode, shapes: Shapes): boolean {
  const channels = shapes.get(inputs[0] as string)?.[0];
  return op.kind === "conv" && op.groups > 1 && op.groups === channels && op.outChannels === channels;
}

/** The group of each node, by its id. */
export function channelGroups(nodes: Nodes, shapes = inferShapes(nodes)): ReadonlyMap<string, ChannelGroup> {
  const parents = new Map<string, string>();
  const fixed = new Set<string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  const tie = (a: string, b: string) => {
    const [from, to] = [rootOf(a), rootOf(b)];
    if (from !== to) parents.set(from, to);
  };
  const area = (id: string) => (shapes.get(id)?.[1] as number) * (shapes.get(id)?.[2] as number);
  for (const node of nodes) {
    const { id, inputs, op } = node;
    const [first] = inputs as readonly [string];
    if (isDepthwise(node, shapes) || (op.kind === "flatten" && area(first) === 1)) tie(id, first);
    else if (op.kind === "conv" && op.groups === 1) continue;
    else if (op.kind === "linear") {
      if (area(first) !== 1) fixed.add(first);
    } else if (op.kind === "layer-norm") tie(id, first);
    else if (op.kind === "zero") continue;
    else if (operatorOf(op).channelwise && op.kind !== "mixture") for (const input of inputs) tie(id, input);
    else for (const each of [id, ...inputs]) fixed.add(each);
  }
  fixed.add(nodes.at(-1)?.id as string);
  const fixedRoots = new Set([...fixed].map(rootOf));
  const members = new Map<string, NetworkNode[]>();
  for (const node of nodes) members.set(rootOf(node.id), [...(members.get(rootOf(node.id)) ?? []), node]);
  const groups = new Map<string, ChannelGroup>();
  for (const [root, own] of members) {
    const group = {
      channels: shapes.get(root)?.[0] as number,
      nodes: own,
      producers: own.filter(
        (node) =>
          node.op.kind === "linear" ||
          node.op.kind === "zero" ||
          (node.op.kind === "conv" && !isDepthwise(node, shapes)),
      ),
      isFixed: fixedRoots.has(root),
    };
    for (const { id } of own) groups.set(id, group);
  }
  return groups;
}
