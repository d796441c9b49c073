// Inverted residuals for any image size, class count and budget: the space for data that has no table. Depth,
// width, kernel, expansion and squeeze-excite of each stage are decisions, and so may be two hyperparameters of
// the training. Where the map is halved follows from the image size. It knows nothing of data sets or limits.
import { classifier, convNorm, invertedResidual, makeDivisible } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { sidesOf, sizeText } from "../../tasks/image-size.ts";
import { keyOf } from "../choices.ts";
import { sizeClassFor } from "../constraints/size-class.ts";
import { type Choices, defineSpace, type Space, type SpaceText } from "../space.ts";
import { expansions, kernels, mobileDecisions } from "./parts/mobile-decisions.ts";
import {
  depths,
  hyperparametersAt,
  layoutOf,
  type StagedOptions,
  type StageLayout,
  stagedOptions,
} from "./parts/stage-layout.ts";
import { alternatives, stemText, strideText, trainingIsUnsayable } from "./parts/texts.ts";

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
  const { imageSize, channels, classCount, sizeClass, hyperparameters } = options;
  const layout = layoutOf(options);
  const decisions = mobileDecisions(layout, hyperparameters);
  const stageCount = layout.stages.length;
  const headDecision = stageCount * stageDecisions;
  const space: Space = {
    name: "mobile",
    summary: `Inverted residuals in ${stageCount} stages (size class ${sizeClass}) for ${channels}×${sizeText(imageSize)} images and ${classCount} classes.`,
    input: [channels, ...sidesOf(imageSize)],
    classCount,
    decisions,
    firstDigit: 0,
    costScopes: costScopes(stageCount, headDecision),
    decode(choices) {
      const build = createNetworkBuilder(`mobile/${keyOf(space, choices)}`, space.input);
      const { channels: stemChannels, kernel, stride } = layout.stem;
      let x = convNorm(build, "stem", "input", {
        outChannels: stemChannels,
        kernel,
        stride,
        activation: "relu",
      });
      let inChannels = stemChannels;
      layout.stages.forEach((_, stage) => {
        [x, inChannels] = addStage(build, x, { layout, stage, inChannels, choices });
      });
      const head = layout.headWidths[choices[headDecision] as number] as number;
      x = convNorm(build, "head", x, { outChannels: head, kernel: 1, activation: "relu" });
      classifier(build, x, classCount);
      return build.build();
    },
    ...(hyperparameters && { hyperparameters: hyperparametersAt(headDecision + 1) }),
    asText: () => textOf(space, layout),
  };
  return space;
}

function textOf({ input, hyperparameters }: Space, { stem, stages, headWidths }: StageLayout): SpaceText {
  if (hyperparameters !== undefined) return trainingIsUnsayable;
  return {
    text: `input ${input.join("x")}
block excite: mul(in, globalpool conv in/4~4 bias relu conv in bias hardsigmoid)
block ir c k e q s=1:  # q: with squeeze-excite
  residual(conv in*e norm relu dw k s norm relu choose q {in|excite} conv c norm)
${stemText(stem)}
${stages.map(({ widths, stride }) => `ir ${alternatives(widths)} x${alternatives(depths)} k${alternatives(kernels)} e${alternatives(expansions)} q{0|1}${strideText(stride)}`).join("\n")}
conv ${alternatives(headWidths)} norm relu
globalpool flatten linear classes
`,
  };
}

interface StageSetting {
  readonly layout: StageLayout;
  readonly stage: number;
  readonly inChannels: number;
  readonly choices: Choices;
}

/** Adds a stage's blocks; its output and how many channels that has. */
function addStage(
  build: NetworkBuilder,
  input: string,
  setting: StageSetting,
): [node: string, channels: number] {
  const { layout, stage, choices } = setting;
  const { widths, stride } = layout.stages[stage] as StageLayout["stages"][number];
  const [width, depth, kernel, expansion, excite] = choices.slice(stage * stageDecisions) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const outChannels = widths[width] as number;
  let inChannels = setting.inChannels;
  let x = input;
  for (let block = 0; block < (depths[depth] as number); block += 1) {
    const hiddenChannels = inChannels * (expansions[expansion] as number);
    x = invertedResidual(build, `stage${stage + 1}.block${block + 1}`, x, {
      inChannels,
      hiddenChannels,
      outChannels,
      kernel: kernels[kernel] as number,
      stride: block === 0 ? stride : 1,
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
