// A trained network as a C program in 32-bit floats. The maths is that of the ONNX file.
import { GeniusError } from "../../base/errors.ts";
import type { Network } from "../../graph/network.ts";
import type {
  DeviceConvolution,
  DeviceDepthwise,
  DeviceNetwork,
  DeviceStep,
  MapShape,
} from "../device-network.ts";
import type { Rectifier } from "../elementwise.ts";
import type { PointwiseFunction } from "../pointwise.ts";
import { floatKernels } from "./float-kernels.ts";
import { layerKernel, windowText } from "./geometry.ts";
import { type Around, movementCalls, moves, pixelsOf, sizeOf, stepsOf, windowLayer } from "./movements.ts";
import { placeValues } from "./places.ts";
import { type Call, call, type Program, type ProgramPart } from "./program.ts";
import { floatLiteral } from "./text.ts";

/**
 * The program of a network in floats.
 * @param network from which `device` was made: its arena was promised.
 * @throws GeniusError `wrong-use` when `device` has no normalisation, which the program needs to read pixels.
 */
export function floatProgram(device: DeviceNetwork, network: Network): Program {
  const { values, output, normalisation } = device;
  if (normalisation === undefined)
    throw new GeniusError(
      "wrong-use",
      "A C program reads pixels: give mean01 and sd01 of the normalisation.",
    );
  const { offsets, bytes } = placeValues(device, network, "float");
  const pointer = (value: number) => `net_arena + ${offsets[value]! / 4}`;
  const shapeOf = (value: number) => values[value]!.shape;
  const [height, width, channels] = shapeOf(0);
  return {
    elementType: "float",
    input: [channels, height, width],
    classCount: shapeOf(output)[2],
    kernels: floatKernels,
    steps: stepsOf(device, pointer, callsOf),
    arenaBytes: bytes,
    readPixels: readPixels(normalisation, shapeOf(0), pointer(0)),
    writeScores: {
      constants: [],
      text: `  const float *result = ${pointer(output)};
  for (int i = 0; i < NET_CLASSES; i += 1) scores[i] = result[i];`,
    },
    usesMath: true,
  };
}

function callsOf({ op }: DeviceStep, around: Around): readonly Call[] {
  const { inputs, output, inputShapes, shape, name } = around;
  const [input, other] = inputs as readonly [string, string];
  const [inputShape] = inputShapes as readonly [MapShape];
  const size = sizeOf(shape);
  if (moves(op)) return movementCalls(op, around, "0.0f");
  switch (op.kind) {
    case "conv":
    case "depthwise":
      return [layerCall(op, around)];
    case "pointwise":
      return [pointwiseCall(op.function, [input, output, size])];
    case "layer-norm": {
      const constants = [
        { name: `${name}_scale`, type: "float", values: op.scale },
        { name: `${name}_shift`, type: "float", values: op.shift },
      ] as const;
      const rest = [...constants.map((each) => each.name), floatLiteral(op.epsilon)];
      return [{ ...call("layer_norm", input, output, pixelsOf(shape), shape[2], ...rest), constants }];
    }
    case "average-pool": {
      const pool = call("average_pool", input, output, `&${name}`, Number(op.countPadding));
      return [{ ...pool, layer: windowLayer(op.window, around) }];
    }
    case "add":
      return rectified(call("add", input, other, output, size), op.rectifier, [output, size]);
    case "multiply": {
      const isSame = sizeOf(inputShapes[1]!) === size;
      const product = isSame
        ? call("multiply", input, other, output, size)
        : call("gate", input, other, output, pixelsOf(shape), shape[2]);
      return rectified(product, op.rectifier, [output, size]);
    }
    case "mean":
      return [call("mean", input, output, pixelsOf(inputShape), inputShape[2])];
    default:
      return op satisfies never;
  }
}

function pointwiseCall(
  what: PointwiseFunction,
  [input, output, size]: readonly [string, string, number],
): Call {
  if (what.kind === "rescale") throw new GeniusError("internal", "A network in floats has no grids.");
  if (what.kind === "scale") return call("scale", input, output, size, floatLiteral(what.factor));
  return call(what.kind, input, output, size);
}

/** A rectifier in the place of what it reads. */
function rectified(
  before: Call,
  rectifier: Rectifier | undefined,
  [output, size]: readonly [string, number],
) {
  return rectifier === undefined ? [before] : [before, call(rectifier, output, output, size)];
}

const bounds = { relu: [0, Number.POSITIVE_INFINITY], relu6: [0, 6] } as const;

/** A layer with weights: its numbers, and a structure that says all else. */
function layerCall(op: DeviceConvolution | DeviceDepthwise, around: Around): Call {
  const { inputs, output, inputShapes, shape, name } = around;
  const [inputShape] = inputShapes as readonly [MapShape];
  const [low, high] = op.rectifier
    ? bounds[op.rectifier]
    : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const kernel = layerKernel(op, inputShape, shape);
  const more = kernel === "grouped_conv" && op.kind === "conv" ? [op.groups] : [];
  return {
    ...call(kernel, inputs[0]!, output, `&${name}`, ...more),
    constants: [
      { name: `${name}_weight`, type: "float", values: op.weights },
      { name: `${name}_bias`, type: "float", values: op.bias },
    ],
    layer: `static const net_layer ${name} = {
  ${windowText(op.window, inputShape, shape)},
  ${name}_weight, ${name}_bias, ${floatLiteral(low)}, ${floatLiteral(high)}
};`,
  };
}

function readPixels(
  { mean01, sd01 }: NonNullable<DeviceNetwork["normalisation"]>,
  [height, width, channels]: MapShape,
  to: string,
): ProgramPart {
  if (mean01.length !== channels || sd01.length !== channels || !sd01.every((value) => value > 0)) {
    throw new GeniusError(
      "wrong-use",
      `The normalisation needs ${channels} means and ${channels} positive deviations, one a channel; received ${mean01.length} and [${sd01.join(", ")}].`,
    );
  }
  return {
    constants: [
      { name: "net_pixel_scale", type: "float", values: sd01.map((sd) => 1 / (255 * sd)) },
      { name: "net_pixel_shift", type: "float", values: mean01.map((mean, c) => -mean / sd01[c]!) },
    ],
    text: `  /* Pixels, normalised. */
  float *image = ${to};
  for (int pixel = 0; pixel < ${height * width}; pixel += 1) {
    for (int c = 0; c < ${channels}; c += 1) *image++ = (float)*pixels++ * net_pixel_scale[c] + net_pixel_shift[c];
  }`,
  };
}
