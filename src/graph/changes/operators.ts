// Changes of one operation in its place: its window, its activation, its kind.
import type { ActivationName, Network } from "../network.ts";
import { inferShapes } from "../shapes.ts";
import { isSquare } from "../window.ts";
import {
  blockOf,
  type Change,
  type ChangeSetting,
  conform,
  freshPrefix,
  inside,
  type Move,
  partOf,
  pickNode,
  withOp,
} from "./change.ts";

const activations: readonly ActivationName[] = ["relu", "hard-swish", "silu"];

export const activation: Move = (network, setting) => {
  const { random } = setting;
  const node = pickNode(
    inside(network, setting),
    random,
    ({ op }) => op.kind === "activation" && activations.includes(op.function),
  );
  if (node?.op.kind !== "activation") return undefined;
  const { function: before } = node.op;
  const after = random.pick(activations.filter((name) => name !== before));
  const changed = conform(network, withOp(network.nodes, node.id, { kind: "activation", function: after }));
  const words = `${blockOf(node.id)}: ${partOf(node.id)} ${before} → ${after}`;
  return changed && { network: changed, words, preserves: false };
};

export const largerKernel: Move = (network, setting) => kernel(network, setting, 2);
export const smallerKernel: Move = (network, setting) => kernel(network, setting, -2);

/** Padded by as much more or less as the window grows. */
function kernel(network: Network, setting: ChangeSetting, by: 2 | -2): Change | undefined {
  const node = pickNode(inside(network, setting), setting.random, ({ op }) => {
    if (op.kind !== "conv" || !isSquare(op)) return false;
    const after = op.kernel[0] + by;
    // Larger windows for depthwise convolutions only: elsewhere they cost more than the block.
    return after >= 1 && after <= (op.groups > 1 ? 7 : 3) && op.padding[0] + by / 2 >= 0;
  });
  if (node?.op.kind !== "conv") return undefined;
  const { op, id } = node;
  const [before] = op.kernel;
  const after = before + by;
  const [top, left] = op.padding;
  const changed = conform(
    network,
    withOp(network.nodes, id, {
      ...op,
      kernel: [after, after],
      padding: [top + by / 2, left + by / 2],
    }),
  );
  const words = `${blockOf(id)}: kernel of ${partOf(id)} ${before} → ${after}`;
  return changed && { network: changed, words, preserves: by > 0 };
}

/** A full convolution becomes a depthwise one and one of 1×1, which costs a fraction. */
export const separate: Move = (network, setting) => {
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  const channelsAt = (id: string | undefined) => shapes.get(id as string)?.[0] as number;
  const node = pickNode(
    inside(network, setting),
    setting.random,
    ({ op, inputs }) =>
      op.kind === "conv" && op.groups === 1 && op.kernel[0] * op.kernel[1] > 1 && channelsAt(inputs[0]) > 3,
  );
  if (node?.op.kind !== "conv") return undefined;
  const { op, id, inputs } = node;
  const channels = channelsAt(inputs[0]);
  const depthwise = `${freshPrefix(nodes, id)}.conv`;
  const one = { kernel: [1, 1], stride: [1, 1], padding: [0, 0] } as const;
  const changed = conform(
    network,
    nodes.flatMap((other) =>
      other.id === id
        ? [
            {
              id: depthwise,
              inputs,
              op: { ...op, outChannels: channels, groups: channels, bias: false },
            },
            { id, inputs: [depthwise], op: { ...op, ...one } },
          ]
        : other,
    ),
  );
  const words = `${blockOf(id)}: ${partOf(id)} separated into depthwise and 1×1`;
  return changed && { network: changed, words, preserves: false };
};

/** Average and maximum take each other's place. */
export const pooling: Move = (network, setting) => {
  const node = pickNode(inside(network, setting), setting.random, ({ op }) => op.kind === "pool");
  if (node?.op.kind !== "pool") return undefined;
  const mode = node.op.mode === "max" ? "average" : "max";
  const changed = conform(network, withOp(network.nodes, node.id, { ...node.op, mode, countPadding: false }));
  const words = `${blockOf(node.id)}: ${partOf(node.id)} ${node.op.mode} → ${mode}`;
  return changed && { network: changed, words, preserves: false };
};
