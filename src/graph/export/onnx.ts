// The inference graph of a trained network as a .onnx file: batch norm folded into the layer before it where that
// layer has no other reader, normalisation inside, class names and provenance in the metadata.
// Input `images` [batch, C, H, W], output `scores` [batch, classes] (`probabilities` with softmax); opset 17.
// It must not know how weights were trained.
import { GeniusError } from "../../base/errors.ts";
import { networkCost } from "../cost.ts";
import type { FeatureShape, Network } from "../network.ts";
import { encodeOnnxModel, type OnnxModel, type OnnxNode, type OnnxTensor } from "../onnx/model.ts";
import { type OnnxWriter, volume } from "../operator.ts";
import { inferShapes } from "../shapes.ts";
import { checkWeights, type Weights } from "../weights.ts";
import { foldBatchNorms } from "./fold-batch-norm.ts";
import { emitNode, type Value } from "./onnx-nodes.ts";
import { flatNodes, withoutZeros } from "./simplify.ts";

export interface OnnxExportOptions {
  readonly network: Network;
  readonly weights: Weights;
  /** Put into the graph: (pixel01 − mean01[c]) / sd01[c], one entry a channel. Absent: images come normalised. */
  readonly normalisation?: { readonly mean01: readonly number[]; readonly sd01: readonly number[] };
  /** What the largest pixel value is: 1 (default) for floats in 0..1, 255 for floats in 0..255. With normalisation only. */
  readonly pixelScale?: 1 | 255;
  /** In the order of the scores; into the metadata as `class_names`, a JSON array. */
  readonly classNames?: readonly string[];
  /** Ends the graph in a softmax. Default false: scores as the network gives them. */
  readonly softmax?: boolean;
  /** More of the file's `metadata_props`: the study, the trial, the data set. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of `model.onnx`.
 * @throws GeniusError `wrong-use` when weights, normalisation or class names do not fit the network.
 */
export function exportOnnx(options: OnnxExportOptions): Uint8Array {
  return encodeOnnxModel(inferenceModel(options));
}

/** The same as data, for a pass such as `quantise` that changes the graph before it is encoded. */
export function inferenceModel(options: OnnxExportOptions): OnnxModel {
  const { network, softmax = false } = options;
  checkWeights(network, options.weights);
  checkOptions(options);
  const { network: folded, weights } = foldBatchNorms(withoutZeros(network), options.weights);
  const shapes = inferShapes(folded.nodes);
  const flat = flatNodes(folded.nodes);
  const initializers: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const values = new Map<string, Value>();
  const graph: OnnxWriter = {
    constant(name, dims, data) {
      initializers.push({ name, dims, data });
      return name;
    },
    emit(operator, name, inputs, attributes) {
      const output = `${name}/out`;
      nodes.push({ operator, name, inputs, outputs: [output], ...(attributes && { attributes }) });
      return output;
    },
  };
  for (const [name, { dims, data }] of weights) graph.constant(name, dims, data);
  for (const node of folded.nodes) {
    const shape = shapes.get(node.id) as FeatureShape;
    const inputs = node.inputs.map((id) => values.get(id) as Value);
    const name =
      node.op.kind === "input" ? normalised(graph, options, shape) : emitNode(graph, node, { inputs, shape });
    values.set(node.id, { name, shape, flat: flat.has(node.id) });
  }
  const last = values.get((folded.nodes.at(-1) as { id: string }).id) as Value;
  const classCount = volume(last.shape);
  const output = softmax ? "probabilities" : "scores";
  let scores = last.name;
  if (!last.flat) scores = graph.emit("Flatten", "output.flatten", [scores], { axis: 1 });
  nodes.push(
    softmax
      ? { operator: "Softmax", name: "softmax", inputs: [scores], outputs: [output], attributes: { axis: 1 } }
      : { operator: "Identity", name: "output", inputs: [scores], outputs: [output] },
  );
  return {
    irVersion: 8,
    producerName: "genius-nas",
    operatorSets: { "": 17 },
    graph: {
      name: network.name,
      nodes,
      initializers,
      inputs: [{ name: "images", type: "float32", dims: ["batch", ...inputShape(network)] }],
      outputs: [{ name: output, type: "float32", dims: ["batch", classCount] }],
    },
    metadata: { ...metadataOf(options), ...options.metadata },
  };
}

function normalised(graph: OnnxWriter, options: OnnxExportOptions, [channels]: FeatureShape): string {
  const { normalisation, pixelScale = 1 } = options;
  if (normalisation === undefined) return "images";
  const perChannel = (name: string, values: readonly number[]) =>
    graph.constant(
      name,
      [1, channels, 1, 1],
      Float32Array.from(values, (value) => value * pixelScale),
    );
  const mean = perChannel("normalise.mean", normalisation.mean01);
  const deviation = perChannel("normalise.deviation", normalisation.sd01);
  const centred = graph.emit("Sub", "normalise.centre", ["images", mean]);
  return graph.emit("Div", "normalise.scale", [centred, deviation]);
}

function metadataOf({ network, normalisation, pixelScale = 1, classNames, softmax }: OnnxExportOptions) {
  const { paramCount, macCount } = networkCost(network);
  return {
    network: network.name,
    parameters: String(paramCount),
    multiply_accumulates: String(macCount),
    input:
      normalisation === undefined
        ? "float32 [batch, C, H, W], normalised by the caller"
        : `float32 [batch, C, H, W], pixels from 0 to ${pixelScale}`,
    output: softmax === true ? "probabilities" : "scores before softmax",
    ...(normalisation && { normalisation: JSON.stringify(normalisation) }),
    ...(classNames && { class_names: JSON.stringify(classNames) }),
  };
}

function inputShape(network: Network): FeatureShape {
  const op = network.nodes[0]?.op;
  if (op?.kind === "input") return op.shape;
  throw new GeniusError("internal", `Network ${network.name}: its first node is not an input.`);
}

function checkOptions({ network, normalisation, pixelScale, classNames }: OnnxExportOptions): void {
  const [channels] = inputShape(network);
  if (normalisation !== undefined) {
    const { mean01, sd01 } = normalisation;
    if (mean01.length !== channels || sd01.length !== channels || !sd01.every((value) => value > 0)) {
      throw new GeniusError(
        "wrong-use",
        `The normalisation needs ${channels} means and ${channels} positive deviations, one a channel; received ${mean01.length} and [${sd01.join(", ")}].`,
      );
    }
  } else if (pixelScale !== undefined && pixelScale !== 1) {
    throw new GeniusError(
      "wrong-use",
      `A pixel scale of ${pixelScale} needs a normalisation; give mean01 and sd01, or leave the scale out.`,
    );
  }
  const shape = [...inferShapes(network.nodes).values()].at(-1) as FeatureShape;
  const classCount = volume(shape);
  if (classNames !== undefined && classNames.length !== classCount) {
    throw new GeniusError(
      "wrong-use",
      `${classNames.length} class names for ${classCount} scores of the network ${network.name}; give one a score.`,
    );
  }
}
