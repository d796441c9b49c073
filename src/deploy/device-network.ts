// A trained network as a device computes it, before it is rounded: batch norms folded, rectifiers fused into the operation
// before them, maps as [height, width, channels], paddings as what is really read of them. From this the TFLite file in
// floats is written and the integer network is made. It must not know ranges, grids or file formats.
import { GeniusError } from "../base/errors.ts";
import { foldBatchNorms } from "../graph/export/fold-batch-norm.ts";
import { withoutZeros } from "../graph/export/simplify.ts";
import type { FeatureShape, Network, NetworkNode, Pair } from "../graph/network.ts";
import type { OperationKind } from "../graph/ops/index.ts";
import { inferShapes } from "../graph/shapes.ts";
import { checkWeights, type Weights } from "../graph/weights.ts";
import type { Rectifier } from "./elementwise.ts";
import type { PointwiseFunction } from "./pointwise.ts";
import { byTap, depthwiseByTap } from "./weight-layout.ts";

/** A map of one image; a vector is [1, 1, features]. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** A window with the padding that it reads, which may differ at the two ends of an axis. */
export interface DeviceWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: readonly [vertical: Pair, horizontal: Pair];
}

export interface DeviceValue {
  /** The id of the node that gives it; of the parts of a long sum, with a number behind it. */
  readonly name: string;
  readonly shape: MapShape;
  /** The same value in `inferenceModel`, where its range can be measured. */
  readonly onnxName: string;
}

interface Weighted {
  readonly window: DeviceWindow;
  readonly bias: Float32Array;
  readonly rectifier?: Rectifier;
}

/** Of a convolution, [filters, kernel height, kernel width, channels / groups]. A linear layer is one over the whole map. */
export interface DeviceConvolution extends Weighted {
  readonly kind: "conv";
  readonly groups: number;
  readonly weights: Float32Array;
}

/** Filter f reads channel ⌊f · channels / filters⌋. Weights [kernel height, kernel width, filters]. */
export interface DeviceDepthwise extends Weighted {
  readonly kind: "depthwise";
  readonly weights: Float32Array;
}

/** Operations without numbers of their own, which are the same in floats and in integers. */
export type Movement =
  | { readonly kind: "concat" }
  | { readonly kind: "max-pool"; readonly window: DeviceWindow }
  | { readonly kind: "average-pool"; readonly window: DeviceWindow; readonly countPadding: boolean }
  | { readonly kind: "slice"; readonly from: number; readonly to: number }
  | { readonly kind: "channel-shuffle"; readonly groups: number }
  | { readonly kind: "upsample"; readonly factor: number }
  /** A map as a vector, one channel behind the other. */
  | { readonly kind: "flatten" }
  /** A map of zeros, which reads nothing. */
  | { readonly kind: "zeros" };

export type DeviceOperation =
  | DeviceConvolution
  | DeviceDepthwise
  | Movement
  /** Of two maps. */
  | { readonly kind: "add"; readonly rectifier?: Rectifier }
  /** Of two maps, the second of which may be a gate [1, 1, channels]. */
  | { readonly kind: "multiply"; readonly rectifier?: Rectifier }
  /** The mean of each channel. */
  | { readonly kind: "mean" }
  | { readonly kind: "pointwise"; readonly function: PointwiseFunction }
  | {
      readonly kind: "layer-norm";
      readonly epsilon: number;
      readonly scale: Float32Array;
      readonly shift: Float32Array;
    };

export interface DeviceStep<Op = DeviceOperation> {
  /** Places in the list of values. */
  readonly inputs: readonly number[];
  readonly output: number;
  readonly op: Op;
}

export interface DeviceNetwork {
  readonly name: string;
  readonly values: readonly DeviceValue[];
  /** Each writes one value, which nothing else writes. */
  readonly steps: readonly DeviceStep[];
  /** Value 0 is the normalised image. */
  readonly normalisation?: { readonly mean01: readonly number[]; readonly sd01: readonly number[] };
  /** The place of the scores, [1, 1, classes]. */
  readonly output: number;
}

export interface DeviceNetworkOptions {
  readonly network: Network;
  readonly weights: Weights;
  /** Of pixels in 0..1. Absent: images come normalised. */
  readonly normalisation?: DeviceNetwork["normalisation"];
}

