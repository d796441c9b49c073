// A name for a network made of what it is: "9-layer depthwise residual, 18.4k parameters". For people, who cannot tell keys
// of twenty digits apart; it is no identity, and two networks may share it.
import { formatCount } from "../base/units.ts";
import { type NodeCost, networkCost, nodeCosts } from "./cost.ts";
import { liveNodes, type Network } from "./network.ts";

/** "9-layer depthwise residual, 18.4k parameters". */
export function networkName(network: Network): string {
  return `${networkKind(network)}, ${formatCount(networkCost(network).paramCount)} parameters`;
}

/**
 * The name without its size: "9-layer depthwise residual". Layers are convolutions and linear layers on the longest way from the
 * images to the scores, as published names count them: what lies beside it, such as a projection of a shortcut, adds none. A
 * convolution of a single pixel is a gate, and no layer.
 */
export function networkKind(network: Network): string {
  const live = liveNodes(network.nodes);
  const costs = nodeCosts(network);
  const nodes = network.nodes.flatMap(({ id, op }, index) =>
    live.has(id) ? [{ op, pixels: pixelsOf(costs[index]) }] : [],
  );
  const convs = nodes.flatMap(({ op, pixels }) => (op.kind === "conv" && pixels > 1 ? [op] : []));
  const has = (kind: (typeof nodes)[number]["op"]["kind"]) => nodes.some(({ op }) => op.kind === kind);
  const words = [
    ...(convs.some(({ groups, outChannels }) => groups > 1 && groups === outChannels)
      ? ["depthwise"]
      : convs.some(({ groups }) => groups > 1)
        ? ["grouped"]
        : []),
    ...(has("add") ? ["residual"] : has("concat") ? ["branched"] : []),
  ];
  const plain = convs.length === 0 ? "dense" : "plain";
  return `${depthOf(network, costs)}-layer ${words.length === 0 ? plain : words.join(" ")}`;
}

/** Layers on the longest way to the output. */
function depthOf({ nodes }: Network, costs: readonly NodeCost[]): number {
  const depths = new Map<string, number>();
  for (const [index, { id, inputs, op }] of nodes.entries()) {
    const isLayer = op.kind === "linear" || (op.kind === "conv" && pixelsOf(costs[index]) > 1);
    const before = Math.max(0, ...inputs.map((input) => depths.get(input) ?? 0));
    depths.set(id, before + (isLayer ? 1 : 0));
  }
  return depths.get(nodes.at(-1)?.id ?? "") ?? 0;
}

const pixelsOf = (cost: NodeCost | undefined) => (cost?.shape ?? []).slice(1).reduce((a, b) => a * b, 1);
