// NAS-Bench-Macro: eight blocks between a fixed stem and head on CIFAR-10, each skipped or one of two inverted
// residuals. The network is the published training code's, so its costs equal the published table's.
// It knows nothing of that table.
import { z } from "zod";
import { classifier, convNorm, invertedResidual } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { keyOf } from "../choices.ts";
import { type Decision, defineSpace, type Space } from "../space.ts";
import { networksOfStages } from "./parts/skipped-layers.ts";

const stemChannels = 32;
const headChannels = 1280;
const blocks = [2, 3, 3].flatMap((depth, stage) =>
  Array.from({ length: depth }, (_, index) => {
    const outChannels = stemChannels * 2 ** (stage + 1);
    return index === 0
      ? { inChannels: outChannels / 2, outChannels, stride: 2, size: 32 / 2 ** (stage + 1) }
      : { inChannels: outChannels, outChannels, stride: 1, size: 32 / 2 ** (stage + 1) };
  }),
);
const kinds = [undefined, { expansion: 3, kernel: 3 }, { expansion: 6, kernel: 5 }] as const;

const decisions: readonly Decision[] = blocks.map(({ inChannels, outChannels, stride, size }, index) => {
  const reduces = stride === 2;
  return {
    name: `layer${index + 1}`,
    meaning: `The operation of block ${index + 1} of 8, ${inChannels} → ${outChannels} channels, output ${size}×${size}${reduces ? ", which halves the feature map" : ""}.`,
    kind: "ordinal",
    about: "architecture",
    options: [
      {
        label: reduces
          ? "identity: only a 1×1 convolution of stride 2 to the new shape"
          : "identity: no block",
      },
      { label: "inverted residual, kernel 3, expansion 3" },
      { label: "inverted residual, kernel 5, expansion 6" },
    ],
  };
});

const text = `input 3x32x32
block ir c e k s=1: residual(conv in*e norm relu dw k s norm relu conv c norm)
block small c s=1: ir c 3 3 s
block large c s=1: ir c 6 5 s
conv ${stemChannels} k3 norm relu
${blocks
  .map(({ outChannels: c, stride }) =>
    stride === 1 ? `{in|small ${c}|large ${c}}` : `{conv ${c} s2 norm|small ${c} s2|large ${c} s2}`,
  )
  .join("\n")}
conv ${headChannels} norm relu
globalpool flatten linear 10
`;

const space: Space = {
  name: "nas-bench-macro",
  summary:
    "CIFAR-10 networks of eight blocks (64, 128 and 256 channels in three stages of 2, 3 and 3); each block is an identity, a small or a large inverted residual. 6,561 designs, all published with accuracy.",
  input: [3, 32, 32],
  classCount: 10,
  decisions,
  firstDigit: 0,
  networks: networksOfStages([2, 3, 3], kinds.length),
  costScopes: decisions.map((_, index) => [index]),
  asText: () => ({ text }),
  decode(choices) {
    const build = createNetworkBuilder(`nas-bench-macro/${keyOf(space, choices)}`, space.input);
    let x = convNorm(build, "stem", "input", { outChannels: stemChannels, kernel: 3, activation: "relu" });
    blocks.forEach(({ inChannels, outChannels, stride }, index) => {
      const kind = kinds[choices[index] as 0 | 1 | 2];
      const id = `layer${index + 1}`;
      if (kind !== undefined) {
        const hiddenChannels = inChannels * kind.expansion;
        const shape = { inChannels, hiddenChannels, outChannels, kernel: kind.kernel, stride };
        x = invertedResidual(build, id, x, { ...shape, activation: "relu" });
      } else if (stride !== 1) {
        x = convNorm(build, `${id}.shortcut`, x, { outChannels, kernel: 1, stride });
      }
    });
    x = convNorm(build, "head", x, { outChannels: headChannels, kernel: 1, activation: "relu" });
    classifier(build, x, space.classCount);
    return build.build();
  },
};

export default defineSpace({
  name: space.name,
  summary: space.summary,
  source: "Su et al. 2021, https://arxiv.org/abs/2103.11922; network of github.com/xiusu/NAS-Bench-Macro",
  options: z.object({}),
  create: () => space,
});