/** @throws GeniusError `wrong-use` when the weights do not fit the network or it is a supernet. */
export function deviceNetwork(options: DeviceNetworkOptions): DeviceNetwork {
  checkWeights(options.network, options.weights);
  const { network, weights } = foldBatchNorms(withoutZeros(options.network), options.weights);
  const shapes = inferShapes(network.nodes);
  const values: DeviceValue[] = [];
  const steps: DeviceStep[] = [];
  const readerCounts = new Map<string, number>();
  for (const { inputs } of network.nodes)
    for (const id of inputs) readerCounts.set(id, (readerCounts.get(id) ?? 0) + 1);
  /** Where the value of each node is, and the node's own value before it is flattened. */
  const places = new Map<string, number>();
  const isFlattened = new Set<string>();

  const addValue = (name: string, shape: MapShape, onnxName = `${name}/out`) =>
    values.push({ name, shape, onnxName }) - 1;
  const addStep = (name: string, shape: MapShape, op: DeviceOperation, inputs: readonly number[]) => {
    const output = addValue(name, shape);
    steps.push({ inputs, output, op });
    return output;
  };
  const placeOf = (id: string) => places.get(id) as number;
  const shapeAt = (place: number) => (values[place] as DeviceValue).shape;
  /** The value in the order that its shape says: what was only called flat until now is made so. */
  const settled = (id: string): number => {
    const place = placeOf(id);
    if (!isFlattened.has(id)) return place;
    const { name, shape } = values[place] as DeviceValue;
    return addStep(`${name}.flat`, [1, 1, shape[0] * shape[1] * shape[2]], { kind: "flatten" }, [place]);
  };
  const tensor = (id: string, part: string) => weights.get(`${id}.${part}`)?.data as Float32Array;

  for (const node of network.nodes) {
    const { id, op } = node;
    const shape = mapShape(shapes.get(id) as FeatureShape);
    const [first] = node.inputs as readonly [string];
    const filters = shape[2];
    const bias = () => tensor(id, "bias") ?? new Float32Array(filters);
    const keep = (name: DeviceOperation, inputs: readonly number[]) =>
      places.set(id, addStep(id, shape, name, inputs));
    switch (op.kind) {
      case "input":
        places.set(id, addValue(id, shape, options.normalisation ? "normalise.scale/out" : "images"));
        break;
      case "dropout":
      case "drop-path":
        places.set(id, placeOf(first));
        if (isFlattened.has(first)) isFlattened.add(id);
        break;
      case "flatten": {
        places.set(id, placeOf(first));
        const [height, width] = shapeAt(placeOf(first));
        if (height * width > 1 || isFlattened.has(first)) isFlattened.add(id);
        break;
      }
      case "conv": {
        const input = settled(first);
        const channels = shapeAt(input)[2];
        const window = windowOf(op, shapeAt(input), shape);
        const data = tensor(id, "weight");
        if (op.groups > 1 && op.groups === channels) {
          const weights = depthwiseByTap(data, [filters, ...op.kernel]);
          keep({ kind: "depthwise", window, weights, bias: bias() }, [input]);
        } else {
          const weights = byTap(data, [filters, channels / op.groups, ...op.kernel]);
          keep({ kind: "conv", groups: op.groups, window, weights, bias: bias() }, [input]);
        }
        break;
      }
      case "linear": {
        const input = placeOf(first);
        const [height, width, channels] = shapeAt(input);
        const weights = byTap(tensor(id, "weight"), [filters, channels, height, width]);
        keep(
          { kind: "conv", groups: 1, window: plainWindow([height, width], [1, 1]), weights, bias: bias() },
          [input],
        );
        break;
      }
      case "batch-norm":
        keep(normOf(id, op, tensor), [settled(first)]);
        break;
      case "layer-norm": {
        const [scale, shift] = [tensor(id, "weight"), tensor(id, "bias")];
        keep({ kind: "layer-norm", epsilon: op.epsilon, scale, shift }, [settled(first)]);
        break;
      }
      case "activation": {
        const input = settled(first);
        const at = steps.findIndex(({ output }) => output === input);
        const before = steps[at];
        const isRectifier = op.function === "relu" || op.function === "relu6";
        const isOnlyReader = readerCounts.get(first) === 1 && values[input]?.name === first;
        if (isRectifier && isOnlyReader && before !== undefined && isFusable(before.op)) {
          steps[at] = { ...before, op: { ...before.op, rectifier: op.function as Rectifier } };
          values[input] = { name: id, shape: shapeAt(input), onnxName: `${id}/out` };
          places.set(id, input);
        } else keep({ kind: "pointwise", function: { kind: op.function } }, [input]);
        break;
      }
      case "scale":
        if (op.factor === 1) places.set(id, settled(first));
        else keep({ kind: "pointwise", function: { kind: "scale", factor: op.factor } }, [settled(first)]);
        break;
      case "add": {
        const terms = node.inputs.map(settled);
        let sum = terms[0] as number;
        terms.slice(1).forEach((term, index) => {
          const isLast = index === terms.length - 2;
          sum = addStep(isLast ? id : `${id}.${index + 1}`, shape, { kind: "add" }, [sum, term]);
        });
        places.set(id, sum);
        break;
      }
      case "multiply": {
        const sizes = (place: number) => shapeAt(place)[0] * shapeAt(place)[1];
        const inputs = node.inputs.map(settled).toSorted((a, b) => sizes(b) - sizes(a));
        keep({ kind: "multiply" }, inputs);
        break;
      }
      case "concat":
        if (node.inputs.length === 1) places.set(id, settled(first));
        else keep({ kind: "concat" }, node.inputs.map(settled));
        break;
      case "global-pool":
        keep({ kind: "mean" }, [settled(first)]);
        break;
      case "pool": {
        const input = settled(first);
        const window = windowOf(op, shapeAt(input), shape);
        if (op.mode === "max") keep({ kind: "max-pool", window }, [input]);
        else keep({ kind: "average-pool", window, countPadding: op.countPadding }, [input]);
        break;
      }
      case "zero":
        keep({ kind: "zeros" }, []);
        break;
      case "slice":
      case "channel-shuffle":
      case "upsample":
        keep(op, [settled(first)]);
        break;
      case "mixture":
        throw new GeniusError("wrong-use", `Node "${id}" (mixture) has no form outside training.`);
      default:
        op satisfies never;
    }
  }
  const last = (network.nodes.at(-1) as NetworkNode).id;
  const isMap = shapeAt(placeOf(last))[0] * shapeAt(placeOf(last))[1] > 1;
  if (isMap) isFlattened.add(last);
  const output = settled(last);
  const { normalisation } = options;
  return { name: network.name, values, steps, output, ...(normalisation && { normalisation }) };
}

