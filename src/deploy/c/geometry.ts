// The C types and functions about windows and layouts, which the float and the 8-bit kernels share. Maps are stored pixel by
// pixel, the channels of a pixel together ([H, W, C]), as TFLite and CMSIS-NN store them.
import type { DeviceWindow, MapShape } from "../device-network.ts";
import type { Kernel } from "./program.ts";

export const geometryKernels = {
  window: {
    needs: [],
    text: `/* A map of numbers: [height][width][channels]. */
typedef struct {
  int height, width, channels;
} net_shape;

typedef struct {
  int height, width;
} net_pair;

/* A window that slides over a map. The padding is the one at the top and at the left. */
typedef struct {
  net_shape in, out;
  net_pair kernel, stride, padding;
} net_window;`,
  },
  inside: {
    needs: ["window"],
    text: `/* The part of a window that lies inside the map, along one axis: kernel positions from \`first\` to before \`end\`.
   \`origin\` is where on the map the kernel's position 0 lies. */
typedef struct {
  int first, end, origin;
} net_span;

static inline net_span net_inside(int position, int kernel, int stride, int padding, int length) {
  net_span span = {0, kernel, position * stride - padding};
  if (span.origin < 0) span.first = -span.origin;
  if (span.end > length - span.origin) span.end = length - span.origin;
  return span;
}`,
  },
} as const satisfies Readonly<Record<string, Kernel>>;

/** The start of every kernel that slides a window: rows and columns of it that lie inside the map. */
export const eachPixel = (body: string) => `  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
${body}
    }
  }`;

/** The initialiser of a `net_window`. */
export function windowText(
  { kernel, stride, padding }: DeviceWindow,
  input: MapShape,
  output: MapShape,
): string {
  const parts = [input, output, kernel, stride, [padding[0][0], padding[1][0]]];
  return `{${parts.map((numbers) => `{${numbers.join(", ")}}`).join(", ")}}`;
}

/** The kernel of a layer with weights. */
export function layerKernel(
  op: { readonly kind: "conv" | "depthwise"; readonly window: DeviceWindow; readonly groups?: number },
  input: MapShape,
  output: MapShape,
): string {
  if (op.kind === "depthwise") return input[2] === output[2] ? "depthwise" : "multiple_depthwise";
  if (op.groups !== 1) return "grouped_conv";
  return coversMap(op.window, input, output) ? "fully_connected" : "conv";
}

/** Whether a layer reads the whole map at once: it is fully connected. */
function coversMap({ kernel, padding }: DeviceWindow, [height, width]: MapShape, output: MapShape): boolean {
  const isPadded = padding.some((sides) => sides.some((side) => side > 0));
  return kernel[0] === height && kernel[1] === width && output[0] * output[1] === 1 && !isPadded;
}
