// The graph grammar of refinement: the changes that may be made to a block. Every one takes a valid design to a valid
// design of the same input and output, or says that it does not apply. Those that preserve the function give exactly the
// same outputs, so that what was learned is kept whole; the others keep every weight that still has a place.
import type { Random } from "../../base/random.ts";
import type { ActivationName, FeatureShape, NetworkNode } from "../../graph/network.ts";
import { inferShapes } from "../../graph/shapes.ts";
import { isSquare } from "../../graph/window.ts";
import { blockOf, type Change, conform, type Design, type Nodes, redirect, withOp } from "./design.ts";
import { changeWidth } from "./width.ts";

export type Move = (design: Design, block: string, random: Random) => Change | undefined;

export const moves: Readonly<Record<string, Move>> = {
  widen: (design, block, random) => changeWidth(design, block, { factor: 1.5, random }),
  narrow: (design, block, random) => changeWidth(design, block, { factor: 0.75, random }),
  grow,
  remove,
  rewire,
  activation,
  "larger-kernel": (design, block, random) => kernel(design, { block, by: 2, random }),
  "smaller-kernel": (design, block, random) => kernel(design, { block, by: -2, random }),
};

/** One change of a block, drawn among those that apply. */
export function drawChange(design: Design, block: string, random: Random): Change | undefined {
  for (const name of random.shuffle(Object.keys(moves))) {
    const change = moves[name]!(design, block, random);
    if (change !== undefined) return change;
  }
  return undefined;
}

const inside = ({ network }: Design, block: string) =>
  network.nodes.filter(({ id }) => blockOf(id) === block);
const part = (id: string, block: string) => (id.startsWith(`${block}.`) ? id.slice(block.length + 1) : id);
const isMap = ([, height, width]: FeatureShape) => height * width > 1;
const seedOf = (random: Random) => random.integer(2 ** 31);

/**
 * Adds an operation beside a map: ReLU, convolution and norm of an earlier map of the same size, added to it. The
 * norm's scale begins at 0, so nothing changes until it is trained.
 */
function grow(design: Design, block: string, random: Random): Change | undefined {
  const { nodes } = design.network;
  const shapes = inferShapes(nodes);
  const target = pickNode(
    inside(design, block),
    random,
    ({ id }) => isMap(shapes.get(id)!) && id !== nodes.at(-1)!.id,
  );
  if (target === undefined) return undefined;
  const [channels, height, width] = shapes.get(target.id)!;
  const place = nodes.findIndex(({ id }) => id === target.id);
  const near = new Set(inside(design, block).flatMap(({ id, inputs }) => [id, ...inputs]));
  const source = pickNode(nodes.slice(0, place + 1), random, ({ id, op }) => {
    const shape = shapes.get(id)!;
    return near.has(id) && op.kind !== "input" && shape[1] === height && shape[2] === width;
  });
  if (source === undefined) return undefined;
  const from = shapes.get(source.id)![0];
  const kernel = random.pick([1, 3, 5]);
  // A full convolution of a large window would outweigh the block.
  const groups = kernel > 1 && from === channels ? channels : 1;
  if (kernel > 1 && groups === 1 && kernel > 3) return undefined;
  const id = freshId(nodes, block);
  const conv = {
    kind: "conv",
    outChannels: channels,
    kernel: [kernel, kernel],
    stride: [1, 1],
    padding: [(kernel - 1) / 2, (kernel - 1) / 2],
    groups,
    bias: false,
  } as const;
  const grown: NetworkNode[] = [
    { id: `${id}.act`, inputs: [source.id], op: { kind: "activation", function: "relu" } },
    { id: `${id}.conv`, inputs: [`${id}.act`], op: conv },
    { id: `${id}.norm`, inputs: [`${id}.conv`], op: { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } },
    { id: `${id}.add`, inputs: [target.id, `${id}.norm`], op: { kind: "add" } },
  ];
  // Only what comes later reads the sum: the new branch itself may read the map.
  const rest = redirect(nodes.slice(place + 1), target.id, `${id}.add`);
  const weights = new Map(design.weights);
  weights.set(`${id}.norm.weight`, { dims: [channels], data: new Float32Array(channels) });
  const changed = conform(design, [...nodes.slice(0, place + 1), ...grown, ...rest], weights, seedOf(random));
  const words = `${block}: ${groups > 1 ? "depthwise " : ""}convolution ${kernel}×${kernel} of ${part(source.id, block)} added to ${part(target.id, block)}`;
  return changed && { design: changed, words, preserves: true };
}

/** Takes an operation out: one input of a sum, or an operation that does not change the shape of its map. */
function remove(design: Design, block: string, random: Random): Change | undefined {
  const { nodes } = design.network;
  const shapes = inferShapes(nodes);
  const node = pickNode(inside(design, block), random, ({ id, op, inputs }) => {
    if (op.kind === "add") return inputs.length > 1;
    const bypass =
      op.kind === "conv" || op.kind === "activation" || op.kind === "pool" || op.kind === "multiply";
    return bypass && shapes.get(inputs[0]!)!.join() === shapes.get(id)!.join();
  });
  if (node === undefined) return undefined;
  const { id, op, inputs } = node;
  let changed: Nodes;
  let words = `${block}: ${part(id, block)} removed`;
  if (op.kind === "add") {
    const dropped = random.integer(inputs.length);
    const rest = inputs.filter((_, place) => place !== dropped);
    words = `${block}: ${part(inputs[dropped]!, block)} left out of ${part(id, block)}`;
    changed =
      rest.length === 1
        ? redirect(nodes, id, rest[0]!).filter((other) => other.id !== id)
        : nodes.map((other) => (other.id === id ? { ...other, inputs: rest } : other));
  } else changed = redirect(nodes, id, inputs[0]!).filter((other) => other.id !== id);
  return withWork(design, changed, { block, words, random });
}

