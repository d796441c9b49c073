// Changes of the wires: a branch beside a map, an operation or a term taken out, another map read, a skip added.
import type { FeatureShape, NetworkNode } from "../network.ts";
import { inferShapes } from "../shapes.ts";
import {
  blockOf,
  conform,
  freshPrefix,
  inside,
  type Move,
  type Nodes,
  near,
  partOf,
  pickNode,
  redirect,
  withWork,
} from "./change.ts";

const isMap = ([, height, width]: FeatureShape) => height * width > 1;

/** ReLU, convolution and norm of an earlier map of the same size, added to a map. */
export const grow: Move = (network, setting) => {
  const { nodes } = network;
  const { random } = setting;
  const shapes = inferShapes(nodes);
  const shapeOf = (id: string) => shapes.get(id) as FeatureShape;
  const target = pickNode(
    inside(network, setting),
    random,
    ({ id, op }) => op.kind !== "input" && isMap(shapeOf(id)),
  );
  if (target === undefined) return undefined;
  const [channels, height, width] = shapeOf(target.id);
  const place = nodes.indexOf(target);
  const known = near(network, setting);
  const source = pickNode(nodes.slice(0, place + 1), random, ({ id, op }) => {
    const [, ownHeight, ownWidth] = shapeOf(id);
    return known.has(id) && op.kind !== "input" && ownHeight === height && ownWidth === width;
  });
  if (source === undefined) return undefined;
  const kernel = random.pick([1, 3, 5]);
  // A full convolution of a large window would outweigh the block.
  const groups = kernel > 1 && shapeOf(source.id)[0] === channels ? channels : 1;
  if (kernel > 3 && groups === 1) return undefined;
  const id = freshPrefix(nodes, target.id);
  const padding = (kernel - 1) / 2;
  const shape = { kernel: [kernel, kernel], stride: [1, 1], padding: [padding, padding] } as const;
  const grown: Nodes = [
    { id: `${id}.act`, inputs: [source.id], op: { kind: "activation", function: "relu" } },
    {
      id: `${id}.conv`,
      inputs: [`${id}.act`],
      op: { kind: "conv", outChannels: channels, ...shape, groups, bias: false },
    },
    { id: `${id}.norm`, inputs: [`${id}.conv`], op: { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } },
    { id: `${id}.add`, inputs: [target.id, `${id}.norm`], op: { kind: "add" } },
  ];
  // Only what comes later reads the sum: the branch itself may read the map.
  const rest = redirect(nodes.slice(place + 1), target.id, `${id}.add`);
  const changed = conform(network, [...nodes.slice(0, place + 1), ...grown, ...rest]);
  const words = `${blockOf(target.id)}: ${groups > 1 ? "depthwise " : ""}convolution ${kernel}×${kernel} of ${partOf(source.id, blockOf(target.id))} added to ${partOf(target.id)}`;
  return changed && { network: changed, words, preserves: true };
};

/** One term of a sum, or an operation that does not change the shape of its map. */
export const remove: Move = (network, setting) => {
  const { nodes } = network;
  const { random } = setting;
  const shapes = inferShapes(nodes);
  const node = pickNode(inside(network, setting), random, ({ id, op, inputs }) => {
    if (op.kind === "add") return inputs.length > 1;
    const bypass = ["conv", "activation", "pool", "multiply", "dropout", "zero"].includes(op.kind);
    return bypass && shapes.get(inputs[0] as string)?.join() === shapes.get(id)?.join();
  });
  if (node === undefined) return undefined;
  const { id, op, inputs } = node;
  const block = blockOf(id);
  const { changed, words } =
    op.kind === "add"
      ? withoutTerm(nodes, node, random.integer(inputs.length))
      : {
          changed: redirect(nodes, id, inputs[0] as string).filter((other) => other.id !== id),
          words: `${block}: ${partOf(id)} removed`,
        };
  return withWork(network, changed, { block: setting.block, words });
};

function withoutTerm(nodes: Nodes, { id, inputs }: NetworkNode, dropped: number) {
  const rest = inputs.filter((_, place) => place !== dropped);
  const words = `${blockOf(id)}: ${partOf(inputs[dropped] as string, blockOf(id))} left out of ${partOf(id)}`;
  const changed =
    rest.length === 1
      ? redirect(nodes, id, rest[0] as string).filter((other) => other.id !== id)
      : nodes.map((other) => (other.id === id ? { ...other, inputs: rest } : other));
  return { changed, words };
}

/** An operation reads another map of the same shape, from earlier in the block or at its entrance. */
export const rewire: Move = (network, setting) => {
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  const known = near(network, setting);
  const wires = nodes.flatMap(({ id, inputs }, place) => {
    if (setting.block !== undefined && blockOf(id) !== setting.block) return [];
    return inputs.flatMap((input, index) =>
      nodes
        .slice(0, place)
        .filter(({ id: other }) => known.has(other) && !inputs.includes(other))
        .filter(({ id: other }) => shapes.get(other)?.join() === shapes.get(input)?.join())
        .map(({ id: other }) => ({ id, index, input, other })),
    );
  });
  if (wires.length === 0) return undefined;
  const { id, index, input, other } = setting.random.pick(wires);
  const changed = nodes.map((node) =>
    node.id === id ? { ...node, inputs: node.inputs.with(index, other) } : node,
  );
  const words = `${blockOf(id)}: ${partOf(id)} reads ${partOf(other, blockOf(id))} instead of ${partOf(input, blockOf(id))}`;
  return withWork(network, changed, { block: setting.block, words });
};

/** An earlier map of the same shape is added to a later one. */
export const skip: Move = (network, setting) => {
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  const known = near(network, setting);
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const pairs = inside(network, setting).flatMap((target) => {
    const { id, op, inputs } = target;
    // Between a convolution and its norm a sum would be normed away.
    if (op.kind === "input" || op.kind === "conv" || !isMap(shapes.get(id) as FeatureShape)) return [];
    return nodes
      .slice(0, places.get(id))
      .filter(({ id: other }) => known.has(other) && !inputs.includes(other))
      .filter((other) => other.op.kind !== "conv" && other.op.kind !== "input")
      .filter(({ id: other }) => shapes.get(other)?.join() === shapes.get(id)?.join())
      .map((source) => ({ target, source }));
  });
  if (pairs.length === 0) return undefined;
  const { target, source } = setting.random.pick(pairs);
  const words = `${blockOf(target.id)}: ${partOf(source.id, blockOf(target.id))} added to ${partOf(target.id)}`;
  const changed = conform(network, withSkip(nodes, target, source.id));
  return changed && { network: changed, words, preserves: false };
};

function withSkip(nodes: Nodes, { id, op, inputs }: NetworkNode, source: string): Nodes {
  if (op.kind === "add")
    return nodes.map((node) => (node.id === id ? { ...node, inputs: [...inputs, source] } : node));
  const sum = `${freshPrefix(nodes, id)}.add`;
  const place = nodes.findIndex((node) => node.id === id);
  return [
    ...nodes.slice(0, place + 1),
    { id: sum, inputs: [id, source], op: { kind: "add" } },
    ...redirect(nodes.slice(place + 1), id, sum),
  ];
}
