// A network as a TFLite model, in floats or in 8 bits: the same operators, with grids on the tensors where they are integers.
// Maps are [1, height, width, channels]. A padding that is neither TFLite's SAME nor none becomes an operator of its own, but for a
// depthwise window, which is widened by zeros.
import { GeniusError } from "../../base/errors.ts";
import {
  type DeviceNetwork,
  type DeviceOperation,
  type DeviceStep,
  type DeviceWindow,
  type MapShape,
  plainWindow,
} from "../device-network.ts";
import type { Rectifier } from "../elementwise.ts";
import type { Grid } from "../fixed-point.ts";
import type { IntegerNetwork, IntegerOperation } from "../integer-network.ts";
import { type PointwiseFunction, type Stage, stagesOf } from "../pointwise.ts";
import type { TfliteModel, TfliteOperator, TfliteTensor } from "./model.ts";
import { fusedCodes, paddingCodes, type TfliteOperatorName } from "./schema.ts";
import { widened } from "./widen-window.ts";

interface Value {
  readonly name: string;
  readonly shape: MapShape;
  readonly grid?: Grid;
}

/** A network of either kind, as far as they are alike. */
interface Source {
  readonly name: string;
  readonly values: readonly Value[];
  readonly steps: readonly DeviceStep<DeviceOperation | IntegerOperation>[];
  readonly output: number;
  /** The image as it is given, and the step that normalises it. */
  readonly image?: { readonly grid?: Grid; readonly op: Weighted };
}

type Weighted = Extract<DeviceOperation | IntegerOperation, { kind: "conv" | "depthwise" }>;

/** In floats: pixels 0..1 where the network normalises. */
export function floatTflite(network: DeviceNetwork, metadata: TfliteModel["metadata"] = {}): TfliteModel {
  const { normalisation } = network;
  if (normalisation === undefined) return write(network, "float32", metadata);
  const weights = Float32Array.from(normalisation.sd01, (deviation) => 1 / deviation);
  const bias = weights.map((weight, channel) => -normalisation.mean01[channel]! * weight);
  const op = { kind: "depthwise", window: plainWindow([1, 1], [1, 1]), weights, bias } as const;
  return write({ ...network, image: { op } }, "float32", metadata);
}

/** In 8 bits: bytes less 128. */
export function int8Tflite(network: IntegerNetwork, metadata: TfliteModel["metadata"] = {}): TfliteModel {
  const { grid, normalise } = network.pixels;
  return write(normalise ? { ...network, image: { grid, op: normalise } } : network, "int8", metadata);
}

