// The gradient with respect to a blocked convolution's input. At stride 1 it is a convolution with the flipped kernel.
// At a larger stride the input's pixels fall into stride² phases (even and odd rows and columns), each of which sees
// its own part of the kernel: a small convolution per phase, then the phases are interleaved. Zeros between the
// gradient's values and one large convolution would cost four times as much at stride 2.
import type { Window } from "../../graph/window.ts";
import { blockedDomain, type Tensor } from "../tensor-graph/builder.ts";
import { concat, pad, reshape, scalar } from "../tensor-graph/operations.ts";
import type { LoweringContext } from "./context.ts";
import type { Taps } from "./weights.ts";

type Four = [number, number, number, number];

export interface InputGradientOptions {
  readonly op: Window;
  /** Height and width of the input. */
  readonly size: readonly [height: number, width: number];
  /** Channels of the input, rounded up to blocks. */
  readonly channels: number;
  readonly depthwise: boolean;
  /** The blocked weights from outputs to inputs, for these taps. */
  readonly weights: (taps: Taps) => Tensor;
}

export function blockedInputGradient(
  context: LoweringContext,
  dy: Tensor,
  options: InputGradientOptions,
): Tensor {
  const { graph } = context;
  const { op, size } = options;
  const down = phasesOf(op, 0, [size[0], dy.shape[2] as number]);
  const across = phasesOf(op, 1, [size[1], dy.shape[3] as number]);
  const rows = down.map((row) =>
    interleave(
      context,
      across.map((column) => phase(context, dy, { row, column, options })),
      "columns",
    ),
  );
  const whole = interleave(context, rows, "rows");
  const { blockSize } = context.target;
  const [batch, channels, height, width] = whole.shape as Four;
  const images = (batch * channels) / blockSize;
  const exposed = reshape(graph, whole, [images, height, width, blockSize]);
  const cut = pad(graph, exposed, [0, 0, 0, 0], [0, size[0] - height, size[1] - width, 0]);
  return reshape(graph, cut, [batch, channels, size[0], size[1]]);
}

/** One side of a phase: the kernel positions that reach it, in the order of the gradient's pixels, and the padding. */
interface Phase {
  readonly positions: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

function phasesOf(op: Window, axis: 0 | 1, [size, outSize]: readonly [number, number]): readonly Phase[] {
  const [kernel, stride, padding] = [op.kernel[axis], op.stride[axis], op.padding[axis]];
  const length = Math.ceil(size / stride);
  return Array.from({ length: stride }, (_, phase) => {
    // Input pixel stride · u + phase is reached from gradient pixel u + offset through position k.
    const reached = Array.from({ length: kernel }, (_, k) => ({
      k,
      offset: (phase + padding - k) / stride,
    }))
      .filter(({ offset }) => Number.isInteger(offset))
      .sort((a, b) => a.offset - b.offset);
    const first = reached[0]?.offset ?? 0;
    const last = reached.at(-1)?.offset ?? 0;
    return { positions: reached.map(({ k }) => k), before: -first, after: length + last - outSize, length };
  });
}

function phase(
  context: LoweringContext,
  dy: Tensor,
  part: { readonly row: Phase; readonly column: Phase; readonly options: InputGradientOptions },
): Tensor {
  const { graph } = context;
  const { row, column, options } = part;
  const { op, channels, depthwise } = options;
  const [batch] = dy.shape as Four;
  const shape = [batch, channels, row.length, column.length];
  if (row.positions.length === 0 || column.positions.length === 0) {
    return graph.emit("Expand", [scalar(graph, 0), graph.integers(shape)], shape);
  }
  const order = row.positions.flatMap((y) => column.positions.map((x) => y * op.kernel[1] + x));
  const taps = { height: row.positions.length, width: column.positions.length, order };
  // A convolution cannot take negative padding: what is never reached is cut off before.
  const sides = [row.before, column.before, row.after, column.after];
  const source = cutEdges(
    context,
    dy,
    sides.map((count) => Math.min(0, count)),
  );
  return graph.emit(
    "Conv",
    [source, options.weights(taps)],
    shape,
    {
      kernel_shape: [taps.height, taps.width],
      pads: sides.map((count) => Math.max(0, count)),
      strides: [1, 1],
      dilations: [1, 1],
      group: depthwise ? channels : 1,
    },
    blockedDomain,
  );
}

/** Adds (negative: cuts) rows and columns: [top, left, bottom, right]. */
function cutEdges(context: LoweringContext, map: Tensor, sides: readonly number[]): Tensor {
  if (sides.every((count) => count === 0)) return map;
  const { graph } = context;
  const { blockSize } = context.target;
  const [batch, channels, height, width] = map.shape as Four;
  const [top, left, bottom, right] = sides as Four;
  const exposed = reshape(graph, map, [(batch * channels) / blockSize, height, width, blockSize]);
  const cut = pad(graph, exposed, [0, top, left, 0], [0, bottom, right, 0]);
  return reshape(graph, cut, [batch, channels, cut.shape[1] as number, cut.shape[2] as number]);
}

/** Interleaves maps of one shape by columns or by rows. */
function interleave(context: LoweringContext, maps: readonly Tensor[], by: "rows" | "columns"): Tensor {
  const [first] = maps as readonly [Tensor];
  if (maps.length === 1) return first;
  const { graph } = context;
  const { blockSize } = context.target;
  const [batch, channels, height, width] = first.shape as Four;
  const pixels = (batch * channels * height * width) / blockSize;
  const parts = by === "columns" ? [pixels, blockSize] : [pixels / width, width * blockSize];
  const joined = concat(
    graph,
    maps.map((map) => reshape(graph, map, parts)),
    1,
  );
  const shape =
    by === "columns"
      ? [batch, channels, height, width * maps.length]
      : [batch, channels, height * maps.length, width];
  return reshape(graph, joined, shape);
}
