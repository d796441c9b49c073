// The blocks that NAS-Bench-201, NATS-Bench and TransNAS-Bench-101 are built of.
import { conv, norm } from "../../../graph/blocks.ts";
import type { NetworkBuilder } from "../../../graph/network.ts";
import type { Decision } from "../../space.ts";

/** ReLU, convolution without bias, batch norm. */
export function reluConvNorm(
  build: NetworkBuilder,
  id: string,
  input: string,
  shape: { readonly outChannels: number; readonly kernel: number; readonly stride?: number },
): string {
  const active = build.add(`${id}.act`, { kind: "activation", function: "relu" }, input);
  return norm(build, `${id}.norm`, conv(build, `${id}.conv`, active, shape));
}

/** The paper's residual block of stride 2: two ReLU–3×3–norm, and 2×2 pooling with a 1×1 convolution beside them. */
export function reduction(build: NetworkBuilder, id: string, input: string, outChannels: number): string {
  let x = reluConvNorm(build, `${id}.first`, input, { outChannels, kernel: 3, stride: 2 });
  x = reluConvNorm(build, `${id}.second`, x, { outChannels, kernel: 3 });
  const pool = {
    kind: "pool",
    mode: "average",
    kernel: 2,
    stride: 2,
    padding: 0,
    countPadding: true,
  } as const;
  let beside = build.add(`${id}.shortcut.pool`, pool, input);
  beside = conv(build, `${id}.shortcut.conv`, beside, { outChannels, kernel: 1 });
  return build.add(`${id}.add`, { kind: "add" }, beside, x);
}

/** The edges `to ← from` of a cell of four feature maps, in the order of the published keys. */
export const cellEdges = [
  { to: 1, from: 0 },
  { to: 2, from: 0 },
  { to: 2, from: 1 },
  { to: 3, from: 0 },
  { to: 3, from: 1 },
  { to: 3, from: 2 },
] as const;

/**
 * Wires a cell: each feature map after the first is the sum of what its edges bring, in the order of the edges.
 * `operation` builds the one of an edge under the id it is given and returns the id of its output.
 */
export function wireCell(
  build: NetworkBuilder,
  id: string,
  input: string,
  operation: (edge: { readonly index: number; readonly from: number }, id: string, source: string) => string,
): string {
  const nodes = [input];
  for (const node of [1, 2, 3]) {
    const arriving = cellEdges.flatMap(({ to, from }, index) =>
      to === node ? [operation({ index, from }, `${id}.edge${from}to${to}`, nodes[from] as string)] : [],
    );
    nodes.push(
      arriving.length === 1
        ? (arriving[0] as string)
        : build.add(`${id}.node${node}`, { kind: "add" }, ...arriving),
    );
  }
  return nodes[3] as string;
}

/** One decision an edge: which of the operations it is, in words. */
export function edgeDecisions(labels: readonly string[]): readonly Decision[] {
  return cellEdges.map(({ to, from }) => ({
    name: `edge${from}to${to}`,
    meaning: `The operation from node ${from}${from === 0 ? " (the cell's input)" : ""} to node ${to}${to === 3 ? " (the cell's output)" : ""}; a node sums its edges.`,
    kind: "categorical",
    about: "architecture",
    options: labels.map((label) => ({ label })),
  }));
}
