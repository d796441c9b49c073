// The space in which GENIUS searched for its ImageNet networks with GPT-4: thirty layers in five stages, each
// skipped or one of six inverted residuals with squeeze-excite. The network is the published training code's, so
// that its costs agree with what a person fed back in the published conversations.
import { z } from "zod";
import {
  classifier,
  conv,
  convNorm,
  invertedResidual,
  makeDivisible,
  norm,
  squeezeExcite,
} from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { keyOf } from "../choices.ts";
import { type Decision, defineSpace, type Space } from "../space.ts";
import { networksOfStages } from "./parts/skipped-layers.ts";
import { alternatives, strideText } from "./parts/texts.ts";

/**
 * The published figures (the per-layer table in the prompt, 329 M, 401 M) are convolutions' and the linear layer's
 * MACs plus four per element of each batch norm, as the tool THOP counts; without norms GENIUS-329 has 307 M.
 */
const normMacsPerElement = 4;
const layersPerStage = 6;
const stages = [
  { inChannels: 16, outChannels: 24, stride: 2, size: 56 },
  { inChannels: 24, outChannels: 40, stride: 2, size: 28 },
  { inChannels: 40, outChannels: 80, stride: 2, size: 14 },
  { inChannels: 80, outChannels: 96, stride: 1, size: 14 },
  { inChannels: 96, outChannels: 192, stride: 2, size: 7 },
] as const;
const kinds = [
  undefined,
  { kernel: 3, expansion: 4 },
  { kernel: 5, expansion: 4 },
  { kernel: 7, expansion: 4 },
  { kernel: 3, expansion: 6 },
  { kernel: 5, expansion: 6 },
  { kernel: 7, expansion: 6 },
] as const;

const decisions: readonly Decision[] = stages.flatMap(({ inChannels, outChannels, stride, size }, stage) =>
  Array.from({ length: layersPerStage }, (_, layer): Decision => {
    const first = layer === 0;
    const change = first
      ? `${inChannels} → ${outChannels} channels, stride ${stride}`
      : `${outChannels} channels, stride 1`;
    return {
      name: `stage${stage + 1}.layer${layer + 1}`,
      meaning: `The operation of layer ${layer + 1} of 6 in stage ${stage + 1} of 5: ${change}, output ${size}×${size}.`,
      kind: "categorical",
      about: "architecture",
      options: kinds.map((kind) => ({
        label:
          kind === undefined
            ? `skip${first ? ": only a 1×1 convolution to the new shape" : ": no layer"}`
            : `inverted residual with squeeze-excite, kernel ${kind.kernel}, expansion ${kind.expansion}`,
      })),
    };
  }),
);

const text = `input 3x224x224
normmacs ${normMacsPerElement}
block se: mul(in, globalpool conv in/4~8 bias relu conv in bias hardsigmoid)
block ir c e k s=1: residual(conv in*e~8 norm hardswish dw k s norm hardswish se conv c norm)
block k3e4 c s=1: ir c 4 3 s
block k5e4 c s=1: ir c 4 5 s
block k7e4 c s=1: ir c 4 7 s
block k3e6 c s=1: ir c 6 3 s
block k5e6 c s=1: ir c 6 5 s
block k7e6 c s=1: ir c 6 7 s
conv 16 k3 s2 norm hardswish
add(dw norm hardswish se conv 16 norm, in)
${stages.flatMap(({ outChannels, stride }) => [layerText(outChannels, stride), ...Array(layersPerStage - 1).fill(layerText(outChannels))]).join("\n")}
conv 320 norm hardswish
globalpool conv 1280 bias hardswish flatten dropout 0.2 linear classes
`;

/** One of the options; the first layer of a stage changes the shape. */
function layerText(channels: number, stride?: number): string {
  const step = strideText(stride ?? 1);
  const names = kinds.flatMap((kind) => (kind === undefined ? [] : `k${kind.kernel}e${kind.expansion}`));
  const skip = stride === undefined ? "in" : `conv ${channels}${step} norm`;
  return alternatives([skip, ...names.map((name) => `${name} ${channels}${step}`)]);
}

