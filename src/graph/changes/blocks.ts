// Changes of whole blocks: one put in, one taken out, one made like another. A block is what lies between two places that
// everything passes, so it is found in any network, whatever its nodes are called.
import type { ActivationName, FeatureShape, Network, NetworkNode, Operation } from "../network.ts";
import { inferShapes, type Shapes } from "../shapes.ts";
import {
  blockOf,
  type ChangeSetting,
  conform,
  freshPrefix,
  type Move,
  type Nodes,
  partOf,
  redirect,
  withWork,
} from "./change.ts";
import { isDepthwise } from "./channel-groups.ts";

/** Nodes through which everything passes, and behind which a layer is complete, by their places. */
function boundaries({ nodes }: Network): readonly number[] {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const lastReader = new Array<number>(nodes.length).fill(0);
  nodes.forEach(({ inputs }, place) => {
    for (const input of inputs) lastReader[places.get(input) as number] = place;
  });
  const found: number[] = [];
  /** The furthest place that reads something from before. */
  let reach = 0;
  nodes.forEach(({ op }, place) => {
    const isPassed = reach <= place;
    reach = Math.max(reach, lastReader[place] as number);
    const next = nodes[place + 1];
    if (!isPassed || next === undefined || op.kind === "input" || op.kind === "conv") return;
    const isOpen =
      next.op.kind === "batch-norm" || (next.op.kind === "activation" && op.kind === "batch-norm");
    if (!isOpen) found.push(place);
  });
  return found;
}

interface Segment {
  readonly from: NetworkNode;
  readonly to: NetworkNode;
  /** What lies between, `to` included. */
  readonly nodes: Nodes;
}

/** Blocks with a convolution that give a map of the shape that they take. */
function segments(network: Network, shapes: Shapes, { block }: ChangeSetting): readonly Segment[] {
  const { nodes } = network;
  const places = boundaries(network);
  return places.flatMap((place, index) => {
    const from = nodes[place] as NetworkNode;
    for (const end of places.slice(index + 1)) {
      const own = nodes.slice(place + 1, end + 1);
      if (!own.some(({ op }) => op.kind === "conv")) continue;
      const to = nodes[end] as NetworkNode;
      const isAlike = shapes.get(from.id)?.join() === shapes.get(to.id)?.join();
      const isInside = block === undefined || own.every(({ id }) => blockOf(id) === block);
      return isAlike && isInside ? [{ from, to, nodes: own }] : [];
    }
    return [];
  });
}

const norm = { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } as const;

