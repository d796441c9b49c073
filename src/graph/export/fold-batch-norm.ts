// Folds batch norms into the convolution or linear layer before them: the same function in inference with fewer
// passes over memory. A norm after anything else, or after a layer that others read too, stays.
import type { Network, NetworkNode } from "../network.ts";
import { nodeParameters } from "../parameters.ts";
import { inferShapes } from "../shapes.ts";
import type { Weights, WeightTensor } from "../weights.ts";

type Layer = NetworkNode & { readonly op: Extract<NetworkNode["op"], { kind: "conv" | "linear" }> };

/**
 * The network without the batch norms that could be folded, and its weights: those of live nodes only, with the
 * folded ones replaced. With scale γ, shift β, mean μ and variance σ²: W' = W·γ/√(σ²+ε), b' = (b−μ)·γ/√(σ²+ε)+β.
 */
export function foldBatchNorms(
  network: Network,
  weights: Weights,
): { readonly network: Network; readonly weights: Weights } {
  const shapes = inferShapes(network.nodes);
  const byId = new Map(network.nodes.map((node) => [node.id, node]));
  const layers = foldableNorms(network.nodes);
  const nodes: NetworkNode[] = [];
  const places = new Map<string, number>();
  const folded = new Map<string, WeightTensor>();
  const standsFor = new Map<string, string>();
  for (const node of network.nodes) {
    const layerId = layers.get(node.id);
    if (node.op.kind === "batch-norm" && layerId !== undefined) {
      const before = byId.get(layerId) as Layer;
      const [weight, bias] = fold(before, { ...node, op: node.op }, weights);
      folded.set(`${before.id}.weight`, weight);
      folded.set(`${before.id}.bias`, bias);
      const place = places.get(before.id) as number;
      nodes[place] = { ...(nodes[place] as NetworkNode), op: { ...before.op, bias: true } };
      standsFor.set(node.id, before.id);
      continue;
    }
    places.set(node.id, nodes.length);
    nodes.push({ ...node, inputs: node.inputs.map((id) => standsFor.get(id) ?? id) });
    for (const { part } of nodeParameters(node, shapes)) {
      const name = `${node.id}.${part}`;
      folded.set(name, weights.get(name) as WeightTensor);
    }
  }
  return { network: { name: network.name, nodes }, weights: folded };
}

/** The batch norms that can be folded, each with the id of the layer before it. */
export function foldableNorms(nodes: readonly NetworkNode[]): ReadonlyMap<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const readerCounts = new Map<string, number>();
  for (const node of nodes) {
    for (const id of node.inputs) readerCounts.set(id, (readerCounts.get(id) ?? 0) + 1);
  }
  const layers = new Map<string, string>();
  for (const { id, inputs, op } of nodes) {
    const before = byId.get(inputs[0] as string);
    if (op.kind === "batch-norm" && isLayer(before) && readerCounts.get(before.id) === 1)
      layers.set(id, before.id);
  }
  return layers;
}

function isLayer(node: NetworkNode | undefined): node is Layer {
  return node?.op.kind === "conv" || node?.op.kind === "linear";
}

function fold(
  layer: Layer,
  norm: { readonly id: string; readonly op: { readonly epsilon: number } },
  weights: Weights,
): [weight: WeightTensor, bias: WeightTensor] {
  const tensor = (name: string) => weights.get(name) as WeightTensor;
  const parameter = (part: string) => tensor(`${norm.id}.${part}`).data;
  const [scale, shift] = [parameter("weight"), parameter("bias")];
  const [mean, variance] = [parameter("runningMean"), parameter("runningVariance")];
  const old = tensor(`${layer.id}.weight`);
  const oldBias = layer.op.bias ? tensor(`${layer.id}.bias`).data : undefined;
  const weight = new Float32Array(old.data.length);
  const bias = new Float32Array(scale.length);
  const perChannel = weight.length / scale.length;
  for (let channel = 0; channel < scale.length; channel += 1) {
    const gain = scale[channel]! / Math.sqrt(variance[channel]! + norm.op.epsilon);
    bias[channel] = ((oldBias?.[channel] ?? 0) - mean[channel]!) * gain + shift[channel]!;
    for (let i = channel * perChannel; i < (channel + 1) * perChannel; i += 1)
      weight[i] = old.data[i]! * gain;
  }
  return [
    { dims: old.dims, data: weight },
    { dims: [scale.length], data: bias },
  ];
}
