// Lowers a whole network: walks the nodes forwards, then the rules' backward functions in reverse, summing the
// gradients of maps that are read more than once. This is all of the automatic differentiation there is; what each
// operator's gradient looks like is in its own rule.
import { liveNodes, type NetworkNode } from "../../graph/network.ts";
import type { FeatureShape } from "../../graph/operator.ts";
import { nodeParameters } from "../../graph/parameters.ts";
import type { Shapes } from "../../graph/shapes.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import type { FeatureMap, Lowered, LoweringContext, NodeOf } from "./context.ts";
import { featureMap, sumMaps } from "./feature-map.ts";
import { type ComputedKind, ruleOf } from "./table.ts";

export interface LoweredNetwork {
  readonly output: FeatureMap;
  /** Emits the backward pass for the gradient of the output. */
  readonly backward: (gradient: FeatureMap) => void;
}

/** The last node is the output; nodes that it does not depend on are left out. */
export function lowerNetwork(
  context: LoweringContext,
  nodes: readonly NetworkNode[],
  given: { readonly shapes: Shapes; readonly images: Tensor },
): LoweredNetwork {
  const live = liveNodes(nodes);
  const absorbed = absorbedActivations(nodes, live);
  const trained = new Set<string>();
  const maps = new Map<string, FeatureMap>();
  const tape: { node: NetworkNode; lowered: Lowered }[] = [];
  for (const node of nodes) {
    if (!live.has(node.id)) continue;
    const shape = given.shapes.get(node.id) as FeatureShape;
    if (node.op.kind === "input") {
      maps.set(node.id, featureMap(shape, "plain", given.images));
      continue;
    }
    const inputs = node.inputs.map((id) => maps.get(id) as FeatureMap);
    if (absorbed.activations.has(node.id)) {
      trained.add(node.id);
      maps.set(node.id, inputs[0] as FeatureMap);
      tape.push({ node, lowered: { output: inputs[0] as FeatureMap, backward: (gradient) => [gradient] } });
      continue;
    }
    if (nodeParameters(node, given.shapes).length > 0 || node.inputs.some((id) => trained.has(id)))
      trained.add(node.id);
    const inputNeedsGradient = node.inputs.some((id) => trained.has(id));
    const relu = absorbed.norms.has(node.id);
    const computed = node as NodeOf<ComputedKind>;
    const lowered = ruleOf(computed.op.kind).train(context, computed, {
      inputs,
      input: inputs[0] as FeatureMap,
      outputShape: shape,
      inputNeedsGradient,
      relu,
    });
    maps.set(node.id, lowered.output);
    if (trained.has(node.id)) tape.push({ node, lowered });
  }
  const last = nodes.at(-1) as NetworkNode;
  return {
    output: maps.get(last.id) as FeatureMap,
    backward(gradient) {
      const gradients = new Map<string, FeatureMap>([[last.id, gradient]]);
      for (const { node, lowered } of tape.toReversed()) {
        const own = gradients.get(node.id);
        if (own === undefined || own.zero) continue;
        const results = lowered.backward(own);
        for (const [index, id] of node.inputs.entries()) {
          const result = results[index];
          if (result === undefined || !trained.has(id)) continue;
          const sofar = gradients.get(id);
          gradients.set(id, sofar === undefined ? result : sumMaps(context, sofar, result));
        }
      }
    },
  };
}

/** Every ReLU that alone reads a batch norm, and that batch norm: the norm's rule does both in one pass. */
function absorbedActivations(nodes: readonly NetworkNode[], live: ReadonlySet<string>) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const readers = new Map<string, number>();
  for (const node of nodes) {
    if (!live.has(node.id)) continue;
    for (const id of node.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  }
  const activations = new Set<string>();
  const norms = new Set<string>();
  for (const { id, inputs, op } of nodes) {
    const [source] = inputs;
    if (op.kind !== "activation" || op.function !== "relu" || source === undefined) continue;
    if (byId.get(source)?.op.kind !== "batch-norm" || readers.get(source) !== 1) continue;
    activations.add(id);
    norms.add(source);
  }
  return { activations, norms };
}
