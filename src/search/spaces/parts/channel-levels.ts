// What the two Channel-Bench-Macro spaces share: seven decisions, each the width of one layer at one of four
// levels, and the reading of a design written as a list of seven widths.
import type { Choices, Decision } from "../../space.ts";
import { alternatives } from "./texts.ts";

export interface ChannelLayer {
  /** What the width is, for the decision's meaning: "width of the stem". */
  readonly role: string;
  /** Channels at the first level; level n has n times as many. */
  readonly base: number;
}

const levels = [1, 2, 3, 4] as const;

export function channelDecisions(layers: readonly ChannelLayer[]): readonly Decision[] {
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
export function widthsOf(layers: readonly ChannelLayer[], choices: Choices): readonly number[] {
  return layers.map(({ base }, index) => base * ((choices[index] as number) + 1));
}

/** Reads a list of widths such as `[64, 192, 128, …]`; undefined for anything else. */
export function parseWidths(layers: readonly ChannelLayer[], text: string): Choices | undefined {
  const widths = /^\[?([\d,\s]+)\]?$/
    .exec(text)?.[1]
    ?.trim()
    .split(/[,\s]+/)
    .map(Number);
  if (widths?.length !== layers.length) return undefined;
  const choices = widths.map((width, index) => width / (layers[index] as ChannelLayer).base - 1);
  return choices.every((choice) => levels.some((level) => level - 1 === choice)) ? choices : undefined;
}
