// Exporters fold batch norms into the convolutions before them, and a network trained again without its norms learns badly. This puts one
// behind each convolution that has a bias: the same function, with the bias as the norm's shift.
import type { Network, NetworkNode } from "../network.ts";
import { inferShapes } from "../shapes.ts";
import type { Weights, WeightTensor } from "../weights.ts";

/** PyTorch's. */
const norm = { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } as const;

/** Where the map is one pixel, as in squeeze-excite, and in the last layer, convolutions keep their bias. */
export function withNorms({ network, weights }: { readonly network: Network; readonly weights: Weights }): {
  readonly network: Network;
  readonly weights: Weights;
} {
  const shapes = inferShapes(network.nodes);
  const tensors = new Map(weights);
  const standsFor = new Map<string, string>();
  const scores = scoresOf(network.nodes);
  const nodes = network.nodes.flatMap((given): readonly NetworkNode[] => {
    const node = { ...given, inputs: given.inputs.map((id) => standsFor.get(id) ?? id) };
    const [channels = 0, height = 1, width = 1] = shapes.get(node.id) ?? [];
    const bias = weights.get(`${node.id}.bias`);
    const isFolded = node.op.kind === "conv" && node.op.bias && height * width > 1 && bias !== undefined;
    if (!isFolded || node.op.kind !== "conv" || scores.has(node.id)) return [node];
    const id = `${node.id}.norm`;
    const tensor = (value: number): WeightTensor => ({
      dims: [channels],
      data: new Float32Array(channels).fill(value),
    });
    tensors.delete(`${node.id}.bias`);
    tensors.set(`${id}.weight`, tensor(Math.sqrt(1 + norm.epsilon)));
    tensors.set(`${id}.bias`, bias as WeightTensor);
    tensors.set(`${id}.runningMean`, tensor(0));
    tensors.set(`${id}.runningVariance`, tensor(1));
    standsFor.set(node.id, id);
    return [
      { ...node, op: { ...node.op, bias: false } },
      { id, inputs: [node.id], op: norm },
    ];
  });
  return { network: { ...network, nodes }, weights: tensors };
}

/** The convolution that gives the scores, where nothing but pooling and an activation comes behind it. */
function scoresOf(nodes: readonly NetworkNode[]): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let at = nodes.at(-1);
  while (at !== undefined && ["flatten", "global-pool", "activation", "pool"].includes(at.op.kind))
    at = byId.get(at.inputs[0] as string);
  return new Set(at?.op.kind === "conv" ? [at.id] : []);
}
