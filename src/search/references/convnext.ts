// A small ConvNeXt: large depthwise kernels, layer norm, and an inner layer of four times the width.
import { conv } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

/** The sizes that timm calls "atto". */
const stages = [
  { base: 40, blocks: 2 },
  { base: 80, blocks: 2 },
  { base: 160, blocks: 6 },
  { base: 320, blocks: 2 },
] as const;

export default defineReference({
  name: "convnext",
  summary:
    "Twelve blocks of a 7×7 depthwise convolution, layer norm and two pointwise layers with GELU, at 40 to 320 channels.",
  source:
    "Liu et al. 2022, https://arxiv.org/abs/2201.03545, in the sizes of timm's convnext_atto; differs from it: no layer scale, and for images below 96 pixels the first strides are left out",
  build({ input, classCount, width }) {
    // Five places: the stem's stride of 4 counts twice.
    const strides = stridesAt(Math.min(input[1], input[2]), 5);
    const build = createNetworkBuilder("convnext", input);
    const patch = (strides[0] as number) * (strides[1] as number);
    let channels = widen(stages[0].base, width);
    const kernel = patch === 1 ? 3 : patch;
    let x = conv(build, "stem.conv", "input", {
      outChannels: channels,
      kernel,
      stride: patch,
      padding: patch === 1 ? 1 : 0,
      bias: true,
    });
    x = layerNorm(build, "stem.norm", x);
    stages.forEach(({ base, blocks }, stage) => {
      const outChannels = widen(base, width);
      if (stage > 0) {
        const stride = strides[stage + 1] as number;
        x = layerNorm(build, `stage${stage + 1}.down.norm`, x);
        x = conv(build, `stage${stage + 1}.down.conv`, x, {
          outChannels,
          kernel: stride,
          stride,
          padding: 0,
          bias: true,
        });
      }
      channels = outChannels;
      for (let block = 1; block <= blocks; block += 1)
        x = residualBlock(build, `stage${stage + 1}.block${block}`, x, channels);
    });
    x = build.add("head.pool", { kind: "global-pool" }, x);
    x = layerNorm(build, "head.norm", x);
    x = build.add("head.flatten", { kind: "flatten" }, x);
    build.add("head.classifier", { kind: "linear", outFeatures: classCount, bias: true }, x);
    return build.build();
  },
});

const layerNorm = (build: NetworkBuilder, id: string, input: string) =>
  build.add(id, { kind: "layer-norm", epsilon: 1e-6 }, input);

function residualBlock(build: NetworkBuilder, id: string, input: string, channels: number): string {
  let x = conv(build, `${id}.depthwise`, input, {
    outChannels: channels,
    kernel: 7,
    groups: channels,
    bias: true,
  });
  x = layerNorm(build, `${id}.norm`, x);
  x = conv(build, `${id}.expand`, x, { outChannels: 4 * channels, kernel: 1, bias: true });
  x = build.add(`${id}.act`, { kind: "activation", function: "gelu" }, x);
  x = conv(build, `${id}.project`, x, { outChannels: channels, kernel: 1, bias: true });
  return build.add(`${id}.add`, { kind: "add" }, x, input);
}
