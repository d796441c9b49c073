// Static int8 quantisation of an inference graph: feature maps to 8 bits by ranges that were measured on images, weights
// by channel to signed bytes of reduced range, which every processor multiplies exactly. Written as QuantizeLinear/DequantizeLinear pairs around the operators, the form that
// runtimes turn into integer kernels and that every ONNX runtime can at least compute.
// The arithmetic is that of https://arxiv.org/abs/1712.05877. It must not know where the ranges come from.
import { GeniusError } from "../../base/errors.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "../onnx/model.ts";

/** The smallest and the largest value that a feature map takes. */
export type ValueRange = readonly [min: number, max: number];

/** Operators with weights: these become integer kernels, and what runs between them follows. */
const weighted = new Set(["Conv", "Gemm"]);
/** Operators whose maps are quantised too, so that integers flow from one weighted operator to the next. */
const between = new Set(["Add", "Mul", "Concat", "MaxPool", "AveragePool", "GlobalAveragePool"]);
/** What an integer kernel can do as it writes its result. */
const clamps = new Set(["Relu", "Clip"]);

/** The values of the graph that need a range, in order: measure them, and give the ranges to `quantise`. */
export function valuesToMeasure({ graph }: OnnxModel): readonly string[] {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const readers = readersOf(graph.nodes);
  const names = new Set<string>();
  const add = (name: string | undefined) => {
    if (name !== undefined && name !== "" && !constants.has(name) && name !== "images") names.add(name);
  };
  for (const node of graph.nodes) {
    if (isNormalisation(node)) continue;
    if (weighted.has(node.operator)) add(node.inputs[0]);
    else if (between.has(node.operator) && !joinsSizes(node)) node.inputs.forEach(add);
    else continue;
    const [output] = node.outputs as [string];
    const next = readers.get(output) ?? [];
    const fused = next.length === 1 && clamps.has((next[0] as OnnxNode).operator) ? next[0] : undefined;
    const result = fused?.outputs[0] ?? output;
    // The scores stay as they are: nothing is gained by rounding them.
    if (!endsIn(result, readers)) add(result);
  }
  return [...names];
}

/**
 * The same graph in 8 bits.
 * @param ranges of every name that `valuesToMeasure` gives.
 * @throws GeniusError `wrong-use` when a range is missing or not finite.
 */
export function quantise(model: OnnxModel, ranges: ReadonlyMap<string, ValueRange>): OnnxModel {
  const { graph } = model;
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const added: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const scales = new Map<string, number>();
  const replacement = new Map<string, string>();
  const constant = (name: string, dims: readonly number[], data: OnnxTensor["data"]) => {
    added.push({ name, dims, data });
    return name;
  };
  const emit = (operator: string, name: string, inputs: readonly string[], axis?: number) => {
    const output = `${name}/out`;
    nodes.push({
      operator,
      name,
      inputs,
      outputs: [output],
      ...(axis !== undefined && { attributes: { axis } }),
    });
    return output;
  };
  const measured = new Set(valuesToMeasure(model));
  /** Puts a pair behind a value; who read it reads the rounded one. */
  const round = (name: string) => {
    if (!measured.has(name)) return;
    const { scale, zeroPoint } = gridOf(name, ranges.get(name));
    scales.set(name, scale);
    const grid = [
      constant(`${name}.scale`, [], Float32Array.of(scale)),
      constant(`${name}.zero`, [], Uint8Array.of(zeroPoint)),
    ];
    const rounded = emit("QuantizeLinear", `${name}.quantise`, [name, ...grid]);
    replacement.set(name, emit("DequantizeLinear", `${name}.dequantise`, [rounded, ...grid]));
  };

  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => replacement.get(name) ?? name);
    const inputScale = scales.get(node.inputs[0] as string);
    if (weighted.has(node.operator) && inputScale !== undefined) {
      const weight = initializers.get(node.inputs[1] as string) as OnnxTensor;
      const { dequantised, channelScales } = roundWeight(weight, { constant, emit });
      inputs[1] = dequantised;
      const bias = initializers.get(node.inputs[2] ?? "");
      if (bias !== undefined) {
        const biasScales = channelScales.map((scale) => scale * inputScale);
        const steps = Int32Array.from(bias.data as Float32Array, (value, i) => whole(value / biasScales[i]!));
        const parts = [
          constant(`${bias.name}.int32`, bias.dims, steps),
          constant(`${bias.name}.scale`, bias.dims, biasScales),
        ];
        inputs[2] = emit("DequantizeLinear", `${bias.name}.dequantise`, parts, 0);
      }
    }
    nodes.push({ ...node, inputs });
    round(node.outputs[0] as string);
  }
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      initializers: [...graph.initializers, ...added].filter(({ name }) => used.has(name)),
    },
    metadata: { ...model.metadata, quantisation: "int8, static; weights by channel, reduced range" },
  };
}

