// The same space with nothing left to recognise: decisions in another order, options shuffled, every name replaced and
// no order of sizes told. A search whose knowledge is general must be as good on it.
import { createRandom } from "../../src/base/random.ts";
import type { Choices, Space } from "../../src/search/space.ts";

export interface Relabelled {
  readonly space: Space;
  /** The original design that a relabelled one stands for. */
  original(choices: Choices): Choices;
}

export function relabel(space: Space, seed: number): Relabelled {
  const random = createRandom("relabel", space.name, seed);
  const order = random.shuffle(space.decisions.map((_, index) => index));
  const options = order.map((index) =>
    random.shuffle(space.decisions[index]!.options.map((_, option) => option)),
  );
  const original = (choices: Choices) => {
    const result = order.map(() => 0);
    order.forEach((index, place) => {
      result[index] = options[place]![choices[place] as number] as number;
    });
    return result;
  };
  const { input, classCount, costScopes } = space;
  return {
    original,
    space: {
      name: `relabelled-${seed}`,
      summary: "A space.",
      input,
      classCount,
      firstDigit: 0,
      decisions: order.map((index, place) => ({
        name: `decision${place + 1}`,
        meaning: "A part of the network.",
        kind: "categorical",
        about: space.decisions[index]!.about,
        options: options[place]!.map((_, option) => ({ label: `option ${option + 1}` })),
      })),
      ...(costScopes && {
        costScopes: costScopes.map((scope) => scope.map((index) => order.indexOf(index))),
      }),
      decode: (choices) => space.decode(original(choices)),
    },
  };
}
