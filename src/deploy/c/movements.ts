// Operators that only move numbers, the same in C for floats and for 8-bit integers: their kernels and the calls of them.
import type { DeviceStep, DeviceWindow, MapShape, Movement } from "../device-network.ts";
import { windowText } from "./geometry.ts";
import { type Call, call, type Kernel, type Step } from "./program.ts";

export const movementKernels = {
  max_pool: {
    needs: ["number", "window", "inside"],
    text: `/* Maximum of each window. */
static void net_max_pool(const net_number *in, net_number *out, const net_window *w) {
  const int channels = w->in.channels;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      for (int c = 0; c < channels; c += 1) {
        net_number most = in[((rows.origin + rows.first) * w->in.width + columns.origin + columns.first) * channels + c];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const net_number value = in[((rows.origin + ky) * w->in.width + columns.origin + kx) * channels + c];
            if (value > most) most = value;
          }
        }
        *out++ = most;
      }
    }
  }
}`,
  },
  copy_channels: {
    needs: ["number"],
    text: `/* Copies \`count\` channels of each pixel from a map of \`in_channels\` to one of \`out_channels\`. */
static void net_copy_channels(const net_number *in, net_number *out, int pixels, int in_channels, int out_channels, int count) {
  for (int pixel = 0; pixel < pixels; pixel += 1) {
    for (int c = 0; c < count; c += 1) out[pixel * out_channels + c] = in[pixel * in_channels + c];
  }
}`,
  },
  shuffle: {
    needs: ["number"],
    text: `/* Mixes the channels of groups: channel c of group g becomes channel c * groups + g. */
static void net_shuffle(const net_number *in, net_number *out, int pixels, int channels, int groups) {
  const int own = channels / groups;
  for (int pixel = 0; pixel < pixels; pixel += 1) {
    for (int c = 0; c < channels; c += 1) {
      out[pixel * channels + c % own * groups + c / own] = in[pixel * channels + c];
    }
  }
}`,
  },
  upsample: {
    needs: ["number"],
    text: `/* Repeats each pixel \`factor\` times in both directions. */
static void net_upsample(const net_number *in, net_number *out, int height, int width, int channels, int factor) {
  for (int y = 0; y < height * factor; y += 1) {
    for (int x = 0; x < width * factor; x += 1) {
      const net_number *pixel = in + (y / factor * width + x / factor) * channels;
      for (int c = 0; c < channels; c += 1) *out++ = pixel[c];
    }
  }
}`,
  },
  zeros: {
    needs: ["number"],
    text: `/* Zeros: \`zero\` is the number that stands for it. */
static void net_zeros(net_number *out, int count, net_number zero) {
  for (int i = 0; i < count; i += 1) out[i] = zero;
}`,
  },
  flatten: {
    needs: ["number"],
    text: `/* A map as a vector, one channel behind the other. */
static void net_flatten(const net_number *in, net_number *out, int pixels, int channels) {
  for (int c = 0; c < channels; c += 1) {
    for (int pixel = 0; pixel < pixels; pixel += 1) *out++ = in[pixel * channels + c];
  }
}`,
  },
} as const satisfies Readonly<Record<string, Kernel>>;

/** What a step's calls are written from. */
export interface Around {
  /** The start of the names of what this step declares. */
  readonly name: string;
  /** C expressions of where inputs and output lie. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly inputShapes: readonly MapShape[];
  readonly shape: MapShape;
}

/** What both kinds of network say of their values. */
interface Flow<Op> {
  readonly values: readonly { readonly name: string; readonly shape: MapShape }[];
  readonly steps: readonly DeviceStep<Op>[];
}

/** All steps of a network as calls. */
export function stepsOf<Op extends { readonly kind: string }>(
  { values, steps }: Flow<Op>,
  pointer: (value: number) => string,
  callsOf: (step: DeviceStep<Op>, around: Around) => readonly Call[],
): readonly Step[] {
  return steps.flatMap((step, index) => {
    const { name, shape } = values[step.output]!;
    const about = `${name}: ${step.op.kind}, to ${shape.join(" x ")}`;
    const calls = callsOf(step, {
      name: `net_${step.op.kind.replaceAll("-", "_")}_${index + 1}`,
      inputs: step.inputs.map(pointer),
      output: pointer(step.output),
      inputShapes: step.inputs.map((input) => values[input]!.shape),
      shape,
    });
    return calls.map((each) => ({ ...each, about }));
  });
}

export const sizeOf = (shape: MapShape) => shape[0] * shape[1] * shape[2];
export const pixelsOf = ([height, width]: MapShape) => height * width;

const isMovement = new Set([
  "concat",
  "max-pool",
  "slice",
  "channel-shuffle",
  "upsample",
  "flatten",
  "zeros",
]);

type Moves = Exclude<Movement, { readonly kind: "average-pool" }>;

/** Whether `movementCalls` writes an operation. */
export const moves = <Op extends { readonly kind: string }>(op: Op): op is Extract<Op, Moves> =>
  isMovement.has(op.kind);

/** @param zero C text of the number that stands for zero in the output. */
export function movementCalls(op: Moves, around: Around, zero: string): readonly Call[] {
  const { inputs, output, inputShapes, shape, name } = around;
  const input = inputs[0] as string;
  const inputShape = inputShapes[0] as MapShape;
  switch (op.kind) {
    case "max-pool":
      return [{ ...call("max_pool", input, output, `&${name}`), layer: windowLayer(op.window, around) }];
    case "flatten":
      return [call("flatten", input, output, pixelsOf(inputShape), inputShape[2])];
    case "zeros":
      return [call("zeros", output, sizeOf(shape), zero)];
    case "concat":
      return concatCalls(around);
    case "slice": {
      const from = moved(input, op.from);
      return [call("copy_channels", from, output, pixelsOf(shape), inputShape[2], shape[2], shape[2])];
    }
    case "channel-shuffle":
      return [call("shuffle", input, output, pixelsOf(shape), shape[2], op.groups)];
    case "upsample":
      return [call("upsample", input, output, ...inputShape, op.factor)];
    default:
      return op satisfies never;
  }
}

/** The declaration of a step's window. */
export const windowLayer = (window: DeviceWindow, { name, inputShapes, shape }: Around) =>
  `static const net_window ${name} = ${windowText(window, inputShapes[0]!, shape)};`;

const moved = (pointer: string, by: number) => (by === 0 ? pointer : `${pointer} + ${by}`);

/** Each input's channels behind those of the one before. */
function concatCalls({ inputs, output, inputShapes, shape }: Around): readonly Call[] {
  let at = 0;
  return inputs.map((input, index) => {
    const channels = inputShapes[index]![2];
    const to = moved(output, at);
    at += channels;
    return call("copy_channels", input, to, pixelsOf(shape), channels, shape[2], channels);
  });
}
