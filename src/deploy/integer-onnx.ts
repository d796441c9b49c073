// An integer network as an ONNX graph that computes with whole numbers in floats, so that its accuracy can be measured on all
// test images at the speed of float kernels. A value q is held as q − zero point, maps as [N, channels, height, width].
// Sums are exact below 2^24; a fraction is a float of 32 bits and not one of 31, so that a number very near to the middle
// between two may be rounded the other way. It is for measuring, never for handing over.
import type { OnnxModel, OnnxNode, OnnxTensor } from "../graph/onnx/model.ts";
import type { OnnxWriter } from "../graph/operator.ts";
import type { DeviceWindow } from "./device-network.ts";
import type { Clamp } from "./elementwise.ts";
import type { FixedPoint, Grid } from "./fixed-point.ts";
import {
  type IntegerConvolution,
  type IntegerDepthwise,
  type IntegerNetwork,
  type IntegerStep,
  type IntegerValue,
  pixelTables,
} from "./integer-network.ts";

/** Takes `images` [N, C, H, W] with pixels in 0..1 and gives real `scores` [N, classes]. */
export function integerOnnx(network: IntegerNetwork): OnnxModel {
  const { values, steps, output } = network;
  const initializers: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const graph: OnnxWriter = {
    constant(name, dims, data) {
      initializers.push({ name, dims, data });
      return name;
    },
    emit(operator, name, inputs, attributes) {
      nodes.push({ operator, name, inputs, outputs: [`${name}/out`], ...(attributes && { attributes }) });
      return `${name}/out`;
    },
  };
  const writer = createWriter(graph);
  const valueAt = (place: number) => values[place] as IntegerValue;
  const image = valueAt(0);
  const names = new Map([[0, writer.pixels(pixelTables(network), image)]]);
  for (const step of steps) {
    const given = step.inputs.map((place) => ({ ...valueAt(place), onnx: names.get(place) as string }));
    // Every name is used once, so that a network's own names cannot collide with the parts of another step.
    names.set(step.output, writer.step(step, given, { ...valueAt(step.output), name: `s${step.output}` }));
  }
  const { grid, shape } = valueAt(output);
  const scale = graph.constant("scores.scale", [], Float32Array.of(grid.scale));
  const flat = graph.emit("Flatten", "scores.flat", [names.get(output) as string], { axis: 1 });
  nodes.push({ operator: "Mul", name: "scores", inputs: [flat, scale], outputs: ["scores"] });
  const [height, width, channels] = image.shape;
  return {
    irVersion: 8,
    producerName: "genius-nas",
    operatorSets: { "": 17 },
    graph: {
      name: network.name,
      nodes,
      initializers,
      inputs: [{ name: "images", type: "float32", dims: ["batch", channels, height, width] }],
      outputs: [{ name: "scores", type: "float32", dims: ["batch", shape[2]] }],
    },
    metadata: {},
  };
}

type Given = IntegerValue & { readonly onnx: string };

/** A factor in two parts, after each of which TFLite rounds: the fraction with a shift to the left, and a shift to the right. */
const fractionOf = ({ multiplier, shift }: FixedPoint): number => multiplier * 2 ** (Math.max(0, shift) - 31);
const powerOf = ({ shift }: FixedPoint): number => 2 ** Math.min(0, shift);
const real = (factor: FixedPoint): number => fractionOf(factor) * powerOf(factor);

