// A network in 8-bit integers as a C program, which computes bit by bit what run-integer.ts computes.
import type { Network } from "../../graph/network.ts";
import { type FixedPoint, lowest } from "../fixed-point.ts";
import {
  type IntegerConvolution,
  type IntegerDepthwise,
  type IntegerNetwork,
  type IntegerStep,
  type IntegerValue,
  pixelTables,
} from "../integer-network.ts";
import { layerKernel, windowText } from "./geometry.ts";
import { int8Kernels } from "./int8-kernels.ts";
import { type Around, movementCalls, moves, pixelsOf, sizeOf, stepsOf, windowLayer } from "./movements.ts";
import { placeValues } from "./places.ts";
import { type Call, call, type Program, type ProgramPart } from "./program.ts";
import { floatLiteral, integerLiteral } from "./text.ts";

/**
 * The program of a network in 8 bits.
 * @param network from which `integer` was made: its arena was promised.
 */
export function int8Program(integer: IntegerNetwork, network: Network): Program {
  const { values, output } = integer;
  const { offsets, bytes } = placeValues(integer, network, "int8");
  const pointer = (value: number) => `net_arena + ${offsets[value]!}`;
  const [height, width, channels] = values[0]!.shape;
  const { shape, grid } = values[output]!;
  return {
    elementType: "int8_t",
    input: [channels, height, width],
    classCount: shape[2],
    kernels: int8Kernels,
    steps: stepsOf(integer, pointer, (step, around) => callsOf(step, { ...around, values })),
    arenaBytes: bytes,
    lowestScore: Math.fround(grid.scale * (lowest - grid.zeroPoint)),
    readPixels: readPixels(integer, pointer(0)),
    writeScores: {
      constants: [],
      text: `  const int8_t *result = ${pointer(output)};
  for (int i = 0; i < NET_CLASSES; i += 1) scores[i] = ${floatLiteral(grid.scale)} * (float)(result[i] - (${grid.zeroPoint}));`,
    },
    usesMath: false,
  };
}

interface IntegerAround extends Around {
  readonly values: readonly IntegerValue[];
}

function callsOf({ op, inputs: read, output: written }: IntegerStep, around: IntegerAround): readonly Call[] {
  const { inputs, output, inputShapes, shape, name, values } = around;
  const [input, other] = inputs as readonly [string, string];
  const zeroOf = (value: number) => values[value]!.grid.zeroPoint;
  const zero = zeroOf(written);
  if (moves(op)) return movementCalls(op, around, String(zero));
  const inZero = zeroOf(read[0]!);
  const inShape = inputShapes[0]!;
  const size = sizeOf(shape);
  switch (op.kind) {
    case "conv":
    case "depthwise":
      return [layerCall(op, around, [inZero, zero])];
    case "average-pool": {
      const pool = call("average_pool", input, output, `&${name}`, Number(op.countPadding), zero);
      return [{ ...pool, layer: windowLayer(op.window, around) }];
    }
    case "mean":
      return [
        call("mean", input, output, pixelsOf(inShape), inShape[2], inZero, ...factorText(op.factor), zero),
      ];
    case "table": {
      const table = `${name}_results`;
      const constants = [{ name: table, type: "int8_t", values: op.table }] as const;
      return [{ ...call("table", input, output, size, table), constants }];
    }
    case "add": {
      const { zeroPoints, terms, result, resultZeroPoint, clamp } = op.arithmetic;
      const parts = [
        [zeroPoints[0], ...factorText(terms[0])],
        [zeroPoints[1], ...factorText(terms[1])],
        [...factorText(result), resultZeroPoint, ...clamp],
      ];
      const layer = `static const net_sum ${name} = {\n${parts.map((part) => `  ${part.join(", ")},\n`).join("")}};`;
      return [{ ...call("add", input, other, output, size, `&${name}`), layer }];
    }
    case "multiply": {
      const { zeroPoints, result, resultZeroPoint, clamp } = op.arithmetic;
      const numbers = [...zeroPoints, ...factorText(result), resultZeroPoint, ...clamp];
      const layer = `static const net_product ${name} = {${numbers.join(", ")}};`;
      const period = sizeOf(inputShapes[1]!);
      return [{ ...call("multiply", input, other, output, size, period, `&${name}`), layer }];
    }
    default:
      return op satisfies never;
  }
}

const factorText = ({ multiplier, shift }: FixedPoint) => [integerLiteral(multiplier), String(shift)];

/** A layer with weights: its numbers, and a structure that says all else. */
function layerCall(
  op: IntegerConvolution | IntegerDepthwise,
  { inputs, output, inputShapes, shape, name }: Around,
  zeros: readonly [input: number, output: number],
): Call {
  const inputShape = inputShapes[0]!;
  const kernel = layerKernel(op, inputShape, shape);
  const more = kernel === "grouped_conv" && op.kind === "conv" ? [op.groups] : [];
  return {
    ...call(kernel, inputs[0]!, output, `&${name}`, ...more),
    constants: [
      { name: `${name}_weight`, type: "int8_t", values: op.weights },
      { name: `${name}_bias`, type: "int32_t", values: op.bias },
      { name: `${name}_multiplier`, type: "int32_t", values: op.factors.map(({ multiplier }) => multiplier) },
      { name: `${name}_shift`, type: "int32_t", values: op.factors.map(({ shift }) => shift) },
    ],
    layer: `static const net_layer ${name} = {
  ${windowText(op.window, inputShape, shape)},
  ${name}_weight, ${name}_bias, ${name}_multiplier, ${name}_shift,
  ${[...zeros, ...op.clamp].join(", ")}
};`,
  };
}

function readPixels(integer: IntegerNetwork, to: string): ProgramPart {
  const [height, width, channels] = integer.values[0]!.shape;
  const tables = pixelTables(integer);
  const isPlain = tables.every((table) => table.every((number, byte) => number === byte - 128));
  if (isPlain) {
    return {
      constants: [],
      text: `  /* Pixels from 0 to 255 as numbers from -128 to 127. */
  int8_t *image = ${to};
  for (int i = 0; i < ${height * width * channels}; i += 1) image[i] = (int8_t)(pixels[i] - 128);`,
    };
  }
  const all = Int8Array.from(tables.flatMap((table) => [...table]));
  return {
    constants: [{ name: "net_pixel_levels", type: "int8_t", values: all }],
    text: `  /* Pixels, normalised: 256 levels for each channel. */
  int8_t *image = ${to};
  for (int pixel = 0; pixel < ${height * width}; pixel += 1) {
    for (int c = 0; c < ${channels}; c += 1) *image++ = net_pixel_levels[256 * c + *pixels++];
  }`,
  };
}
