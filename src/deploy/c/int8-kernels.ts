// The C of the 8-bit network: one function for each kind of operator, in the integer arithmetic of TensorFlow Lite, which
// run-integer.ts has in TypeScript. A function may write over its first input only where the plan of the arena does.
import { eachPixel, geometryKernels } from "./geometry.ts";
import { int8LayerKernels } from "./int8-layers.ts";
import { movementKernels } from "./movements.ts";
import type { Kernel } from "./program.ts";

export const int8Kernels: Readonly<Record<string, Kernel>> = {
  number: { needs: [], text: "typedef int8_t net_number;" },
  ...geometryKernels,
  ...movementKernels,
  clamp: {
    needs: [],
    text: `static inline int8_t net_clamp(int32_t value, int32_t low, int32_t high) {
  return (int8_t)(value < low ? low : value > high ? high : value);
}`,
  },
  scaled: {
    needs: [],
    text: `/* value * multiplier * 2^(shift - 31), rounded twice as TensorFlow Lite does: the product to 31 bits less, then the shift
   to the right, a half away from zero. */
static inline int32_t net_scaled(int32_t value, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0;
  const int32_t right = left - shift;
  const int32_t raised = (int32_t)((uint32_t)value << left);
  const int32_t high = (int32_t)(((int64_t)raised * multiplier + ((int64_t)1 << 30)) >> 31);
  const int32_t mask = (int32_t)(((uint32_t)1 << right) - 1u);
  const int32_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
  return (high >> right) + ((high & mask) > threshold ? 1 : 0);
}`,
  },
  quotient: {
    needs: [],
    text: `/* Rounded to the nearest, a half away from zero. */
static inline int32_t net_quotient(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}`,
  },
  ...int8LayerKernels,
  average_pool: {
    needs: ["window", "inside", "quotient"],
    text: `/* Average of each window; \`counts_padding\`: the padding counts as zeros. */
static void net_average_pool(const int8_t *in, int8_t *out, const net_window *w, int counts_padding, int32_t zero) {
  const int channels = w->in.channels;
${eachPixel(`      const int seen = (rows.end - rows.first) * (columns.end - columns.first);
      const int count = counts_padding ? w->kernel.height * w->kernel.width : seen;
      for (int c = 0; c < channels; c += 1) {
        int32_t sum = (count - seen) * zero;
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            sum += in[((rows.origin + ky) * w->in.width + columns.origin + kx) * channels + c];
          }
        }
        *out++ = (int8_t)net_quotient(sum, count);
      }`)}
}`,
  },
  mean: {
    needs: ["scaled", "clamp"],
    text: `/* Mean of each channel: the number of pixels is in the factor. */
static void net_mean(const int8_t *in, int8_t *out, int pixels, int channels, int32_t in_zero, int32_t multiplier,
                     int32_t shift, int32_t out_zero) {
  for (int c = 0; c < channels; c += 1) {
    int32_t sum = 0;
    for (int pixel = 0; pixel < pixels; pixel += 1) sum += in[pixel * channels + c] - in_zero;
    out[c] = net_clamp(net_scaled(sum, multiplier, shift) + out_zero, -128, 127);
  }
}`,
  },
  add: {
    needs: ["scaled", "clamp"],
    text: `/* Sum of two maps: both are brought to a common scale, 20 bits finer. */
typedef struct {
  int32_t a_zero, a_multiplier, a_shift;
  int32_t b_zero, b_multiplier, b_shift;
  int32_t multiplier, shift, zero, low, high;
} net_sum;

static void net_add(const int8_t *a, const int8_t *b, int8_t *out, int count, const net_sum *s) {
  for (int i = 0; i < count; i += 1) {
    const int32_t left = net_scaled((a[i] - s->a_zero) * (1 << 20), s->a_multiplier, s->a_shift);
    const int32_t right = net_scaled((b[i] - s->b_zero) * (1 << 20), s->b_multiplier, s->b_shift);
    out[i] = net_clamp(net_scaled(left + right, s->multiplier, s->shift) + s->zero, s->low, s->high);
  }
}`,
  },
  multiply: {
    needs: ["scaled", "clamp"],
    text: `/* Product of a map and another one, or one number for each channel: b has \`period\` numbers. */
typedef struct {
  int32_t a_zero, b_zero, multiplier, shift, zero, low, high;
} net_product;

static void net_multiply(const int8_t *a, const int8_t *b, int8_t *out, int count, int period, const net_product *p) {
  for (int i = 0; i < count; i += 1) {
    const int32_t product = (a[i] - p->a_zero) * (b[i % period] - p->b_zero);
    out[i] = net_clamp(net_scaled(product, p->multiplier, p->shift) + p->zero, p->low, p->high);
  }
}`,
  },
  table: {
    needs: [],
    text: `/* A function of each number, by a table of its 256 results. */
static void net_table(const int8_t *in, int8_t *out, int count, const int8_t *table) {
  for (int i = 0; i < count; i += 1) out[i] = table[in[i] + 128];
}`,
  },
};
