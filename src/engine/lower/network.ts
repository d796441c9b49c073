// Lowers a whole network: walks the nodes forwards, then the rules' backward functions in reverse, summing the
// gradients of maps that are read more than once. This is all of the automatic differentiation there is; what each
// operator's gradient looks like is in its own rule.
import { GeniusError } from "../../base/errors.ts";
import type { Tensor } from "../graph/builder.ts";
import type { MapShape, ModelNode, Shapes } from "../model.ts";
import { lowerActivation } from "./activation.ts";
import { lowerBatchNorm } from "./batch-norm.ts";
import { lowerAdd, lowerConcat, lowerFlatten, lowerMultiply, lowerScale } from "./combine.ts";
import type { FeatureMap, Lowered, LoweringContext } from "./context.ts";
import { lowerConvolution } from "./convolution.ts";
import { lowerLinear } from "./dense.ts";
import { featureMap, sumMaps, zeroMap } from "./feature-map.ts";
import { lowerMixture } from "./mixture.ts";
import { lowerGlobalPool, lowerPool } from "./pooling.ts";
import { lowerMasking } from "./regularise.ts";

export interface LoweredNetwork {
  readonly output: FeatureMap;
  /** Emits the backward pass for the gradient of the output. */
  readonly backward: (gradient: FeatureMap) => void;
}

/** The last node is the output; nodes that it does not depend on are left out. */
export function lowerNetwork(
  context: LoweringContext,
  nodes: readonly ModelNode[],
  given: { readonly shapes: Shapes; readonly images: Tensor },
): LoweredNetwork {
  const live = liveNodes(nodes);
  const absorbed = absorbedActivations(nodes, live);
  const trained = new Set<string>();
  const maps = new Map<string, FeatureMap>();
  const tape: { node: ModelNode; lowered: Lowered }[] = [];
  for (const node of nodes) {
    if (!live.has(node.id)) continue;
    const shape = given.shapes.get(node.id) as MapShape;
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
    const hasParameters =
      node.op.kind === "conv" || node.op.kind === "linear" || node.op.kind === "batch-norm";
    if (hasParameters || node.inputs.some((id) => trained.has(id))) trained.add(node.id);
    const inputNeedsGradient = node.inputs.some((id) => trained.has(id));
    const relu = absorbed.norms.has(node.id);
    const lowered = lowerNode(context, node, { inputs, shape, inputNeedsGradient, relu });
    maps.set(node.id, lowered.output);
    if (trained.has(node.id)) tape.push({ node, lowered });
  }
  const last = nodes.at(-1) as ModelNode;
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

function lowerNode(
  context: LoweringContext,
  node: ModelNode,
  around: {
    readonly inputs: readonly FeatureMap[];
    readonly shape: MapShape;
    readonly inputNeedsGradient: boolean;
    readonly relu: boolean;
  },
): Lowered {
  const { op } = node;
  const { inputs, shape, inputNeedsGradient } = around;
  const [first, second] = inputs as readonly [FeatureMap, FeatureMap];
  switch (op.kind) {
    case "conv":
      return lowerConvolution(
        context,
        { id: node.id, op },
        { input: first, outputShape: shape, inputNeedsGradient },
      );
    case "linear":
      return lowerLinear(
        context,
        { id: node.id, op },
        { input: first, outputShape: shape, inputNeedsGradient },
      );
    case "batch-norm":
      return lowerBatchNorm(context, { id: node.id, op, relu: around.relu }, first);
    case "activation":
      return lowerActivation(context, op.function, first);
    case "pool":
      return lowerPool(context, op, first, shape);
    case "global-pool":
      return lowerGlobalPool(context, first);
    case "flatten":
      return lowerFlatten(context, first, shape);
    case "add":
      return lowerAdd(context, inputs);
    case "multiply":
      return lowerMultiply(context, [first, second]);
    case "concat":
      return lowerConcat(context, inputs, shape);
    case "scale":
      return lowerScale(context, op.factor, first);
    case "zero":
      return { output: zeroMap(shape), backward: () => [undefined] };
    case "dropout":
      return lowerMasking(context, { rate: op.rate, per: "value" }, first);
    case "drop-path":
      return lowerMasking(context, { rate: op.rate, per: "image" }, first);
    case "mixture":
      return lowerMixture(context, op.firstShare, inputs);
    case "input":
      throw new GeniusError("internal", `The input node "${node.id}" has no rule.`);
    default:
      throw new GeniusError("internal", `No rule for "${(op satisfies never as ModelNode["op"]).kind}".`);
  }
}

/** The nodes that the last one depends on. */
export function liveNodes(nodes: readonly ModelNode[]): ReadonlySet<string> {
  const live = new Set<string>();
  const last = nodes.at(-1);
  if (last !== undefined) live.add(last.id);
  for (const node of nodes.toReversed()) {
    if (live.has(node.id)) for (const id of node.inputs) live.add(id);
  }
  return live;
}

/** Every ReLU that alone reads a batch norm, and that batch norm: the norm's rule does both in one pass. */
function absorbedActivations(nodes: readonly ModelNode[], live: ReadonlySet<string>) {
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
