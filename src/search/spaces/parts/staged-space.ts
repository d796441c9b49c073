// The frame of a space for images of any size: a stem, four stages of blocks that the member adds, a classifier, and the
// training's hyperparameters beside the architecture where they are decided too. It knows no blocks.
import { classifier, convNorm } from "../../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../../graph/network.ts";
import { sidesOf, sizeText } from "../../../tasks/image-size.ts";
import { keyOf } from "../../choices.ts";
import type { Choices, Decision, Space, SpaceText } from "../../space.ts";
import {
  hyperparametersAt,
  type StagedOptions,
  type StageLayout,
  trainingDecisions,
} from "./stage-layout.ts";
import { trainingIsUnsayable } from "./texts.ts";

export interface Stage {
  /** Counted from 1. */
  readonly number: number;
  readonly widths: readonly number[];
  /** Of its first block. */
  readonly stride: number;
  readonly inChannels: number;
  /** Of this stage's decisions. */
  readonly choices: Choices;
}

export interface StagedSpace {
  readonly name: string;
  /** What the stages hold, with a capital: "Residual blocks". */
  readonly blocks: string;
  /** Those of the stages in their order, `decisionsPerStage` each, then the others of the architecture. */
  readonly decisions: readonly Decision[];
  readonly decisionsPerStage: number;
  readonly costScopes: readonly (readonly number[])[];
  /** Adds a stage's blocks; its output and how many channels that has. */
  readonly addStage: (build: NetworkBuilder, input: string, stage: Stage) => [node: string, channels: number];
  /** The space as a text of the language; asked for only where the training decides nothing. */
  readonly textOf: (input: Space["input"]) => string;
  /** Adds what stands between the last stage and the classifier; nothing where it is absent. */
  readonly addHead?: (build: NetworkBuilder, input: string, choices: Choices) => string;
}

export function createStagedSpace(options: StagedOptions, layout: StageLayout, given: StagedSpace): Space {
  const { imageSize, channels, classCount, sizeClass, hyperparameters } = options;
  const { name, blocks, decisions, decisionsPerStage, costScopes, addStage, addHead, textOf } = given;
  const space: Space = {
    name,
    summary: `${blocks} in ${layout.stages.length} stages (size class ${sizeClass}) for ${channels}×${sizeText(imageSize)} images and ${classCount} classes.`,
    input: [channels, ...sidesOf(imageSize)],
    classCount,
    decisions: [...decisions, ...(hyperparameters ? trainingDecisions : [])],
    firstDigit: 0,
    costScopes,
    decode(choices) {
      const build = createNetworkBuilder(`${name}/${keyOf(space, choices)}`, space.input);
      const { channels: stemChannels, kernel, stride } = layout.stem;
      let x = convNorm(build, "stem", "input", {
        outChannels: stemChannels,
        kernel,
        stride,
        activation: "relu",
      });
      let inChannels = stemChannels;
      layout.stages.forEach(({ widths, stride }, index) => {
        const own = choices.slice(index * decisionsPerStage, (index + 1) * decisionsPerStage);
        const stage = { number: index + 1, widths, stride, inChannels, choices: own };
        [x, inChannels] = addStage(build, x, stage);
      });
      classifier(build, addHead?.(build, x, choices) ?? x, classCount);
      return build.build();
    },
    asText: (): SpaceText => (hyperparameters ? trainingIsUnsayable : { text: textOf(space.input) }),
    ...(hyperparameters && { hyperparameters: hyperparametersAt(decisions.length) }),
  };
  return space;
}
