// ShuffleNetV2: half of the channels pass each unit untouched, and a shuffle mixes the halves.
import { classifier, convNorm } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

const stages = [
  { base: 116, units: 4 },
  { base: 232, units: 8 },
  { base: 464, units: 4 },
] as const;
const activation = "relu" as const;

export default defineReference({
  name: "shufflenet-v2",
  summary:
    "Sixteen units of pointwise and 3×3 depthwise convolutions on half of the channels, 116 to 464, and a pointwise layer of 1024.",
  source:
    "Ma et al. 2018, https://arxiv.org/abs/1807.11164; for images below 96 pixels the first strides are left out, and the last layer is narrowed with the others",
  build({ input, classCount, width }) {
    const strides = stridesAt(Math.min(input[1], input[2]), 5);
    const build = createNetworkBuilder("shufflenet-v2", input);
    let channels = widen(24, width);
    let x = convNorm(build, "stem", "input", {
      outChannels: channels,
      kernel: 3,
      stride: strides[0] as number,
      activation,
    });
    if (strides[1] === 2) {
      const pool = {
        kind: "pool",
        mode: "max",
        kernel: 3,
        stride: 2,
        padding: 1,
        countPadding: false,
      } as const;
      x = build.add("stem.pool", pool, x);
    }
    stages.forEach(({ base, units }, stage) => {
      const outChannels = widen(base, width);
      for (let unit = 1; unit <= units; unit += 1) {
        const id = `stage${stage + 1}.unit${unit}`;
        const stride = unit === 1 ? (strides[stage + 2] as number) : 1;
        x =
          unit === 1
            ? openingUnit(build, id, x, { channels, outChannels, stride })
            : laterUnit(build, id, x, outChannels);
        channels = outChannels;
      }
    });
    x = convNorm(build, "last", x, { outChannels: widen(1024, width), kernel: 1, activation });
    classifier(build, x, classCount);
    return build.build();
  },
});

/** Changes width and, with stride 2, size: both branches see all channels. */
function openingUnit(
  build: NetworkBuilder,
  id: string,
  input: string,
  {
    channels,
    outChannels,
    stride,
  }: { readonly channels: number; readonly outChannels: number; readonly stride: number },
): string {
  const half = outChannels / 2;
  let beside = convNorm(build, `${id}.beside.depthwise`, input, {
    outChannels: channels,
    kernel: 3,
    stride,
    groups: channels,
  });
  beside = convNorm(build, `${id}.beside.pointwise`, beside, { outChannels: half, kernel: 1, activation });
  return joined(build, id, [beside, branch(build, id, input, { half, stride })]);
}

function laterUnit(build: NetworkBuilder, id: string, input: string, outChannels: number): string {
  const half = outChannels / 2;
  const kept = build.add(`${id}.kept`, { kind: "slice", from: 0, to: half }, input);
  const taken = build.add(`${id}.taken`, { kind: "slice", from: half, to: outChannels }, input);
  return joined(build, id, [kept, branch(build, id, taken, { half, stride: 1 })]);
}

function branch(
  build: NetworkBuilder,
  id: string,
  input: string,
  { half, stride }: { readonly half: number; readonly stride: number },
): string {
  let x = convNorm(build, `${id}.first`, input, { outChannels: half, kernel: 1, activation });
  x = convNorm(build, `${id}.depthwise`, x, { outChannels: half, kernel: 3, stride, groups: half });
  return convNorm(build, `${id}.second`, x, { outChannels: half, kernel: 1, activation });
}

function joined(build: NetworkBuilder, id: string, halves: readonly [string, string]): string {
  const both = build.add(`${id}.concat`, { kind: "concat" }, ...halves);
  return build.add(`${id}.shuffle`, { kind: "channel-shuffle", groups: 2 }, both);
}
