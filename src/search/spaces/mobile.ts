// Inverted residuals for any image size, class count and budget: the space for data that has no table. Depth,
// width, kernel, expansion and squeeze-excite of each stage are decisions, and so may be two hyperparameters of
// the training. Where the map is halved follows from the image size. It knows nothing of data sets or limits.
import { convNorm, invertedResidual, makeDivisible } from "../../graph/blocks.ts";
import type { NetworkBuilder } from "../../graph/network.ts";
import { sizeClassFor } from "../constraints/size-class.ts";
import { defineSpace, type Space } from "../space.ts";
import { expansions, kernels, mobileDecisions } from "./parts/mobile-decisions.ts";
import {
  depths,
  layoutOf,
  type StagedOptions,
  type StageLayout,
  stagedOptions,
} from "./parts/stage-layout.ts";
import { createStagedSpace, type Stage } from "./parts/staged-space.ts";
import { alternatives, stemText, strideText } from "./parts/texts.ts";

const stageDecisions = 5;

export default defineSpace({
  name: "mobile",
  summary:
    "Networks of inverted residuals for images of any size: four stages whose depth, width, kernel, expansion and squeeze-excite are decided, from about 3k to 30M parameters by size class.",
  source:
    "Made for GENIUS after MobileNetV3, https://arxiv.org/abs/1905.02244; joint hyperparameters after https://arxiv.org/abs/1807.06906",
  options: stagedOptions("tiny suits 3k–100k parameters, small 10k–1M, medium 50k–5M, large 200k–20M"),
  fit: (images, limits) => ({ ...images, sizeClass: sizeClassFor(createSpace, images, limits) }),
  create: createSpace,
});

function createSpace(options: StagedOptions): Space {
  const layout = layoutOf(options);
  const stageCount = layout.stages.length;
  const headDecision = stageCount * stageDecisions;
  return createStagedSpace(options, layout, {
    name: "mobile",
    blocks: "Inverted residuals",
    decisions: mobileDecisions(layout),
    decisionsPerStage: stageDecisions,
    costScopes: costScopes(stageCount, headDecision),
    addStage,
    textOf: (input) => textOf(input, layout),
    addHead(build, x, choices) {
      const outChannels = layout.headWidths[choices[headDecision] as number] as number;
      return convNorm(build, "head", x, { outChannels, kernel: 1, activation: "relu" });
    },
  });
}

const textOf = (input: Space["input"], { stem, stages, headWidths }: StageLayout) => `input ${input.join("x")}
block excite: mul(in, globalpool conv in/4~4 bias relu conv in bias hardsigmoid)
block ir c k e q s=1:  # q: with squeeze-excite
  residual(conv in*e norm relu dw k s norm relu choose q {in|excite} conv c norm)
${stemText(stem)}
${stages.map(({ widths, stride }) => `ir ${alternatives(widths)} x${alternatives(depths)} k${alternatives(kernels)} e${alternatives(expansions)} q{0|1}${strideText(stride)}`).join("\n")}
conv ${alternatives(headWidths)} norm relu
globalpool flatten linear classes
`;

function addStage(build: NetworkBuilder, input: string, stage: Stage): [node: string, channels: number] {
  const [width, depth, kernel, expansion, excite] = stage.choices as [number, number, number, number, number];
  const outChannels = stage.widths[width] as number;
  let { inChannels } = stage;
  let x = input;
  for (let block = 0; block < (depths[depth] as number); block += 1) {
    const hiddenChannels = inChannels * (expansions[expansion] as number);
    x = invertedResidual(build, `stage${stage.number}.block${block + 1}`, x, {
      inChannels,
      hiddenChannels,
      outChannels,
      kernel: kernels[kernel] as number,
      stride: block === 0 ? stage.stride : 1,
      activation: "relu",
      ...(excite === 1 && {
        excite: { reducedChannels: makeDivisible(hiddenChannels / 4, 4), gate: "hard-sigmoid" },
      }),
    });
    inChannels = outChannels;
  }
  return [x, outChannels];
}

/**
 * A stage's first block has the previous width as input and its own as output; the other blocks have its own on
 * both sides. Kernel and squeeze-excite act on the hidden channels alone, so they never meet in one term.
 */
function costScopes(stageCount: number, headDecision: number): readonly (readonly number[])[] {
  const scopes: number[][] = [];
  for (let stage = 0; stage < stageCount; stage += 1) {
    const first = stage * stageDecisions;
    const [width, depth, kernel, expansion, excite] = [first, first + 1, first + 2, first + 3, first + 4];
    const before = stage === 0 ? [] : [first - stageDecisions];
    scopes.push(
      [...before, width, expansion],
      [...before, kernel, expansion],
      [...before, expansion, excite],
    );
    scopes.push([width, depth, kernel, expansion], [width, depth, expansion, excite]);
  }
  scopes.push([headDecision - stageDecisions, headDecision]);
  return scopes;
}