function write(
  { name, values, steps, output, image }: Source,
  precision: TfliteModel["precision"],
  metadata: TfliteModel["metadata"],
): TfliteModel {
  const tensors: TfliteTensor[] = [];
  const operators: TfliteOperator[] = [];
  const add = (tensor: TfliteTensor) => tensors.push(tensor) - 1;
  const onGrid = (grid: Grid | undefined) =>
    grid && { quantisation: { scales: [grid.scale], zeroPoint: grid.zeroPoint } };
  const map = (label: string, shape: readonly number[], grid: Grid | undefined) =>
    add({ name: label, shape, type: precision, ...onGrid(grid) });
  const sizes = (label: string, data: readonly number[]) =>
    add({ name: label, shape: [data.length], type: "int32", data: Int32Array.from(data) });
  const emit = (
    operator: TfliteOperatorName,
    inputs: readonly number[],
    to: number,
    options?: TfliteOperator["options"],
  ) => {
    operators.push({ operator, inputs, output: to, ...(options && { options }) });
    return to;
  };
  const valueAt = (place: number) => values[place] as Value;
  const places = new Map<number, number>();
  const first = valueAt(0);
  const input = map("images", [1, ...first.shape], image === undefined ? first.grid : image.grid);
  places.set(0, input);

  /** The input of a window and the kind of its padding; what neither kind says is padded before. */
  const padded = (
    source: { readonly place: number } & Value,
    window: DeviceWindow,
    to: Value,
    as: "zeros" | "counted" | "least" = "zeros",
  ) => {
    const kind = paddingKind(window, source.shape, to.shape);
    if (kind === "valid" || (kind === "same" && as !== "counted"))
      return { place: source.place, padding: paddingCodes[kind] };
    const [[top, bottom], [left, right]] = window.padding;
    const [height, width, channels] = source.shape;
    const label = `${to.name}.pad`;
    const shape = [1, height + top + bottom, width + left + right, channels];
    const pads = add({
      name: `${label}.sides`,
      shape: [4, 2],
      type: "int32",
      data: Int32Array.of(0, 0, top, bottom, left, right, 0, 0),
    });
    const wide = map(label, shape, source.grid);
    if (as !== "least") emit("PAD", [source.place, pads], wide);
    else {
      const data = precision === "int8" ? Int8Array.of(-128) : Float32Array.of(-3.4e38);
      const least = add({
        name: `${label}.least`,
        shape: [1],
        type: precision,
        data,
        ...onGrid(source.grid),
      });
      emit("PADV2", [source.place, pads, least], wide);
    }
    return { place: wide, padding: paddingCodes.valid };
  };
  const emitWeighted = (
    given: Weighted,
    from: { readonly place: number } & Value,
    to: Value,
    place: number,
  ) => {
    const filters = to.shape[2];
    const isPlain = paddingKind(given.window, from.shape, to.shape) !== undefined;
    const op = given.kind === "conv" || isPlain ? given : (widened(given, from.shape, to.shape) ?? given);
    const { kernel, stride } = op.window;
    const isConv = op.kind === "conv";
    const shape = isConv ? [filters, ...kernel, from.shape[2] / op.groups] : [1, ...kernel, filters];
    const { place: read, padding } = padded(from, op.window, to);
    const scales = "weightScales" in op ? op.weightScales : undefined;
    const inputScale = from.grid?.scale ?? 1;
    const weights = add({
      name: `${to.name}.weights`,
      shape,
      type: precision,
      data: op.weights,
      ...(scales && { quantisation: { scales, zeroPoint: 0, axis: isConv ? 0 : 3 } }),
    });
    const bias = add({
      name: `${to.name}.bias`,
      shape: [filters],
      type: scales ? "int32" : "float32",
      data: op.bias,
      ...(scales && {
        quantisation: { scales: scales.map((scale) => scale * inputScale), zeroPoint: 0, axis: 0 },
      }),
    });
    const options = { padding, strideH: stride[0], strideW: stride[1], fused: fusedOf(op) };
    if (isConv) emit("CONV_2D", [read, weights, bias], place, options);
    else
      emit("DEPTHWISE_CONV_2D", [read, weights, bias], place, {
        ...options,
        depthMultiplier: filters / from.shape[2],
      });
  };
  const emitPointwise = (
    what: PointwiseFunction,
    from: { readonly place: number } & Value,
    to: Value,
    place: number,
  ) => {
    const stages = stagesOf(what, to.grid ?? noGrid);
    let read = from.place;
    stages.forEach((stage, index) => {
      const isLast = index === stages.length - 1;
      const grid = precision === "int8" ? stage.grid : undefined;
      const next = isLast ? place : map(`${to.name}.${stage.operator}`, [1, ...to.shape], grid);
      const constant = (
        label: string,
        { value, number, grid: own }: { value: number; number: number; grid: Grid },
      ) =>
        precision === "int8"
          ? add({ name: label, shape: [1], type: "int8", data: Int8Array.of(number), ...onGrid(own) })
          : add({ name: label, shape: [1], type: "float32", data: Float32Array.of(value) });
      emitStage(stage, { read, next, image: from.place, label: `${to.name}.constant`, constant, emit });
      read = next;
    });
  };

  if (image !== undefined) {
    const place = map(first.name, [1, ...first.shape], first.grid);
    emitWeighted(image.op, { ...first, ...(image.grid && { grid: image.grid }), place: input }, first, place);
    places.set(0, place);
  }
  for (const step of steps) {
    const { op } = step;
    const to = valueAt(step.output);
    const from = step.inputs.map((value) => ({ ...valueAt(value), place: places.get(value) as number }));
    const [only] = from as [(typeof from)[number]];
    const read = from.map(({ place }) => place);
    const [height, width, channels] = to.shape;
    if (op.kind === "zeros") {
      const data =
        precision === "int8"
          ? new Int8Array(height * width * channels)
          : new Float32Array(height * width * channels);
      const zeros = to.grid === undefined ? data : data.fill(to.grid.zeroPoint);
      places.set(
        step.output,
        add({ name: to.name, shape: [1, ...to.shape], type: precision, data: zeros, ...onGrid(to.grid) }),
      );
      continue;
    }
    const place = map(to.name, [1, ...to.shape], to.grid);
    places.set(step.output, place);
    switch (op.kind) {
      case "conv":
      case "depthwise":
        emitWeighted(op, only, to, place);
        break;
      case "add":
        emit("ADD", read, place, { fused: fusedOf(op) });
        break;
      case "multiply":
        emit("MUL", read, place, { fused: fusedOf(op) });
        break;
      case "mean":
        emit("MEAN", [only.place, sizes(`${to.name}.axes`, [1, 2])], place, { keepDims: 1 });
        break;
      case "pointwise":
      case "table":
        emitPointwise(op.function, only, to, place);
        break;
      case "concat":
        emit("CONCATENATION", read, place, { axis: 3 });
        break;
      case "max-pool":
      case "average-pool": {
        const isCounted = op.kind === "average-pool" && op.countPadding;
        const as = op.kind === "max-pool" ? "least" : isCounted ? "counted" : "zeros";
        const { place: wide, padding } = padded(only, op.window, to, as);
        if (as === "zeros" && wide !== only.place)
          throw new GeniusError(
            "missing-feature",
            `Node "${to.name}" (pool): TFLite has no average over this window that leaves out its padding. Count the padding, or use a stride of 1.`,
          );
        const [filterH, filterW] = op.window.kernel;
        const [strideH, strideW] = op.window.stride;
        const operator = op.kind === "max-pool" ? "MAX_POOL_2D" : "AVERAGE_POOL_2D";
        emit(operator, [wide], place, { padding, strideH, strideW, filterH, filterW });
        break;
      }
      case "slice": {
        const begin = sizes(`${to.name}.begin`, [0, 0, 0, op.from]);
        emit("SLICE", [only.place, begin, sizes(`${to.name}.size`, [1, ...to.shape])], place);
        break;
      }
      case "channel-shuffle": {
        const perGroup = channels / op.groups;
        const split = map(`${to.name}.split`, [height * width, op.groups, perGroup], to.grid);
        const swapped = map(`${to.name}.swapped`, [height * width, perGroup, op.groups], to.grid);
        emit(
          "RESHAPE",
          [only.place, sizes(`${to.name}.parts`, [height * width, op.groups, perGroup])],
          split,
        );
        emit("TRANSPOSE", [split, sizes(`${to.name}.order`, [0, 2, 1])], swapped);
        emit("RESHAPE", [swapped, sizes(`${to.name}.shape`, [1, ...to.shape])], place);
        break;
      }
      case "upsample":
        emit("RESIZE_NEAREST_NEIGHBOR", [only.place, sizes(`${to.name}.size`, [height, width])], place, {
          halfPixelCenters: 1,
        });
        break;
      case "flatten": {
        const [rows, columns, maps] = only.shape;
        const turned = map(`${to.name}.turned`, [1, maps, rows, columns], to.grid);
        emit("TRANSPOSE", [only.place, sizes(`${to.name}.order`, [0, 3, 1, 2])], turned);
        emit("RESHAPE", [turned, sizes(`${to.name}.shape`, [1, ...to.shape])], place);
        break;
      }
      case "layer-norm": {
        const axes = sizes(`${to.name}.axes`, [3]);
        const numbers = (label: string, data: Float32Array) =>
          add({ name: `${to.name}.${label}`, shape: [data.length], type: "float32", data });
        const pixel = (label: string) => map(`${to.name}.${label}`, [1, height, width, 1], undefined);
        const wide = (label: string) => map(`${to.name}.${label}`, [1, ...to.shape], undefined);
        const mean = emit("MEAN", [only.place, axes], pixel("mean"), { keepDims: 1 });
        const squares = emit("SQUARED_DIFFERENCE", [only.place, mean], wide("squares"));
        const variance = emit("MEAN", [squares, axes], pixel("variance"), { keepDims: 1 });
        const raised = emit(
          "ADD",
          [variance, numbers("epsilon", Float32Array.of(op.epsilon))],
          pixel("raised"),
        );
        const inverse = emit("RSQRT", [raised], pixel("inverse"));
        const centred = emit("SUB", [only.place, mean], wide("centred"));
        const normed = emit("MUL", [centred, inverse], wide("normed"));
        const scaled = emit("MUL", [normed, numbers("scale", op.scale)], wide("scaled"));
        emit("ADD", [scaled, numbers("shift", op.shift)], place);
        break;
      }
      default:
        op satisfies never;
    }
  }
  const scores = valueAt(output);
  const classes = scores.shape[2];
  const last = map("scores", [1, classes], scores.grid);
  emit("RESHAPE", [places.get(output) as number, sizes("scores.shape", [1, classes])], last);
  return { name, tensors, operators, input, output: last, metadata, precision };
}

