// Rules by which designs fail on published tables: a third or more of each, the best and the largest among them.
import type { Choices } from "../../src/search/space.ts";

export interface FailingRule {
  readonly table: string;
  readonly words: string;
  readonly fails: (choices: Choices) => boolean;
}

const sum = (choices: Choices) => choices.reduce((total, choice) => total + choice, 0);

export const failingRules: readonly FailingRule[] = [
  {
    table: "macro",
    words: "the options of the first three layers sum to 4 or more",
    fails: (choices) => sum(choices.slice(0, 3)) >= 4,
  },
  {
    table: "channel-resnet",
    words: "the widths of the first three layers sum to 6 or more above the narrowest",
    fails: (choices) => sum(choices.slice(0, 3)) >= 6,
  },
  {
    table: "201-cifar10",
    words: "two or more of six edges are 3×3 convolutions",
    fails: (choices) => choices.filter((choice) => choice === 3).length >= 2,
  },
];
