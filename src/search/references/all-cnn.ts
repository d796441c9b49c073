// All-CNN-C: convolutions only, strides in place of poolings.
import { conv, convNorm } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

/** Channels, kernel, and which place for a stride each layer has. */
const layers = [
  [96, 3, 0],
  [96, 3, 1],
  [96, 3, 2],
  [192, 3, undefined],
  [192, 3, undefined],
  [192, 3, 3],
  [192, 3, undefined],
  [192, 1, undefined],
] as const;

export default defineReference({
  name: "all-cnn",
  summary: "Nine plain convolutions at 96 and 192 channels, two of stride 2, and a global average.",
  source:
    "Springenberg et al. 2015 (All-CNN-C), https://arxiv.org/abs/1412.6806; differs from it: batch norm after each convolution, and no dropout",
  build({ input, classCount, width }) {
    const strides = stridesAt(Math.min(input[1], input[2]), 4, 7);
    const build = createNetworkBuilder("all-cnn", input);
    let x = "input";
    layers.forEach(([base, kernel, place], index) => {
      const stride = place === undefined ? 1 : (strides[place] as number);
      const outChannels = widen(base, width);
      x = convNorm(build, `layer${index + 1}`, x, { outChannels, kernel, stride, activation: "relu" });
    });
    x = conv(build, "layer9", x, { outChannels: classCount, kernel: 1, bias: true });
    x = build.add("head.pool", { kind: "global-pool" }, x);
    build.add("head.flatten", { kind: "flatten" }, x);
    return build.build();
  },
});