/** Lets an operation read another map of the same shape, from earlier in the block or at its entrance. */
function rewire(design: Design, block: string, random: Random): Change | undefined {
  const { nodes } = design.network;
  const shapes = inferShapes(nodes);
  const near = new Set(inside(design, block).flatMap(({ id, inputs }) => [id, ...inputs]));
  const wires = nodes.flatMap(({ id, inputs }, place) => {
    if (blockOf(id) !== block) return [];
    return inputs.flatMap((input, index) =>
      nodes
        .slice(0, place)
        .filter(({ id: other }) => near.has(other) && !inputs.includes(other))
        .filter(({ id: other }) => shapes.get(other)!.join() === shapes.get(input)!.join())
        .map(({ id: other }) => ({ id, index, input, other })),
    );
  });
  if (wires.length === 0) return undefined;
  const { id, index, input, other } = random.pick(wires);
  const changed = nodes.map((node) =>
    node.id === id ? { ...node, inputs: node.inputs.with(index, other) } : node,
  );
  const words = `${block}: ${part(id, block)} reads ${part(other, block)} instead of ${part(input, block)}`;
  return withWork(design, changed, { block, words, random });
}

const activations: readonly ActivationName[] = ["relu", "hard-swish", "silu"];

function activation(design: Design, block: string, random: Random): Change | undefined {
  const node = pickNode(
    inside(design, block),
    random,
    ({ op }) => op.kind === "activation" && activations.includes(op.function),
  );
  if (node?.op.kind !== "activation") return undefined;
  const { function: before } = node.op;
  const after = random.pick(activations.filter((name) => name !== before));
  const nodes = withOp(design.network.nodes, node.id, { kind: "activation", function: after });
  const changed = conform(design, nodes, design.weights, seedOf(random));
  return (
    changed && {
      design: changed,
      words: `${block}: ${part(node.id, block)} ${before} → ${after}`,
      preserves: false,
    }
  );
}

/** A larger window begins with zeros around the old one; a smaller one keeps the middle. */
function kernel(
  design: Design,
  { block, by, random }: { readonly block: string; readonly by: 2 | -2; readonly random: Random },
): Change | undefined {
  const node = pickNode(inside(design, block), random, ({ op }) => {
    if (op.kind !== "conv" || !isSquare(op)) return false;
    const after = op.kernel[0] + by;
    // Larger windows for depthwise convolutions only: elsewhere they cost more than the block.
    return after >= 1 && after <= (op.groups > 1 ? 7 : 3) && op.padding[0] + by / 2 >= 0;
  });
  if (node?.op.kind !== "conv") return undefined;
  const { op } = node;
  const [before] = op.kernel;
  const after = before + by;
  const { dims, data } = design.weights.get(`${node.id}.weight`)!;
  const resized = new Float32Array((data.length / before ** 2) * after ** 2);
  const shift = by / 2;
  for (let filter = 0; filter < data.length / before ** 2; filter += 1) {
    for (let row = 0; row < after; row += 1) {
      for (let column = 0; column < after; column += 1) {
        const [fromRow, fromColumn] = [row - shift, column - shift];
        if (Math.min(fromRow, fromColumn) < 0 || Math.max(fromRow, fromColumn) >= before) continue;
        resized[(filter * after + row) * after + column] =
          data[(filter * before + fromRow) * before + fromColumn]!;
      }
    }
  }
  const weights = new Map(design.weights);
  weights.set(`${node.id}.weight`, { dims: [dims[0]!, dims[1]!, after, after], data: resized });
  const nodes = withOp(design.network.nodes, node.id, {
    ...op,
    kernel: [after, after],
    padding: [op.padding[0] + shift, op.padding[1] + shift],
  });
  const changed = conform(design, nodes, weights, seedOf(random));
  const words = `${block}: kernel of ${part(node.id, block)} ${before} → ${after}`;
  return changed && { design: changed, words, preserves: by > 0 };
}

/** A change that inherits what it can, unless the block has no convolution left. */
function withWork(
  design: Design,
  nodes: Nodes,
  { block, words, random }: { readonly block: string; readonly words: string; readonly random: Random },
): Change | undefined {
  const changed = conform(design, nodes, design.weights, seedOf(random));
  const works = changed?.network.nodes.some(({ id, op }) => op.kind === "conv" && blockOf(id) === block);
  return changed && works ? { design: changed, words, preserves: false } : undefined;
}

function pickNode(
  nodes: Nodes,
  random: Random,
  fits: (node: NetworkNode) => boolean,
): NetworkNode | undefined {
  const fitting = nodes.filter(fits);
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

function freshId(nodes: Nodes, block: string): string {
  const taken = new Set(nodes.map(({ id }) => id));
  for (let count = 1; ; count += 1)
    if (!taken.has(`${block}.grown${count}.add`)) return `${block}.grown${count}`;
}