const noGrid: Grid = { scale: 1, zeroPoint: 0 };

const fusedOf = ({ rectifier }: { readonly rectifier?: Rectifier }) => fusedCodes[rectifier ?? "none"];

/** Which of TFLite's two paddings a window has; undefined for neither. */
function paddingKind(
  { kernel, stride, padding }: DeviceWindow,
  input: MapShape,
  output: MapShape,
): keyof typeof paddingCodes | undefined {
  if (padding.flat().every((side) => side === 0)) return "valid";
  const isSame = ([0, 1] as const).every((axis) => {
    const total = Math.max(0, (output[axis] - 1) * stride[axis] + kernel[axis] - input[axis]);
    const before = Math.floor(total / 2);
    return (
      output[axis] === Math.ceil(input[axis] / stride[axis]) &&
      padding[axis][0] === before &&
      padding[axis][1] === total - before
    );
  });
  return isSame ? "same" : undefined;
}

function emitStage(
  stage: Stage,
  {
    read,
    next,
    image,
    label,
    constant,
    emit,
  }: {
    readonly read: number;
    readonly next: number;
    /** What the function reads. */
    readonly image: number;
    readonly label: string;
    constant(label: string, number: { value: number; number: number; grid: Grid }): number;
    emit(
      operator: TfliteOperatorName,
      inputs: readonly number[],
      to: number,
      options?: TfliteOperator["options"],
    ): number;
  },
): void {
  switch (stage.operator) {
    case "add":
      emit("ADD", [read, constant(label, stage.constant)], next, {
        fused: fusedCodes[stage.rectifier ?? "none"],
      });
      break;
    case "multiply":
      if (stage.by === "input") emit("MUL", [image, read], next);
      else emit("MUL", [read, constant(label, stage.by)], next);
      break;
    default:
      emit(operatorOf[stage.operator], [read], next);
  }
}

const operatorOf = {
  quantize: "QUANTIZE",
  logistic: "LOGISTIC",
  "hard-swish": "HARD_SWISH",
  gelu: "GELU",
  relu: "RELU",
  relu6: "RELU6",
} as const;
