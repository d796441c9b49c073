// MobileNet: depthwise and pointwise convolutions in turn.
import { classifier, convNorm } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

/** Output channels of the thirteen pairs, and which place for a stride each has. */
const pairs = [
  [64],
  [128, 1],
  [128],
  [256, 2],
  [256],
  [512, 3],
  [512],
  [512],
  [512],
  [512],
  [512],
  [1024, 4],
  [1024],
] as const;

export default defineReference({
  name: "mobilenet-v1",
  summary: "Thirteen pairs of a 3×3 depthwise and a pointwise convolution, from 32 to 1024 channels.",
  source:
    "Howard et al. 2017, https://arxiv.org/abs/1704.04861; for images below 96 pixels the first strides are left out",
  build({ input, classCount, width }) {
    const strides = stridesAt(Math.min(input[1], input[2]), 5);
    const build = createNetworkBuilder("mobilenet-v1", input);
    let channels = widen(32, width);
    const activation = "relu" as const;
    let x = convNorm(build, "stem", "input", {
      outChannels: channels,
      kernel: 3,
      stride: strides[0] as number,
      activation,
    });
    pairs.forEach(([base, place], index) => {
      const id = `pair${index + 1}`;
      const stride = place === undefined ? 1 : (strides[place] as number);
      const depthwise = { outChannels: channels, kernel: 3, stride, groups: channels, activation };
      x = convNorm(build, `${id}.depthwise`, x, depthwise);
      channels = widen(base, width);
      x = convNorm(build, `${id}.pointwise`, x, { outChannels: channels, kernel: 1, activation });
    });
    classifier(build, x, classCount);
    return build.build();
  },
});
