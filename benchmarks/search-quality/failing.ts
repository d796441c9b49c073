// Rules by which designs fail on published tables: a third or more of each, the best and the largest among them.
import { createRandom } from "../../src/base/random.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import { designAt } from "../../src/search/sampling/unseen.ts";
import type { Choices, Space } from "../../src/search/space.ts";

export interface FailingRule {
  readonly table: string;
  readonly words: string;
  readonly failsIn: (space: Space) => (choices: Choices) => boolean;
}

/** As where memory runs out: the designs of most MACs. */
const largest = (space: Space) => {
  const { costOf } = createDomain(space, {});
  const count = space.decisions.reduce((product, { options }) => product * options.length, 1);
  const macs = Array.from({ length: count }, (_, number) => costOf(designAt(space, number)).macCount);
  const bound = macs.sort((a, b) => a - b)[Math.floor(0.63 * count)] as number;
  return (choices: Choices) => costOf(choices).macCount > bound;
};

/** Networks that have nothing in common. */
const any = (space: Space) => (choices: Choices) =>
  createRandom("fail", space.networks?.keyOf(choices) ?? choices.join()).next() < 0.37;

const by = (fails: (choices: Choices) => boolean) => () => fails;

const sum = (choices: Choices) => choices.reduce((total, choice) => total + choice, 0);

export const failingRules: readonly FailingRule[] = [
  {
    table: "macro",
    words: "the options of the first three layers sum to 4 or more",
    failsIn: by((choices) => sum(choices.slice(0, 3)) >= 4),
  },
  {
    table: "channel-resnet",
    words: "the widths of the first three layers sum to 6 or more above the narrowest",
    failsIn: by((choices) => sum(choices.slice(0, 3)) >= 6),
  },
  {
    table: "201-cifar10",
    words: "two or more of six edges are 3×3 convolutions",
    failsIn: by((choices) => choices.filter((choice) => choice === 3).length >= 2),
  },
  ...["channel-mobilenet", "transnas-micro-class_scene", "transnas-macro-class_object"].map((table) => ({
    table,
    words: "the largest 37 % by MACs",
    failsIn: largest,
  })),
  { table: "transnas-macro-class_scene", words: "37 % of the networks, at random", failsIn: any },
];
