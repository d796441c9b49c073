// MobileNetV2: inverted residuals with linear bottlenecks.
import { classifier, convNorm, invertedResidual } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

/** The paper's table 2: channels, repeats, and which place for a stride the first block has. The first row expands by 1. */
const stages = [
  [24, 2, 1],
  [32, 3, 2],
  [64, 4, 3],
  [96, 3, undefined],
  [160, 3, 4],
  [320, 1, undefined],
] as const;
const activation = "relu6" as const;

export default defineReference({
  name: "mobilenet-v2",
  summary:
    "Seventeen inverted residuals of expansion 6 at 16 to 320 channels, and a pointwise layer of 1280.",
  source:
    "Sandler et al. 2018, https://arxiv.org/abs/1801.04381; for images below 96 pixels the first strides are left out, and the last layer is narrowed with the others",
  build({ input, classCount, width }) {
    const strides = stridesAt(Math.min(input[1], input[2]), 5);
    const build = createNetworkBuilder("mobilenet-v2", input);
    let channels = widen(32, width);
    let x = convNorm(build, "stem", "input", {
      outChannels: channels,
      kernel: 3,
      stride: strides[0] as number,
      activation,
    });
    x = separable(build, "stage1.block1", x, { channels, outChannels: widen(16, width) });
    channels = widen(16, width);
    stages.forEach(([base, repeats, place], stage) => {
      for (let block = 1; block <= repeats; block += 1) {
        const outChannels = widen(base, width);
        x = invertedResidual(build, `stage${stage + 2}.block${block}`, x, {
          inChannels: channels,
          hiddenChannels: 6 * channels,
          outChannels,
          kernel: 3,
          stride: block === 1 && place !== undefined ? (strides[place] as number) : 1,
          activation,
        });
        channels = outChannels;
      }
    });
    x = convNorm(build, "last", x, { outChannels: widen(1280, width), kernel: 1, activation });
    classifier(build, x, classCount);
    return build.build();
  },
});

/** The first block has no expansion. */
function separable(
  build: NetworkBuilder,
  id: string,
  input: string,
  { channels, outChannels }: { readonly channels: number; readonly outChannels: number },
): string {
  const depthwise = { outChannels: channels, kernel: 3, groups: channels, activation };
  const x = convNorm(build, `${id}.depthwise`, input, depthwise);
  return convNorm(build, `${id}.project`, x, { outChannels, kernel: 1 });
}