function createWriter(graph: OnnxWriter) {
  const number = (name: string, value: number) => graph.constant(name, [], Float32Array.of(value));
  /** To the nearest whole number, a half away from zero. */
  const rounded = (id: string, value: string, half = 0.5) => {
    const size = graph.emit("Abs", `${id}.size`, [value]);
    const raised = graph.emit("Add", `${id}.raised`, [size, number(`${id}.half`, half)]);
    const whole = graph.emit("Floor", `${id}.whole`, [raised]);
    return graph.emit("Mul", `${id}.rounded`, [whole, graph.emit("Sign", `${id}.sign`, [value])]);
  };
  const clipped = (id: string, value: string, [min, max]: Clamp, { zeroPoint }: Grid) =>
    graph.emit("Clip", `${id}.clip`, [
      value,
      number(`${id}.min`, min - zeroPoint),
      number(`${id}.max`, max - zeroPoint),
    ]);
  /** A whole number times a factor, as a whole number; one factor, or one for each channel. */
  const times = (id: string, value: string, factors: readonly FixedPoint[]) => {
    const dims = factors.length === 1 ? [] : [1, factors.length, 1, 1];
    const numbers = (part: string, of: (factor: FixedPoint) => number) =>
      graph.constant(`${id}.${part}`, dims, Float32Array.from(factors, of));
    const product = graph.emit("Mul", `${id}.times`, [value, numbers("fractions", fractionOf)]);
    const raised = graph.emit("Add", `${id}.upwards`, [product, number(`${id}.upwards.half`, 0.5)]);
    const first = graph.emit("Floor", `${id}.first`, [raised]);
    return rounded(id, graph.emit("Mul", `${id}.shifted`, [first, numbers("powers", powerOf)]));
  };
  const anyNumber: Clamp = [-128, 127];

  function weighted(op: IntegerConvolution | IntegerDepthwise, [from]: readonly [Given], to: IntegerValue) {
    const id = to.name;
    const filters = to.shape[2];
    const channels = from.shape[2];
    const [height, width] = op.window.kernel;
    const groups = op.kind === "conv" ? op.groups : channels;
    const own = channels / groups;
    const taps = height * width;
    const weights = new Float32Array(filters * own * taps);
    for (let filter = 0; filter < filters; filter += 1) {
      for (let channel = 0; channel < own; channel += 1) {
        for (let tap = 0; tap < taps; tap += 1)
          weights[(filter * own + channel) * taps + tap] =
            op.kind === "conv"
              ? op.weights[(filter * taps + tap) * own + channel]!
              : op.weights[tap * filters + filter]!;
      }
    }
    const sums = graph.emit(
      "Conv",
      `${id}.sums`,
      [
        from.onnx,
        graph.constant(`${id}.weights`, [filters, own, height, width], weights),
        graph.constant(`${id}.bias`, [filters], Float32Array.from(op.bias)),
      ],
      { ...windowOf(op.window), group: groups },
    );
    return clipped(id, times(id, sums, op.factors), op.clamp, to.grid);
  }

  /** A table of 256 numbers for the values q; gives q − zero point. */
  function looked(id: string, stored: string, table: Int8Array, grid: Grid) {
    const places = graph.emit("Cast", `${id}.places`, [stored], { to: 7 });
    const centred = Float32Array.from(table, (value) => value - grid.zeroPoint);
    return graph.emit("Gather", `${id}.looked`, [graph.constant(`${id}.table`, [256], centred), places], {
      axis: 0,
    });
  }

  return {
    pixels(tables: readonly Int8Array[], { grid }: IntegerValue): string {
      const bytes = graph.emit("Round", "bytes", [
        graph.emit("Mul", "pixels.raised", ["images", number("pixels.255", 255)]),
      ]);
      const channels = tables.map((table, channel) => {
        const part = (name: string, value: number) =>
          graph.constant(`pixels.${channel}.${name}`, [1], BigInt64Array.of(BigInt(value)));
        const own = graph.emit("Slice", `pixels.${channel}`, [
          bytes,
          part("from", channel),
          part("to", channel + 1),
          part("axis", 1),
        ]);
        return looked(`pixels.${channel}`, own, table, grid);
      });
      return graph.emit("Concat", "normalised", channels, { axis: 1 });
    },
    step({ op }: IntegerStep, given: readonly Given[], to: IntegerValue): string {
      const id = to.name;
      const [first] = given as readonly [Given];
      const inputs = given.map(({ onnx }) => onnx);
      const [height, width, channels] = to.shape;
      switch (op.kind) {
        case "conv":
        case "depthwise":
          return weighted(op, [first], to);
        case "add": {
          const { terms, result, leftShift } = op.arithmetic;
          const parts = given.map(({ onnx }, index) => {
            const factor = real(terms[index] as FixedPoint) * real(result) * 2 ** leftShift;
            return graph.emit("Mul", `${id}.term${index}`, [onnx, number(`${id}.factor${index}`, factor)]);
          });
          return clipped(
            id,
            rounded(id, graph.emit("Add", `${id}.sum`, parts)),
            op.arithmetic.clamp,
            to.grid,
          );
        }
        case "multiply": {
          const product = graph.emit("Mul", `${id}.product`, inputs);
          return clipped(id, times(id, product, [op.arithmetic.result]), op.arithmetic.clamp, to.grid);
        }
        case "mean": {
          const sum = graph.emit("ReduceSum", `${id}.sum`, [
            first.onnx,
            graph.constant(`${id}.axes`, [2], BigInt64Array.of(2n, 3n)),
          ]);
          return clipped(id, times(id, sum, [op.factor]), anyNumber, to.grid);
        }
        case "table": {
          const stored = graph.emit("Add", `${id}.stored`, [
            first.onnx,
            number(`${id}.zero`, first.grid.zeroPoint + 128),
          ]);
          return looked(id, stored, op.table, to.grid);
        }
        case "max-pool":
          return graph.emit("MaxPool", id, inputs, windowOf(op.window));
        case "average-pool": {
          const zero = number(`${id}.zero`, to.grid.zeroPoint);
          const mean = graph.emit("AveragePool", `${id}.mean`, inputs, {
            ...windowOf(op.window),
            count_include_pad: Number(op.countPadding),
          });
          // TFLite rounds the stored numbers. A half may come out of a division by 6 as a little less.
          const stored = rounded(id, graph.emit("Add", `${id}.stored`, [mean, zero]), 0.5 + 1e-4);
          return graph.emit("Sub", id, [stored, zero]);
        }
        case "concat":
          return graph.emit("Concat", id, inputs, { axis: 1 });
        case "slice": {
          const limits = Object.entries({ from: op.from, to: op.to, axis: 1 }).map(([part, value]) =>
            graph.constant(`${id}.${part}`, [1], BigInt64Array.of(BigInt(value))),
          );
          return graph.emit("Slice", id, [...inputs, ...limits]);
        }
        case "channel-shuffle": {
          const shaped = (part: string, input: string, dims: readonly number[]) =>
            graph.emit("Reshape", `${id}.${part}`, [
              input,
              graph.constant(`${id}.${part}.shape`, [dims.length], BigInt64Array.from(dims, BigInt)),
            ]);
          const parts = [0, op.groups, channels / op.groups, height * width];
          const split = shaped("split", first.onnx, parts);
          const swapped = graph.emit("Transpose", `${id}.swap`, [split], { perm: [0, 2, 1, 3] });
          return shaped("joined", swapped, [0, channels, height, width]);
        }
        case "upsample":
          return graph.emit(
            "Resize",
            id,
            [
              first.onnx,
              "",
              graph.constant(`${id}.scales`, [4], Float32Array.of(1, 1, op.factor, op.factor)),
            ],
            { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
          );
        case "flatten": {
          const shape = graph.constant(`${id}.shape`, [4], BigInt64Array.from([0, channels, 1, 1], BigInt));
          return graph.emit("Reshape", id, [first.onnx, shape]);
        }
        case "zeros": {
          // As many as there are images.
          const shape = graph.constant(
            `${id}.shape`,
            [3],
            BigInt64Array.from([channels, height, width], BigInt),
          );
          const batch = graph.emit("Shape", `${id}.batch`, ["images"], { start: 0, end: 1 });
          return graph.emit("ConstantOfShape", id, [
            graph.emit("Concat", `${id}.size`, [batch, shape], { axis: 0 }),
          ]);
        }
        default:
          return op satisfies never;
      }
    },
  };
}

function windowOf({ kernel, stride, padding: [[top, bottom], [left, right]] }: DeviceWindow) {
  return { kernel_shape: [...kernel], strides: [...stride], pads: [top, left, bottom, right] };
}
