// The C of the 8-bit network: one function for each kind of operator, in the integer arithmetic of TensorFlow Lite, which
// run-integer.ts has in TypeScript. A function may write over its first input only where the plan of the arena does.
import { geometryKernels } from "./geometry.ts";
import { movementKernels } from "./movements.ts";
import type { Kernel } from "./program.ts";

/** The start of every kernel that slides a window: rows and columns of it that lie inside the map. */
const eachPixel = (body: string) => `  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
${body}
    }
  }`;

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
  dot: {
    needs: [],
    text: `/* Adds the sum of (input - its zero point) * weight. */
static inline void net_dot(const int8_t *in, int32_t zero, const int8_t *weight, int count, int32_t *sum) {
  int32_t total = 0;
  for (int i = 0; i < count; i += 1) total += (int16_t)(in[i] - zero) * (int16_t)weight[i];
  *sum += total;
}`,
  },
  dots: {
    needs: ["dot"],
    text: `/* The same for several filters, which lie \`size\` numbers apart; four at a time read the input once. */
static inline void net_dots(const int8_t *in, int32_t zero, const int8_t *weight, int size, int count, int32_t *sums,
                            int filters) {
  int f = 0;
  for (; f + 4 <= filters; f += 4, weight += 4 * size) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (int i = 0; i < count; i += 1) {
      const int16_t number = (int16_t)(in[i] - zero);
      a += number * (int16_t)weight[i];
      b += number * (int16_t)weight[i + size];
      c += number * (int16_t)weight[i + 2 * size];
      d += number * (int16_t)weight[i + 3 * size];
    }
    sums[f] += a;
    sums[f + 1] += b;
    sums[f + 2] += c;
    sums[f + 3] += d;
  }
  for (; f < filters; f += 1, weight += size) net_dot(in, zero, weight, count, &sums[f]);
}`,
  },
  layer: {
    needs: ["window"],
    text: `/* A layer with weights: for each output channel a bias, and the factor multiplier * 2^(shift - 31) from sums to results.
   \`low\` and \`high\` bound the results: a ReLU behind the layer is done here. */
typedef struct {
  net_window window;
  const int8_t *weight;
  const int32_t *bias;
  const int32_t *multiplier;
  const int32_t *shift;
  int32_t in_zero, out_zero, low, high;
} net_layer;`,
  },
  block: {
    needs: ["layer", "scaled", "clamp"],
    text: `/* Layers compute a block of output channels at a time. */
enum { net_block = 16 };

static inline int net_block_from(int first, int channels, int32_t *sums, const net_layer *layer) {
  const int count = channels - first < net_block ? channels - first : net_block;
  for (int k = 0; k < count; k += 1) sums[k] = layer->bias[first + k];
  return count;
}

/* The results of the block from output channel \`first\`, of their sums. */
static inline void net_results(const int32_t *sums, int count, int first, const net_layer *layer, int8_t *out) {
  const int32_t zero = layer->out_zero, low = layer->low, high = layer->high;
  for (int k = 0; k < count; k += 1) {
    const int32_t scaled = net_scaled(sums[k], layer->multiplier[first + k], layer->shift[first + k]);
    out[k] = net_clamp(scaled + zero, low, high);
  }
}`,
  },
  conv: {
    needs: ["layer", "inside", "dots", "block"],
    hook: "NET_CONV",
    text: `/* Convolution. Weights [out channels][kernel height][kernel width][in channels]. A row of the window is one piece of the
   input and one piece of the filter. */
static void net_conv(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels;
  const int row = w->kernel.width * channels;
  const int size = w->kernel.height * row;
  int32_t sums[net_block];
${eachPixel(`      const int length = (columns.end - columns.first) * channels;
      for (int first = 0; first < w->out.channels; first += net_block) {
        const int count = net_block_from(first, w->out.channels, sums, layer);
        const int8_t *filter = layer->weight + first * size + columns.first * channels;
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          const int pixel = (rows.origin + ky) * w->in.width + columns.origin + columns.first;
          net_dots(in + pixel * channels, layer->in_zero, filter + ky * row, size, length, sums, count);
        }
        net_results(sums, count, first, layer, out);
        out += count;
      }`)}
}`,
  },
  grouped_conv: {
    needs: ["layer", "inside", "dot", "block"],
    text: `/* Convolution in groups: an output reads only the input channels of its group.
   Weights [out channels][kernel height][kernel width][in channels of a group]. */
static void net_grouped_conv(const int8_t *in, int8_t *out, const net_layer *layer, int groups) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels / groups;
  const int filters = w->out.channels / groups;
${eachPixel(`      for (int o = 0; o < w->out.channels; o += 1) {
        const int8_t *filter = layer->weight + o * w->kernel.height * w->kernel.width * channels;
        int32_t sum = layer->bias[o];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            const int8_t *from = in + pixel * w->in.channels + o / filters * channels;
            net_dot(from, layer->in_zero, filter + (ky * w->kernel.width + kx) * channels, channels, &sum);
          }
        }
        net_results(&sum, 1, o, layer, out);
        out += 1;
      }`)}
}`,
  },
  depthwise: {
    needs: ["layer", "inside", "block"],
    hook: "NET_DEPTHWISE",
    text: `/* Depthwise convolution: one filter for each channel. Weights [kernel height][kernel width][channels]. */
static void net_depthwise(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels;
  const int32_t zero = layer->in_zero;
  int32_t sums[net_block];
${eachPixel(`      for (int first = 0; first < channels; first += net_block) {
        const int count = net_block_from(first, channels, sums, layer);
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            const int8_t *from = in + pixel * channels + first;
            const int8_t *weight = layer->weight + (ky * w->kernel.width + kx) * channels + first;
            for (int k = 0; k < count; k += 1) sums[k] += (int16_t)(from[k] - zero) * (int16_t)weight[k];
          }
        }
        net_results(sums, count, first, layer, out);
        out += count;
      }`)}
}`,
  },
  multiple_depthwise: {
    needs: ["layer", "inside", "block"],
    text: `/* Depthwise convolution with several filters for each input channel.
   Weights [kernel height][kernel width][out channels]. */
static void net_multiple_depthwise(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int multiple = w->out.channels / w->in.channels;
${eachPixel(`      for (int o = 0; o < w->out.channels; o += 1) {
        int32_t sum = layer->bias[o];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            const int8_t weight = layer->weight[(ky * w->kernel.width + kx) * w->out.channels + o];
            sum += (in[pixel * w->in.channels + o / multiple] - layer->in_zero) * weight;
          }
        }
        net_results(&sum, 1, o, layer, out);
        out += 1;
      }`)}
}`,
  },
  fully_connected: {
    needs: ["layer", "dots", "block"],
    hook: "NET_FULLY_CONNECTED",
    text: `/* Fully connected layer. Weights [out features][in features]. */
static void net_fully_connected(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int features = w->in.height * w->in.width * w->in.channels;
  int32_t sums[net_block];
  for (int first = 0; first < w->out.channels; first += net_block) {
    const int count = net_block_from(first, w->out.channels, sums, layer);
    net_dots(in, layer->in_zero, layer->weight + first * features, features, features, sums, count);
    net_results(sums, count, first, layer, out + first);
  }
}`,
  },
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