interface Writer {
  constant(name: string, dims: readonly number[], data: OnnxTensor["data"]): string;
  emit(operator: string, name: string, inputs: readonly string[], axis?: number): string;
}

/**
 * Weights reach ±64 steps and not ±127. Processors without VNNI multiply unsigned by signed bytes in pairs whose sum
 * saturates at 16 bits, so that wider weights would give another network there: 2 · 255 · 64 = 32,640 fits, whatever
 * the maps hold. Signed maps would not help: onnxruntime turns them into unsigned ones on x64.
 */
export const weightSteps = 64;

/** Weights [channels, …] in steps of their own channel. */
function roundWeight(weight: OnnxTensor, { constant, emit }: Writer) {
  const data = weight.data as Float32Array;
  const channelCount = weight.dims[0] as number;
  const perChannel = data.length / channelCount;
  const channelScales = Float32Array.from({ length: channelCount }, (_, channel) => {
    const own = data.subarray(channel * perChannel, (channel + 1) * perChannel);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return largest === 0 ? 1 : largest / weightSteps;
  });
  const steps = Int8Array.from(data, (value, i) =>
    Math.round(value / channelScales[Math.floor(i / perChannel)]!),
  );
  const parts = [
    constant(`${weight.name}.int8`, weight.dims, steps),
    constant(`${weight.name}.scale`, [channelCount], channelScales),
    constant(`${weight.name}.zero`, [channelCount], new Int8Array(channelCount)),
  ];
  return { dequantised: emit("DequantizeLinear", `${weight.name}.dequantise`, parts, 0), channelScales };
}

/** 256 steps over the range, which always holds zero: padding must be exact. */
function gridOf(name: string, range: ValueRange | undefined): { scale: number; zeroPoint: number } {
  if (range === undefined || !range.every(Number.isFinite)) {
    throw new GeniusError(
      "wrong-use",
      `Quantisation: ${name} has ${range === undefined ? "no range" : `the range [${range.join(", ")}]`}; measure every value of valuesToMeasure on a few images.`,
    );
  }
  const min = Math.min(0, range[0]);
  const max = Math.max(0, range[1]);
  const scale = Math.fround((max - min) / 255) || 1;
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-min / scale))) };
}

const whole = (value: number) => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.round(value)));

const isNormalisation = ({ name }: OnnxNode) => name?.startsWith("normalise.") === true;

function readersOf(nodes: readonly OnnxNode[]): ReadonlyMap<string, readonly OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}

/** A concatenation of shapes, not of maps. */
const joinsSizes = ({ operator, attributes }: OnnxNode) => operator === "Concat" && attributes?.axis !== 1;

const last = new Set(["Identity", "Softmax"]);

/** Whether only the graph's end reads a value. */
function endsIn(name: string, readers: ReadonlyMap<string, readonly OnnxNode[]>): boolean {
  return (readers.get(name) ?? []).every(
    ({ operator, outputs }) =>
      last.has(operator) || (operator === "Flatten" && endsIn(outputs[0] as string, readers)),
  );
}
