// Residual networks of basic blocks (He et al.) for small images: a 3×3 convolution, stages of blocks, and a classifier.
import { classifier, conv, convNorm, norm } from "../../../graph/blocks.ts";
import { createNetworkBuilder, type Network } from "../../../graph/network.ts";
import type { ReferenceSetting } from "../reference.ts";
import { stridesAt, widen } from "./scaling.ts";

export interface ResidualStage {
  /** At width 1. */
  readonly channels: number;
  /** Of two 3×3 convolutions each. */
  readonly blocks: number;
  /** Whether its first block halves the map, where the image is large enough. */
  readonly halves: boolean;
}

/** He et al.'s three stages at 16, 32 and 64 channels: `6 blocks + 2` layers. */
export const stagesOfPaper = (blocks: number): readonly ResidualStage[] =>
  [16, 32, 64].map((channels, stage) => ({ channels, blocks, halves: stage > 0 }));

/** Two stages halve the map. Larger images are halved by the first convolution too, and once more by a pooling after it. */
export function residualNetwork(
  name: string,
  stages: readonly ResidualStage[],
  setting: ReferenceSetting,
): Network {
  const { input, classCount, width } = setting;
  const strides = stridesAt(Math.min(input[1], input[2]), 4, 7);
  const build = createNetworkBuilder(name, input);
  const stem = { outChannels: widen(16, width), kernel: 3, stride: strides[1] as number };
  let x = convNorm(build, "stem", "input", { ...stem, activation: "relu" });
  if (strides[0] === 2) {
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
  let channels = stem.outChannels;
  let halved = 0;
  stages.forEach(({ channels: base, blocks, halves }, stage) => {
    if (halves) halved += 1;
    for (let block = 1; block <= blocks; block += 1) {
      const id = `stage${stage + 1}.block${block}`;
      const outChannels = widen(base, width);
      const stride = halves && block === 1 ? (strides[halved + 1] as number) : 1;
      let y = convNorm(build, `${id}.first`, x, { outChannels, kernel: 3, stride, activation: "relu" });
      y = convNorm(build, `${id}.second`, y, { outChannels, kernel: 3 });
      const isProjected = stride !== 1 || outChannels !== channels;
      const shortcut = isProjected
        ? norm(
            build,
            `${id}.shortcut.norm`,
            conv(build, `${id}.shortcut.conv`, x, { outChannels, kernel: 1, stride }),
          )
        : x;
      x = build.add(`${id}.add`, { kind: "add" }, y, shortcut);
      x = build.add(`${id}.act`, { kind: "activation", function: "relu" }, x);
      channels = outChannels;
    }
  });
  classifier(build, x, classCount);
  return build.build();
}
