// DS-CNN: depthwise separable convolutions of one width, made for keyword spotting on microcontrollers.
import { classifier, convNorm } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

export default defineReference({
  name: "ds-cnn",
  summary: "A convolution of stride 2 and four depthwise separable ones, all at 64 channels.",
  source:
    "Zhang et al. 2017, https://arxiv.org/abs/1711.07128 (MLPerf Tiny's keyword spotting); differs from it: images that are not tall spectrograms get a 3×3 first kernel instead of 10×4, and above 64 pixels further strides",
  build({ input, classCount, width }) {
    const [, height, across] = input;
    const isSpectrogram = height > 2 * across;
    const strides = isSpectrogram ? [1, 1, 1, 1, 2] : stridesAt(Math.min(height, across), 5, 16);
    const build = createNetworkBuilder("ds-cnn", input);
    const outChannels = widen(64, width);
    const activation = "relu" as const;
    const window = isSpectrogram
      ? ({ kernel: [10, 4], padding: [5, 1], stride: 2 } as const)
      : ({ kernel: 3, stride: strides[4] as number } as const);
    let x = convNorm(build, "stem", "input", { outChannels, ...window, bias: true, activation });
    for (let block = 1; block <= 4; block += 1) {
      const depthwise = { outChannels, kernel: 3, stride: strides[4 - block] as number, groups: outChannels };
      x = convNorm(build, `block${block}.depthwise`, x, { ...depthwise, bias: true, activation });
      x = convNorm(build, `block${block}.pointwise`, x, { outChannels, kernel: 1, bias: true, activation });
    }
    classifier(build, x, classCount);
    return build.build();
  },
});