const options = z.object({
  classCount: z.int().min(2).max(100_000).default(1000).describe("how many classes"),
});

const summary =
  "ImageNet networks of five stages of six layers, each skipped or an inverted residual with squeeze-excite (kernel 3, 5 or 7, expansion 4 or 6). 7^30 designs; MACs as the paper counts them, with 4 per element of a batch norm, for images of 224 × 224 whatever side they are trained at.";

function createSpace({ classCount }: z.output<typeof options>): Space {
  const space: Space = {
    name: "genius-imagenet",
    summary,
    input: [3, 224, 224],
    classCount,
    takesAnySize: true,
    decisions,
    firstDigit: 0,
    networks: networksOfStages(
      stages.map(() => layersPerStage),
      kinds.length,
    ),
    costScopes: decisions.map((_, index) => [index]),
    asText: () => ({ text }),
    decode(choices) {
      const build = createNetworkBuilder(`genius-imagenet/${keyOf(space, choices)}`, space.input);
      let x = convNorm(build, "stem", "input", {
        outChannels: 16,
        kernel: 3,
        stride: 2,
        activation: "hard-swish",
      });
      x = separable(build, "stage0", x, 16);
      stages.forEach(({ inChannels, outChannels, stride }, stage) => {
        for (let layer = 0; layer < layersPerStage; layer += 1) {
          const kind = kinds[choices[stage * layersPerStage + layer] as 0 | 1 | 2 | 3 | 4 | 5 | 6];
          const id = `stage${stage + 1}.layer${layer + 1}`;
          const [from, step] = layer === 0 ? [inChannels, stride] : [outChannels, 1];
          if (kind !== undefined) {
            const hiddenChannels = makeDivisible(from * kind.expansion);
            x = invertedResidual(build, id, x, {
              inChannels: from,
              hiddenChannels,
              outChannels,
              kernel: kind.kernel,
              stride: step,
              activation: "hard-swish",
              excite: { reducedChannels: makeDivisible(hiddenChannels / 4), gate: "hard-sigmoid" },
            });
          } else if (layer === 0) {
            x = convNorm(build, `${id}.shortcut`, x, { outChannels, kernel: 1, stride: step });
          }
        }
      });
      x = convNorm(build, "stage6", x, { outChannels: 320, kernel: 1, activation: "hard-swish" });
      // The published head widens after pooling: its 1×1 convolution sees a single position.
      x = build.add("widen.pool", { kind: "global-pool" }, x);
      x = conv(build, "widen.conv", x, { outChannels: 1280, kernel: 1, bias: true });
      x = build.add("widen.act", { kind: "activation", function: "hard-swish" }, x);
      classifier(build, x, classCount, 0.2);
      return { ...build.build(), normMacsPerElement };
    },
  };
  return space;
}

/** Depthwise 3×3, squeeze-excite and a linear pointwise convolution, with the input added. */
function separable(build: NetworkBuilder, id: string, input: string, channels: number): string {
  let x = convNorm(build, `${id}.depthwise`, input, {
    outChannels: channels,
    kernel: 3,
    groups: channels,
    activation: "hard-swish",
  });
  x = squeezeExcite(build, `${id}.excite`, x, {
    channels,
    reducedChannels: makeDivisible(channels / 4),
    gate: "hard-sigmoid",
  });
  x = conv(build, `${id}.project.conv`, x, { outChannels: channels, kernel: 1 });
  x = norm(build, `${id}.project.norm`, x);
  return build.add(`${id}.add`, { kind: "add" }, x, input);
}

export default defineSpace({
  name: "genius-imagenet",
  summary,
  source:
    "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; network of github.com/mingkai-zheng/GENIUS",
  options,
  fit: ({ classCount }) => ({ classCount }),
  create: createSpace,
});
