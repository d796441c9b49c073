// A file of hooks with which an exported 8-bit network calls CMSIS-NN for its layers with weights. The results stay the same
// bit by bit; CMSIS-NN needs some memory of its own.
// @see https://github.com/ARM-software/CMSIS-NN
import type { IntegerNetwork } from "../integer-network.ts";
import { layerKernel } from "./geometry.ts";
import { named } from "./naming.ts";

/** The text of NAME_cmsis_nn.h: a hook for each kind of layer that the network has and CMSIS-NN is faster at. */
export function cmsisText(integer: IntegerNetwork, name: string): string {
  const kinds = new Set(integer.steps.map((step) => kindOf(step, integer)));
  return named(
    `/* net_cmsis_nn.h: convolutions of net_.h by CMSIS-NN, with the same results bit by bit.
 *
 *   #define NET_HOOKS "net_cmsis_nn.h"
 *   #define NET_IMPLEMENTATION
 *   #include "net_.h"
 *
 * Compile with CMSIS-NN's folder Include and link its Source. It needs NET_SCRATCH_BYTES of RAM beside the arena.
 */
#include "arm_nnfunctions.h"

#define NET_SCRATCH_BYTES ${scratchBytes(integer)}
static int32_t net_scratch[NET_SCRATCH_BYTES / 4];
${kinds.has("conv") ? convHook : ""}${kinds.has("depthwise") ? depthwiseHook : ""}`,
    name,
  );
}

const hook = (kind: "conv" | "depthwise") => {
  const [params, call, multiple, filter] =
    kind === "conv"
      ? [
          "cmsis_nn_conv_params",
          "arm_convolve_wrapper_s8",
          "",
          "w->out.channels, w->kernel.height, w->kernel.width, w->in.channels",
        ]
      : [
          "cmsis_nn_dw_conv_params",
          "arm_depthwise_conv_wrapper_s8",
          " 1,",
          "1, w->kernel.height, w->kernel.width, w->out.channels",
        ];
  return `
static void net_cmsis_${kind}(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const ${params} conv = {
    -layer->in_zero, layer->out_zero,${multiple}
    {w->stride.width, w->stride.height}, {w->padding.width, w->padding.height}, {1, 1}, {layer->low, layer->high}
  };
  const cmsis_nn_per_channel_quant_params factors = {(int32_t *)layer->multiplier, (int32_t *)layer->shift};
  const cmsis_nn_dims input = {1, w->in.height, w->in.width, w->in.channels};
  const cmsis_nn_dims filter = {${filter}};
  const cmsis_nn_dims bias = {1, 1, 1, w->out.channels};
  const cmsis_nn_dims output = {1, w->out.height, w->out.width, w->out.channels};
  const cmsis_nn_context context = {net_scratch, sizeof net_scratch};
  ${call}(&context, &conv, &factors, &input, in, &filter, layer->weight, &bias, layer->bias, &output, out);
}
#define NET_${kind.toUpperCase()} net_cmsis_${kind}
`;
};
const convHook = hook("conv");
const depthwiseHook = hook("depthwise");

/** The kernel that a step calls, if CMSIS-NN has it. */
function kindOf({ op, inputs, output }: IntegerNetwork["steps"][number], { values }: IntegerNetwork) {
  if (op.kind !== "conv" && op.kind !== "depthwise") return undefined;
  const kernel = layerKernel(op, values[inputs[0]!]!.shape, values[output]!.shape);
  return kernel === "conv" || kernel === "depthwise" ? kernel : undefined;
}

/** What CMSIS-NN needs for the largest layer, on processors with and without vectors (its get_buffer_size functions). */
function scratchBytes(integer: IntegerNetwork): number {
  const sizes = integer.steps.map((step) => {
    const kind = kindOf(step, integer);
    if (kind === undefined || !("window" in step.op)) return 0;
    const channels = integer.values[step.inputs[0]!]!.shape[2];
    const taps = step.op.window.kernel[0] * step.op.window.kernel[1];
    return kind === "depthwise"
      ? Math.max(2 * channels * taps, 4 * 124 * taps)
      : 64 * Math.ceil((channels * taps) / 16);
  });
  return 16 * Math.ceil(Math.max(16, ...sizes) / 16);
}