const mapShape = ([channels, height, width]: FeatureShape): MapShape => [height, width, channels];

/** A window without padding. */
export const plainWindow = (kernel: Pair, stride: Pair): DeviceWindow => ({
  kernel,
  stride,
  padding: [
    [0, 0],
    [0, 0],
  ],
});

/** The window with what it reads of the padding: at the end of an axis, often less than at its beginning. */
function windowOf(
  { kernel, stride, padding }: { readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair },
  input: MapShape,
  output: MapShape,
): DeviceWindow {
  const sides = (axis: 0 | 1): Pair => {
    const read = (output[axis] - 1) * stride[axis] + kernel[axis];
    return [padding[axis], Math.max(0, read - input[axis] - padding[axis])];
  };
  return { kernel, stride, padding: [sides(0), sides(1)] };
}

/** A batch norm that could not be folded: each channel times a number, plus a number. */
function normOf(
  id: string,
  { epsilon }: OperationKind<"batch-norm">,
  tensor: (id: string, part: string) => Float32Array,
): DeviceDepthwise {
  const [scale, shift] = [tensor(id, "weight"), tensor(id, "bias")];
  const [mean, variance] = [tensor(id, "runningMean"), tensor(id, "runningVariance")];
  const weights = scale.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const bias = shift.map((value, channel) => value - mean[channel]! * weights[channel]!);
  return { kind: "depthwise", window: plainWindow([1, 1], [1, 1]), weights, bias };
}

type Fusable = Extract<DeviceOperation, { readonly rectifier?: Rectifier }>;

const isFusable = (op: DeviceOperation): op is Fusable =>
  (op.kind === "conv" || op.kind === "depthwise" || op.kind === "add" || op.kind === "multiply") &&
  op.rectifier === undefined;
