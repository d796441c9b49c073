// The width of a group of maps: that between two convolutions, or of the whole stream of a residual stage. Wider keeps the
// function where weights are inherited (Net2Net, https://arxiv.org/abs/1511.05641): new channels are copies, and those who read
// them share the weight. Also all widths at once, to fit a whole network to limits.
import type { Network } from "../network.ts";
import { inferShapes } from "../shapes.ts";
import {
  blockOf,
  type Change,
  type ChangeSetting,
  conform,
  type Move,
  type Nodes,
  partOf,
} from "./change.ts";
import { type ChannelGroup, channelGroups, isDepthwise } from "./channel-groups.ts";

export const widen: Move = (network, setting) => changeWidth(network, setting, [1.25, 1.5, 2]);
export const narrow: Move = (network, setting) => changeWidth(network, setting, [0.5, 0.67, 0.75, 0.85]);

function changeWidth(
  network: Network,
  { random, block }: ChangeSetting,
  factors: readonly number[],
): Change | undefined {
  const shapes = inferShapes(network.nodes);
  const groups = [...new Set(channelGroups(network.nodes, shapes).values())].filter(
    ({ isFixed, producers, nodes }) =>
      !isFixed &&
      producers.length > 0 &&
      (block === undefined || nodes.every(({ id }) => blockOf(id) === block)),
  );
  if (groups.length === 0) return undefined;
  const group = random.pick(groups);
  const after = widthNear(group.channels * random.pick(factors), group.channels);
  if (after === group.channels) return undefined;
  const changed = conform(network, withWidth(network.nodes, { ...group, channels: after }, shapes));
  if (changed === undefined) return undefined;
  const [first] = group.producers as readonly [Nodes[number]];
  const more = group.producers.length > 1 ? ` and ${group.producers.length - 1} more` : "";
  return {
    network: changed,
    words: `${blockOf(first.id)}: ${partOf(first.id)}${more} from ${group.channels} to ${after} channels`,
    // A norm over the channels sees the copies.
    preserves: after > group.channels && !group.nodes.some(({ op }) => op.kind === "layer-norm"),
  };
}

/**
 * The network with all its widths times a factor, in the steps that `widen` and `narrow` take; at 1 as it is. What something fixes stays:
 * the input and the output, and what is grouped, sliced or joined channel by channel. Costs never fall as the factor rises.
 */
export function scaleWidths(network: Network, factor: number): Network {
  const shapes = inferShapes(network.nodes);
  const groups = new Set(channelGroups(network.nodes, shapes).values());
  const nodes = [...groups]
    .filter(({ isFixed, producers }) => !isFixed && producers.length > 0)
    .reduce<Nodes>((changed, group) => {
      const channels = scaledChannels(group.channels, factor);
      return withWidth(changed, { ...group, channels }, shapes);
    }, network.nodes);
  return conform(network, nodes) ?? network;
}

/** In steps from the width itself, so that a factor near 1 changes nothing. */
function scaledChannels(channels: number, factor: number): number {
  const step = channels >= 16 ? 4 : 1;
  const scaled = channels + step * Math.round((channels * (factor - 1)) / step);
  return Math.max(Math.min(4, channels), scaled);
}

/** A multiple of 4 where the width is 16 or more, and never the same as before. */
function widthNear(width: number, before: number): number {
  const step = before >= 16 ? 4 : 1;
  const rounded = Math.max(Math.min(2, before), step * Math.round(width / step));
  return rounded === before ? Math.max(1, before + (width > before ? step : -step)) : rounded;
}

function withWidth(nodes: Nodes, group: ChannelGroup, shapes: ReturnType<typeof inferShapes>): Nodes {
  const { channels } = group;
  const own = new Set(group.nodes.map(({ id }) => id));
  return nodes.map((node) => {
    const { id, op } = node;
    if (!own.has(id)) return node;
    if (op.kind === "linear") return { ...node, op: { ...op, outFeatures: channels } };
    if (op.kind === "zero") return { ...node, op: { ...op, outChannels: channels } };
    if (op.kind !== "conv") return node;
    const groups = isDepthwise(node, shapes) ? channels : op.groups;
    return { ...node, op: { ...op, outChannels: channels, groups } };
  });
}
