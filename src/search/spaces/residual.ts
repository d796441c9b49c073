// Residual networks for any image size, class count and budget: blocks of two full 3×3 convolutions. They need more
// parameters for an accuracy than `mobile`, and far less time to train: depthwise convolutions wait for memory.
import { convNorm, makeDivisible, squeezeExcite } from "../../graph/blocks.ts";
import type { NetworkBuilder } from "../../graph/network.ts";
import { sizeClassFor } from "../constraints/size-class.ts";
import { type Decision, defineSpace, type Space } from "../space.ts";
import {
  depths,
  layoutOf,
  type StagedOptions,
  type StageLayout,
  stagedOptions,
  stageWords,
  widthDecision,
} from "./parts/stage-layout.ts";
import { createStagedSpace, type Stage } from "./parts/staged-space.ts";
import { alternatives, stemText, strideText } from "./parts/texts.ts";

const stageDecisions = 4;
/** Width inside a block over its output's. */
const innerRatios = [0.5, 1, 2] as const;

export default defineSpace({
  name: "residual",
  summary:
    "Residual networks for images of any size: four stages whose depth, width, inner width and squeeze-excite are decided, from about 5k to 38M parameters by size class.",
  source:
    "Made for GENIUS after ResNet, https://arxiv.org/abs/1512.03385, and Squeeze-and-Excitation, https://arxiv.org/abs/1709.01507",
  options: stagedOptions("tiny suits 10k–200k parameters, small 40k–1M, medium 150k–4M, large 600k–15M"),
  fit: (images, limits) => ({ ...images, sizeClass: sizeClassFor(createSpace, images, limits) }),
  create: createSpace,
});

function createSpace(options: StagedOptions): Space {
  const layout = layoutOf(options);
  const { stages } = layout;
  return createStagedSpace(options, layout, {
    name: "residual",
    blocks: "Residual blocks",
    decisions: stages.flatMap((stage, index) => decisionsOf(stage, index + 1, stages.length)),
    decisionsPerStage: stageDecisions,
    costScopes: stages.flatMap((_, stage) => costScopesOf(stage * stageDecisions)),
    addStage,
    textOf: (input) => textOf(input, layout),
  });
}

const textOf = (input: Space["input"], { stem, stages }: StageLayout) => `input ${input.join("x")}
block excite: mul(in, globalpool conv in/4~4 bias relu conv in bias hardsigmoid)
block res c i q s=1:  # i: inner width, q: with squeeze-excite
  residual(conv c*i k3 s norm relu conv c k3 norm choose q {in|excite} else conv c s norm) relu
${stemText(stem)}
${stages.map(({ widths, stride }) => `res ${alternatives(widths)} x${alternatives(depths)} i${alternatives(innerRatios)} q{0|1}${strideText(stride)}`).join("\n")}
globalpool flatten linear classes
`;

function addStage(build: NetworkBuilder, input: string, stage: Stage): [node: string, channels: number] {
  const [width, depth, inner, excite] = stage.choices as [number, number, number, number];
  const outChannels = stage.widths[width] as number;
  let x = input;
  for (let block = 0; block < (depths[depth] as number); block += 1) {
    x = residualBlock(build, `stage${stage.number}.block${block + 1}`, x, {
      inChannels: block === 0 ? stage.inChannels : outChannels,
      innerChannels: outChannels * (innerRatios[inner] as number),
      outChannels,
      stride: block === 0 ? stage.stride : 1,
      excite: excite === 1,
    });
  }
  return [x, outChannels];
}

interface BlockOptions {
  readonly inChannels: number;
  readonly innerChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly excite: boolean;
}

/** Two 3×3 convolutions beside the input, which a 1×1 convolution brings to the shape of the output where it must. */
function residualBlock(build: NetworkBuilder, id: string, input: string, options: BlockOptions): string {
  const { inChannels, innerChannels, outChannels, stride, excite } = options;
  let x = convNorm(build, `${id}.first`, input, {
    outChannels: innerChannels,
    kernel: 3,
    stride,
    activation: "relu",
  });
  x = convNorm(build, `${id}.second`, x, { outChannels, kernel: 3 });
  if (excite) {
    const reducedChannels = makeDivisible(outChannels / 4, 4);
    x = squeezeExcite(build, `${id}.excite`, x, {
      channels: outChannels,
      reducedChannels,
      gate: "hard-sigmoid",
    });
  }
  const keeps = stride === 1 && inChannels === outChannels;
  const beside = keeps ? input : convNorm(build, `${id}.shortcut`, input, { outChannels, kernel: 1, stride });
  const sum = build.add(`${id}.add`, { kind: "add" }, x, beside);
  return build.add(`${id}.act`, { kind: "activation", function: "relu" }, sum);
}

function decisionsOf(
  stage: StageLayout["stages"][number],
  number: number,
  count: number,
): readonly Decision[] {
  const where = stageWords(stage, number, count);
  const ordinal = { kind: "ordinal", about: "architecture" } as const;
  return [
    widthDecision(stage, number, count),
    {
      name: `stage${number}.depth`,
      meaning: `How many residual blocks, of two 3×3 convolutions each, ${where} has.`,
      ...ordinal,
      options: depths.map((value) => ({ label: value === 1 ? "1 block" : `${value} blocks`, value })),
    },
    {
      name: `stage${number}.inner`,
      meaning: `Channels between the two convolutions of a block of ${where}; parameters and MACs grow in proportion.`,
      ...ordinal,
      options: innerRatios.map((value) => ({ label: `inside ${value} times the output's channels`, value })),
    },
    {
      name: `stage${number}.excite`,
      meaning: `Whether the blocks of ${where} reweight their channels by squeeze-and-excitation: few parameters, hardly any MACs.`,
      kind: "categorical",
      about: "architecture",
      options: [
        { label: "no squeeze-excite" },
        { label: "squeeze-excite, a quarter of the output's channels" },
      ],
    },
  ];
}

/** A stage's first block takes the width before it; squeeze-excite acts on the output alone. */
function costScopesOf(first: number): readonly (readonly number[])[] {
  const [width, depth, inner, excite] = [first, first + 1, first + 2, first + 3] as const;
  const before = first === 0 ? [] : [first - stageDecisions];
  return [
    [...before, width, inner],
    [width, depth, inner],
    [width, depth, excite],
  ];
}
