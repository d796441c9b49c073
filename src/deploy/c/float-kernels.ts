// The C of the float network: one function for each kind of operator, written to be read. A function may write over its first
// input only where the plan of the arena does (pointwise ones and sums).
import { geometryKernels } from "./geometry.ts";
import { movementKernels } from "./movements.ts";
import type { Kernel } from "./program.ts";

const pointwise = (name: string, about: string, expression: string): Kernel => ({
  needs: [],
  text: `/* ${about} */
static void net_${name}(const float *in, float *out, int count) {
  for (int i = 0; i < count; i += 1) out[i] = ${expression};
}`,
});

const gate = "(in[i] <= -3.0f ? 0.0f : in[i] >= 3.0f ? 1.0f : in[i] / 6.0f + 0.5f)";

export const floatKernels: Readonly<Record<string, Kernel>> = {
  number: { needs: [], text: "typedef float net_number;" },
  ...geometryKernels,
  ...movementKernels,
  clamp: {
    needs: [],
    text: `static inline float net_clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}`,
  },
  dot: {
    needs: [],
    text: `static inline float net_dot(const float *a, const float *b, int count) {
  float sum = 0.0f;
  for (int i = 0; i < count; i += 1) sum += a[i] * b[i];
  return sum;
}`,
  },
  layer: {
    needs: ["window"],
    text: `/* A layer with weights. \`low\` and \`high\` bound its results: a ReLU behind it is done here. */
typedef struct {
  net_window window;
  const float *weight;
  const float *bias;
  float low, high;
} net_layer;`,
  },
  conv: {
    needs: ["layer", "inside", "clamp", "dot"],
    hook: "NET_CONV",
    text: `/* Convolution. Weights [out channels][kernel height][kernel width][in channels]. A row of the window is one piece of the
   input and one piece of the filter. */
static void net_conv(const float *in, float *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels;
  const int row = w->kernel.width * channels;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      const int length = (columns.end - columns.first) * channels;
      for (int o = 0; o < w->out.channels; o += 1) {
        const float *filter = layer->weight + o * w->kernel.height * row + columns.first * channels;
        float sum = layer->bias[o];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          const float *from = in + ((rows.origin + ky) * w->in.width + columns.origin + columns.first) * channels;
          sum += net_dot(from, filter + ky * row, length);
        }
        *out++ = net_clamp(sum, layer->low, layer->high);
      }
    }
  }
}`,
  },
  grouped_conv: {
    needs: ["layer", "inside", "clamp", "dot"],
    text: `/* Convolution in groups: an output reads only the input channels of its group.
   Weights [out channels][kernel height][kernel width][in channels of a group]. */
static void net_grouped_conv(const float *in, float *out, const net_layer *layer, int groups) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels / groups;
  const int filters = w->out.channels / groups;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      for (int o = 0; o < w->out.channels; o += 1) {
        const float *filter = layer->weight + o * w->kernel.height * w->kernel.width * channels;
        float sum = layer->bias[o];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            const float *from = in + pixel * w->in.channels + o / filters * channels;
            sum += net_dot(from, filter + (ky * w->kernel.width + kx) * channels, channels);
          }
        }
        *out++ = net_clamp(sum, layer->low, layer->high);
      }
    }
  }
}`,
  },
  depthwise: {
    needs: ["layer", "inside", "clamp"],
    hook: "NET_DEPTHWISE",
    text: `/* Depthwise convolution: one filter for each channel. Weights [kernel height][kernel width][channels]. */
static void net_depthwise(const float *in, float *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int channels = w->in.channels;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1, out += channels) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      for (int c = 0; c < channels; c += 1) {
        float sum = layer->bias[c];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            sum += in[pixel * channels + c] * layer->weight[(ky * w->kernel.width + kx) * channels + c];
          }
        }
        out[c] = net_clamp(sum, layer->low, layer->high);
      }
    }
  }
}`,
  },
  multiple_depthwise: {
    needs: ["layer", "inside", "clamp"],
    text: `/* Depthwise convolution with several filters for each input channel.
   Weights [kernel height][kernel width][out channels]. */
static void net_multiple_depthwise(const float *in, float *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int multiple = w->out.channels / w->in.channels;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      for (int o = 0; o < w->out.channels; o += 1) {
        float sum = layer->bias[o];
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            const int pixel = (rows.origin + ky) * w->in.width + columns.origin + kx;
            const int weight = ky * w->kernel.width + kx;
            sum += in[pixel * w->in.channels + o / multiple] * layer->weight[weight * w->out.channels + o];
          }
        }
        *out++ = net_clamp(sum, layer->low, layer->high);
      }
    }
  }
}`,
  },
  fully_connected: {
    needs: ["layer", "clamp", "dot"],
    hook: "NET_FULLY_CONNECTED",
    text: `/* Fully connected layer. Weights [out features][in features]. */
static void net_fully_connected(const float *in, float *out, const net_layer *layer) {
  const net_window *w = &layer->window;
  const int features = w->in.height * w->in.width * w->in.channels;
  for (int o = 0; o < w->out.channels; o += 1) {
    const float sum = layer->bias[o] + net_dot(in, layer->weight + o * features, features);
    out[o] = net_clamp(sum, layer->low, layer->high);
  }
}`,
  },
  average_pool: {
    needs: ["window", "inside"],
    text: `/* Average of each window; \`counts_padding\`: the padding counts as zeros. */
static void net_average_pool(const float *in, float *out, const net_window *w, int counts_padding) {
  const int channels = w->in.channels;
  for (int y = 0; y < w->out.height; y += 1) {
    const net_span rows = net_inside(y, w->kernel.height, w->stride.height, w->padding.height, w->in.height);
    for (int x = 0; x < w->out.width; x += 1) {
      const net_span columns = net_inside(x, w->kernel.width, w->stride.width, w->padding.width, w->in.width);
      const int seen = (rows.end - rows.first) * (columns.end - columns.first);
      const int count = counts_padding ? w->kernel.height * w->kernel.width : seen;
      for (int c = 0; c < channels; c += 1) {
        float sum = 0.0f;
        for (int ky = rows.first; ky < rows.end; ky += 1) {
          for (int kx = columns.first; kx < columns.end; kx += 1) {
            sum += in[((rows.origin + ky) * w->in.width + columns.origin + kx) * channels + c];
          }
        }
        *out++ = sum / (float)count;
      }
    }
  }
}`,
  },
  mean: {
    needs: [],
    text: `/* Mean of each channel. */
static void net_mean(const float *in, float *out, int pixels, int channels) {
  for (int c = 0; c < channels; c += 1) {
    float sum = 0.0f;
    for (int pixel = 0; pixel < pixels; pixel += 1) sum += in[pixel * channels + c];
    out[c] = sum / (float)pixels;
  }
}`,
  },
  add: {
    needs: [],
    text: `/* Sum of two maps. */
static void net_add(const float *a, const float *b, float *out, int count) {
  for (int i = 0; i < count; i += 1) out[i] = a[i] + b[i];
}`,
  },
  multiply: {
    needs: [],
    text: `/* Product of two maps. */
static void net_multiply(const float *a, const float *b, float *out, int count) {
  for (int i = 0; i < count; i += 1) out[i] = a[i] * b[i];
}`,
  },
  gate: {
    needs: [],
    text: `/* Product of a map and one number for each channel. */
static void net_gate(const float *in, const float *gate, float *out, int pixels, int channels) {
  for (int pixel = 0; pixel < pixels; pixel += 1) {
    for (int c = 0; c < channels; c += 1) out[pixel * channels + c] = in[pixel * channels + c] * gate[c];
  }
}`,
  },
  layer_norm: {
    needs: [],
    text: `/* Layer norm over the channels of each pixel. */
static void net_layer_norm(const float *in, float *out, int pixels, int channels, const float *scale, const float *shift,
                           float epsilon) {
  for (int pixel = 0; pixel < pixels; pixel += 1, in += channels, out += channels) {
    float mean = 0.0f;
    float variance = 0.0f;
    for (int c = 0; c < channels; c += 1) mean += in[c];
    mean /= (float)channels;
    for (int c = 0; c < channels; c += 1) variance += (in[c] - mean) * (in[c] - mean);
    const float inverse = 1.0f / sqrtf(variance / (float)channels + epsilon);
    for (int c = 0; c < channels; c += 1) out[c] = (in[c] - mean) * inverse * scale[c] + shift[c];
  }
}`,
  },
  scale: {
    needs: [],
    text: `/* A map times a constant. */
static void net_scale(const float *in, float *out, int count, float factor) {
  for (int i = 0; i < count; i += 1) out[i] = in[i] * factor;
}`,
  },
  relu: pointwise("relu", "ReLU.", "in[i] < 0.0f ? 0.0f : in[i]"),
  relu6: pointwise("relu6", "ReLU6.", "in[i] < 0.0f ? 0.0f : in[i] > 6.0f ? 6.0f : in[i]"),
  "hard-swish": pointwise("hard_swish", "Hard swish.", `in[i] * ${gate}`),
  "hard-sigmoid": pointwise("hard_sigmoid", "Hard sigmoid.", gate),
  sigmoid: pointwise("sigmoid", "Sigmoid.", "1.0f / (1.0f + expf(-in[i]))"),
  silu: pointwise("silu", "SiLU.", "in[i] / (1.0f + expf(-in[i]))"),
  gelu: pointwise("gelu", "GELU, exact.", "0.5f * in[i] * (1.0f + erff(in[i] * 0.70710678f))"),
};
