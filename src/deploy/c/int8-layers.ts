// The C of 8-bit layers with weights. Their results are computed a block of output channels at a time, so that a compiler makes
// vectors of the loops over numbers and over channels; `restrict` tells it that results are not what it reads.
import { eachPixel } from "./geometry.ts";
import type { Kernel } from "./program.ts";

export const int8LayerKernels = {
  restrict: {
    needs: [],
    text: `/* What is reached by such a pointer is reached by no other. C++ has no word for it, but its compilers have this one. */
#ifdef __cplusplus
#define NET_RESTRICT __restrict
#else
#define NET_RESTRICT restrict
#endif`,
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
    needs: ["restrict", "layer", "scaled", "clamp"],
    text: `/* Layers compute a block of output channels at a time. */
enum { net_block = 16 };

static inline int net_block_from(int first, int channels, int32_t *sums, const net_layer *layer) {
  const int count = channels - first < net_block ? channels - first : net_block;
  for (int k = 0; k < count; k += 1) sums[k] = layer->bias[first + k];
  return count;
}

/* The results of the block from output channel \`first\`, of their sums. */
static inline void net_results(const int32_t *NET_RESTRICT sums, int count, int first, const net_layer *layer,
                               int8_t *NET_RESTRICT out) {
  const int32_t *NET_RESTRICT multiplier = layer->multiplier + first;
  const int32_t *NET_RESTRICT shift = layer->shift + first;
  const int32_t zero = layer->out_zero, low = layer->low, high = layer->high;
  for (int k = 0; k < count; k += 1) {
    out[k] = net_clamp(net_scaled(sums[k], multiplier[k], shift[k]) + zero, low, high);
  }
}`,
  },
  gather: {
    needs: ["restrict", "layer"],
    text: `/* Windows are read in pieces of this size, which lie on the stack: a whole window of 3 x 3 pixels and up to 21 channels. */
enum { net_piece = 192 };

static inline int net_bounded(int value, int high) { return value < 0 ? 0 : value > high ? high : value; }

/* A piece of the window of output (y, x): \`count\` numbers from its number \`first\` on, less their zero point, so that those
   beside the map are 0. A row of the window is one run of numbers on the map. */
static inline void net_gather(const int8_t *in, const net_layer *layer, int y, int x, int first, int count,
                              int16_t *NET_RESTRICT piece) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels, width = w->in.width * channels, row = w->kernel.width * channels;
  const int32_t zero = layer->in_zero;
  int line = y * w->stride.height - w->padding.height + first / row;
  int from = first % row;
  while (count > 0) {
    const int length = row - from < count ? row - from : count;
    const int left = (x * w->stride.width - w->padding.width) * channels + from;
    const int begin = line < 0 || line >= w->in.height ? length : net_bounded(-left, length);
    const int end = net_bounded(width - left, length);
    for (int i = 0; i < begin; i += 1) piece[i] = 0;
    for (int i = begin; i < end; i += 1) piece[i] = (int16_t)(in[line * width + left + i] - zero);
    for (int i = end; i < length; i += 1) piece[i] = 0;
    piece += length;
    count -= length;
    line += 1;
    from = 0;
  }
}`,
  },
  dots: {
    needs: [],
    text: `/* Adds the sum of number * weight for each filter of a block; the filters lie \`size\` weights apart. Four at a time read the
   numbers once. */
static inline void net_dots(const int16_t *numbers, const int8_t *weight, int size, int count, int32_t *sums, int filters) {
  int f = 0;
  for (; f + 4 <= filters; f += 4, weight += 4 * size) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (int i = 0; i < count; i += 1) {
      const int16_t number = numbers[i];
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
  for (; f < filters; f += 1, weight += size) {
    int32_t total = 0;
    for (int i = 0; i < count; i += 1) total += numbers[i] * (int16_t)weight[i];
    sums[f] += total;
  }
}`,
  },
  convolve: {
    needs: ["layer", "gather", "dots", "block"],
    text: `/* Weights [out channels][kernel height][kernel width][in channels]. */
static inline void net_convolve(const int8_t *in, int8_t *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int size = w->kernel.height * w->kernel.width * w->in.channels;
  int32_t sums[net_block];
  int16_t piece[net_piece];
  for (int y = 0; y < w->out.height; y += 1) {
    for (int x = 0; x < w->out.width; x += 1) {
      for (int first = 0; first < w->out.channels; first += net_block) {
        const int filters = net_block_from(first, w->out.channels, sums, layer);
        const int8_t *weight = layer->weight + first * size;
        for (int from = 0; from < size; from += net_piece) {
          const int count = size - from < net_piece ? size - from : net_piece;
          /* A window of one piece is there already for the second block. */
          if (first == 0 || size > net_piece) net_gather(in, layer, y, x, from, count, piece);
          net_dots(piece, weight + from, size, count, sums, filters);
        }
        net_results(sums, filters, first, layer, out);
        out += filters;
      }
    }
  }
}`,
  },
  conv: {
    needs: ["convolve"],
    hook: "NET_CONV",
    text: `/* Convolution. */
static void net_conv(const int8_t *in, int8_t *out, const net_layer *layer) { net_convolve(in, out, layer); }`,
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
    needs: ["convolve"],
    hook: "NET_FULLY_CONNECTED",
    text: `/* Fully connected layer: its window is the whole map. Weights [out features][in features]. */
static void net_fully_connected(const int8_t *in, int8_t *out, const net_layer *layer) { net_convolve(in, out, layer); }`,
  },
} as const satisfies Readonly<Record<string, Kernel>>;