/** The activation that the network has most. */
function usualActivation({ nodes }: Network): ActivationName {
  const counts = new Map<ActivationName, number>();
  for (const { op } of nodes)
    if (op.kind === "activation") counts.set(op.function, (counts.get(op.function) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "relu";
}

/** A residual block behind a place that everything passes: inverted, or of two full convolutions. */
export const insertBlock: Move = (network, { random, block }) => {
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  const fitting = boundaries(network).filter((place) => {
    const { id } = nodes[place] as NetworkNode;
    const [, height, width] = shapes.get(id) as FeatureShape;
    return height * width > 1 && (block === undefined || blockOf(id) === block);
  });
  if (fitting.length === 0) return undefined;
  const place = random.pick(fitting);
  const before = nodes[place] as NetworkNode;
  const [channels] = shapes.get(before.id) as FeatureShape;
  const prefix = freshPrefix(nodes, before.id);
  const isInverted = random.next() < 0.5;
  const act = { kind: "activation", function: usualActivation(network) } as const;
  const conv = (outChannels: number, kernel: number, groups = 1): Operation => ({
    kind: "conv",
    ...{ outChannels, groups, bias: false, kernel: [kernel, kernel], stride: [1, 1] },
    padding: [(kernel - 1) / 2, (kernel - 1) / 2],
  });
  const hidden = channels * random.pick(isInverted ? [2, 4] : [0.5, 1]);
  const wide = Math.max(1, Math.round(hidden));
  const kernel = random.pick([3, 5]);
  const chain: readonly (readonly [string, Operation])[] = isInverted
    ? [
        ...([
          ["expand.conv", conv(wide, 1)],
          ["expand.norm", norm],
          ["expand.act", act],
        ] as const),
        ...([
          ["depthwise.conv", conv(wide, kernel, wide)],
          ["depthwise.norm", norm],
        ] as const),
        ...([
          ["depthwise.act", act],
          ["project.conv", conv(channels, 1)],
          ["project.norm", norm],
        ] as const),
      ]
    : [
        ...([
          ["first.conv", conv(wide, 3)],
          ["first.norm", norm],
          ["first.act", act],
        ] as const),
        ...([
          ["second.conv", conv(channels, 3)],
          ["second.norm", norm],
        ] as const),
      ];
  let last = before.id;
  const added: NetworkNode[] = chain.map(([part, op]) => {
    const node = { id: `${prefix}.${part}`, inputs: [last], op };
    last = node.id;
    return node;
  });
  const sum = `${prefix}.add`;
  added.push({ id: sum, inputs: [before.id, last], op: { kind: "add" } });
  const changed = conform(network, [
    ...nodes.slice(0, place + 1),
    ...added,
    ...redirect(nodes.slice(place + 1), before.id, sum),
  ]);
  const what = isInverted
    ? `an inverted residual, kernel ${kernel}, ${wide} channels inside`
    : `a residual block, ${wide} channels inside`;
  const words = `${blockOf(before.id)}: ${what}, put behind ${partOf(before.id)}`;
  return changed && { network: changed, words, preserves: true };
};

export const removeBlock: Move = (network, setting) => {
  const found = segments(network, inferShapes(network.nodes), setting);
  if (found.length === 0) return undefined;
  const { from, to, nodes: own } = setting.random.pick(found);
  const gone = new Set(own.map(({ id }) => id));
  const rest = network.nodes.filter(({ id }) => !gone.has(id));
  const words = `${blockOf(to.id)}: what leads from ${from.id} to ${partOf(to.id)} taken out`;
  return withWork(network, redirect(rest, to.id, from.id), { block: setting.block, words });
};

/** A block becomes like another one, in its own width: in a text the two would share a definition. */
export const share: Move = (network, setting) => {
  const { random, block } = setting;
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  const targets = segments(network, shapes, setting);
  const models = segments(network, shapes, { random });
  const pairs = targets.flatMap((target) =>
    models
      .filter((model) => model.to.id !== target.to.id && formOf(model) !== formOf(target))
      .map((model) => ({ target, model })),
  );
  if (pairs.length === 0) return undefined;
  const { target, model } = random.pick(pairs);
  const copy = copied(model, { target, shapes, prefix: freshPrefix(nodes, target.to.id) });
  const gone = new Set(target.nodes.map(({ id }) => id));
  const place = nodes.indexOf(target.to);
  const changed = [
    ...nodes.slice(0, place).filter(({ id }) => !gone.has(id)),
    ...copy,
    ...redirect(nodes.slice(place + 1), target.to.id, copy.at(-1)?.id as string),
  ];
  const words = `${blockOf(target.to.id)}: made like ${blockOf(model.to.id)}`;
  return withWork(network, changed, { block, words });
};

/** The operations without their widths: equal for blocks that one definition could say. */
const formOf = ({ nodes }: Segment): string =>
  nodes
    .map(({ op }) => {
      if (op.kind === "conv") return `conv ${op.kernel} ${op.stride} ${op.groups > 1}`;
      return op.kind === "activation" ? op.function : op.kind;
    })
    .join();

/** The nodes of `model` in the place and width of `target`. */
function copied(
  model: Segment,
  { target, shapes, prefix }: { readonly target: Segment; readonly shapes: Shapes; readonly prefix: string },
): Nodes {
  const channelsOf = (id: string) => (shapes.get(id) as FeatureShape)[0];
  const scale = channelsOf(target.from.id) / channelsOf(model.from.id);
  const ids = new Map([[model.from.id, target.from.id]]);
  const scaled = (channels: number) => Math.max(1, Math.round(channels * scale));
  return model.nodes.map((node, place) => {
    const id = `${prefix}.${place + 1}`;
    ids.set(node.id, id);
    return {
      id,
      inputs: node.inputs.map((input) => ids.get(input) ?? input),
      op: scaledOp(node, { shapes, scaled }),
    };
  });
}

function scaledOp(
  node: NetworkNode,
  { shapes, scaled }: { readonly shapes: Shapes; readonly scaled: (channels: number) => number },
): Operation {
  const { op } = node;
  if (op.kind === "zero") return { ...op, outChannels: scaled(op.outChannels) };
  if (op.kind !== "conv") return op;
  const outChannels = scaled(op.outChannels);
  return { ...op, outChannels, groups: isDepthwise(node, shapes) ? outChannels : op.groups };
}
