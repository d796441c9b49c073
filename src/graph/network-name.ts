// A name for a network made of what it is: "9-layer depthwise residual, 18.4k". For people, who cannot tell keys of twenty
// digits apart; it is no identity, and two networks may share it.
import { formatCount } from "../base/units.ts";
import { networkCost, nodeCosts } from "./cost.ts";
import { liveNodes, type Network } from "./network.ts";

/** Layers are convolutions and linear layers; the count at the end is of parameters. */
export function networkName(network: Network): string {
  return `${networkKind(network)}, ${formatCount(networkCost(network).paramCount)}`;
}

/** The name without its size: "9-layer depthwise residual". A convolution of a single pixel is a gate, and no layer. */
export function networkKind(network: Network): string {
  const live = liveNodes(network.nodes);
  const costs = nodeCosts(network);
  const nodes = network.nodes.flatMap(({ id, op }, index) =>
    live.has(id) ? [{ op, pixels: (costs[index]?.shape ?? []).slice(1).reduce((a, b) => a * b, 1) }] : [],
  );
  const convs = nodes.flatMap(({ op, pixels }) => (op.kind === "conv" && pixels > 1 ? [op] : []));
  const has = (kind: (typeof nodes)[number]["op"]["kind"]) => nodes.some(({ op }) => op.kind === kind);
  const layers = convs.length + nodes.filter(({ op }) => op.kind === "linear").length;
  const words = [
    ...(convs.some(({ groups, outChannels }) => groups > 1 && groups === outChannels)
      ? ["depthwise"]
      : convs.some(({ groups }) => groups > 1)
        ? ["grouped"]
        : []),
    ...(has("add") ? ["residual"] : has("concat") ? ["branched"] : []),
  ];
  const plain = convs.length === 0 ? "dense" : "plain";
  return `${layers}-layer ${words.length === 0 ? plain : words.join(" ")}`;
}
