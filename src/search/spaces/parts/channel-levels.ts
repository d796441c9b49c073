// What the two Channel-Bench-Macro spaces share: seven decisions, each the width of one layer at one of four levels, the
// reading of a design written as a list of seven widths, and a network's stem and classifier. The stem has stride 2,
// which the published prompt leaves out and the published costs need. It knows no blocks.
import { z } from "zod";
import { classifier, convNorm } from "../../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../../graph/network.ts";
import { keyOf } from "../../choices.ts";
import type { Choices, Decision, Space, SpaceDefinition } from "../../space.ts";
import { alternatives } from "./texts.ts";

export interface ChannelLayer {
  /** What the width is, for the decision's meaning: "width of the stem". */
  readonly role: string;
  /** Channels at the first level; level n has n times as many. */
  readonly base: number;
}

const levels = [1, 2, 3, 4] as const;

/** Of the seven layers, in channels. */
type Widths = readonly [number, number, number, number, number, number, number];

/** A space of CIFAR-10 networks; `addBlocks` adds what stands between the stem and the classifier. */
export function channelSpace(given: {
  readonly name: string;
  readonly summary: string;
  readonly layers: readonly ChannelLayer[];
  /** The space as a text of the language; a layer's width is written as `levelsText(layers, index)`. */
  readonly text: string;
  readonly addBlocks: (build: NetworkBuilder, stem: string, widths: Widths) => string;
}): SpaceDefinition<object> {
  const { name, summary, layers, text, addBlocks } = given;
  const space: Space = {
    name,
    summary,
    input: [3, 32, 32],
    classCount: 10,
    decisions: channelDecisions(layers),
    firstDigit: 1,
    costScopes: [
      [0, 1],
      [0, 2],
      [0, 3],
      [3, 4],
      [4, 5],
      [4, 6],
    ],
    asText: () => ({ text }),
    decode(choices) {
      const widths = widthsOf(layers, choices);
      const build = createNetworkBuilder(`${name}/${keyOf(space, choices)}`, space.input);
      const stem = convNorm(build, "stem", "input", {
        outChannels: widths[0],
        kernel: 3,
        stride: 2,
        activation: "relu",
      });
      classifier(build, addBlocks(build, stem, widths), space.classCount);
      return build.build();
    },
    parse: (text) => parseWidths(layers, text),
  };
  return {
    name,
    summary,
    source:
      "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; table and prompt of github.com/mingkai-zheng/GENIUS",
    options: z.object({}),
    create: () => space,
  };
}

function channelDecisions(layers: readonly ChannelLayer[]): readonly Decision[] {
  return layers.map(({ role, base }, index) => ({
    name: `channels${index}`,
    meaning: `${role[0]?.toUpperCase()}${role.slice(1)}, in channels.`,
    kind: "ordinal",
    about: "architecture",
    options: levels.map((level) => ({ label: `${level * base} channels`, value: level * base })),
  }));
}

/** A layer's width as alternatives of the language. */
export const levelsText = (layers: readonly ChannelLayer[], index: number): string =>
  alternatives(levels.map((level) => level * (layers[index] as ChannelLayer).base));

/** The widths of a design, in channels. */
function widthsOf(layers: readonly ChannelLayer[], choices: Choices): Widths {
  return layers.map(
    ({ base }, index) => base * ((choices[index] as number) + 1),
  ) as readonly number[] as Widths;
}

/** Reads a list of widths such as `[64, 192, 128, …]`; undefined for anything else. */
function parseWidths(layers: readonly ChannelLayer[], text: string): Choices | undefined {
  const widths = /^\[?([\d,\s]+)\]?$/
    .exec(text)?.[1]
    ?.trim()
    .split(/[,\s]+/)
    .map(Number);
  if (widths?.length !== layers.length) return undefined;
  const choices = widths.map((width, index) => width / (layers[index] as ChannelLayer).base - 1);
  return choices.every((choice) => levels.some((level) => level - 1 === choice)) ? choices : undefined;
}
