// A depthwise window whose padding is neither of TFLite's two kinds, as a wider one that has zeros at its edges and TFLite's
// SAME padding: the same sums without an operator that copies the whole map with a border, which costs more memory than all else.
import type { DeviceWindow, MapShape } from "../device-network.ts";

interface Windowed {
  readonly window: DeviceWindow;
  /** [kernel height, kernel width, filters] */
  readonly weights: Int8Array | Float32Array;
}

/** How much wider a window may become; a wider one is not worth its multiplications. */
const maxWider = 2;

/** Undefined where no slightly wider window does it. */
export function widened<Op extends Windowed>(op: Op, input: MapShape, output: MapShape): Op | undefined {
  const { kernel, stride, padding } = op.window;
  const axes = ([0, 1] as const).map((axis) =>
    widerAxis(
      { kernel: kernel[axis], stride: stride[axis], before: padding[axis][0] },
      input[axis],
      output[axis],
    ),
  );
  const [rows, columns] = axes;
  if (rows === undefined || columns === undefined) return undefined;
  const filters = op.weights.length / (kernel[0] * kernel[1]);
  const size = rows.kernel * columns.kernel * filters;
  const weights = op.weights instanceof Int8Array ? new Int8Array(size) : new Float32Array(size);
  for (let y = 0; y < kernel[0]; y += 1) {
    for (let x = 0; x < kernel[1]; x += 1) {
      const from = (y * kernel[1] + x) * filters;
      const to = ((y + rows.from) * columns.kernel + x + columns.from) * filters;
      weights.set(op.weights.subarray(from, from + filters), to);
    }
  }
  const window = {
    kernel: [rows.kernel, columns.kernel],
    stride,
    padding: [rows.padding, columns.padding],
  } as const;
  return { ...op, window, weights };
}

/** The narrowest that reads the same, where its own taps begin in it, and its padding. */
function widerAxis(
  own: { readonly kernel: number; readonly stride: number; readonly before: number },
  input: number,
  output: number,
) {
  if (output !== Math.ceil(input / own.stride)) return undefined;
  for (let kernel = own.kernel; kernel <= own.kernel + maxWider; kernel += 1) {
    const total = Math.max(0, (output - 1) * own.stride + kernel - input);
    const before = Math.floor(total / 2);
    const from = before - own.before;
    if (from >= 0 && from + own.kernel <= kernel)
      return { kernel, from, padding: [before, total - before] as const };
  }
  return undefined;
}
