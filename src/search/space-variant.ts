// The same set of networks under another variant: renamed, reordered, or without the words that say where it was published.
// A model that reasons about networks does about as well on every variant that tells it the same facts; a model that
// remembers a published table does best where it recognises it. It knows nothing of models, prompts or accuracies.
import type { Random } from "../base/random.ts";
import type { Choices, Decision, Space } from "./space.ts";

export const variantKinds = ["own-names", "hidden-task", "permuted", "relabelled", "inverted"] as const;

/**
 * - `own-names`: the space as it is published.
 * - `hidden-task`: names of space, data set and task are hidden. Decisions, labels and costs stay.
 * - `permuted`: the decisions are in another order, and the options of each; all words and costs stay.
 * - `relabelled`: in another order, as `permuted`, with no word that means anything and no costs: the differences between
 *   options' costs would tell which operation is which. Nothing is left to know, so that who does better than chance
 *   before anything is measured has it from elsewhere.
 * - `inverted`: the space as it is published, and accuracies turned upside down.
 */
export type VariantKind = (typeof variantKinds)[number];

export interface SpaceVariant {
  readonly kind: VariantKind;
  readonly space: Space;
  /** Whether the model may be told what designs cost. */
  readonly showsCosts: boolean;
  /** What the networks are for, as the model may be told it; undefined for the task's own words. */
  readonly task: string | undefined;
  /** Whether accuracies are fed back upside down. */
  readonly inverts: boolean;
  /** The design of the published space that a design of this variant is. */
  toOriginal(choices: Choices): Choices;
  fromOriginal(choices: Choices): Choices;
}

const neutralName = "networks";
const neutralTask = "image classification";

/**
 * `space` under the variant `kind`. Costs, networks and hyperparameters of a design are those of its original.
 * @param setting.random Draws the order of `permuted` and `relabelled`; no other variant uses it.
 */
export function spaceVariant(
  space: Space,
  setting: { readonly kind: VariantKind; readonly random: Random },
): SpaceVariant {
  const same = { toOriginal: (choices: Choices) => choices, fromOriginal: (choices: Choices) => choices };
  const open = { showsCosts: true, task: undefined, inverts: false };
  switch (setting.kind) {
    case "own-names":
      return { ...same, ...open, kind: "own-names", space };
    case "inverted":
      return { ...same, ...open, kind: "inverted", space, inverts: true };
    case "hidden-task":
      return { ...same, ...open, kind: "hidden-task", space: withoutOrigin(space), task: neutralTask };
    case "relabelled": {
      const reordered = permuted(space, setting.random);
      return {
        ...reordered,
        kind: "relabelled",
        space: withoutMeaning(reordered.space),
        showsCosts: false,
        task: neutralTask,
        inverts: false,
      };
    }
    case "permuted":
      return { ...open, ...permuted(space, setting.random) };
    default:
      return setting.kind satisfies never;
  }
}

/** Other notations, such as a published cell string or a text, are left out: they would name the space. */
function plain({ parse: _, tableKey: __, asText: ___, ...space }: Space): Space {
  return space;
}

function withoutOrigin(space: Space): Space {
  return {
    ...plain(space),
    name: neutralName,
    summary: `Networks for image classification, described by ${space.decisions.length} decisions.`,
  };
}

/** Letters are given by place: what is alike elsewhere does not look alike, since its order is another one. */
function withoutMeaning(space: Space): Space {
  const count = space.decisions.length;
  const decisions = space.decisions.map(
    (decision, index): Decision => ({
      name: `decision${index + 1}`,
      meaning: `The operation at place ${index + 1} of ${count}; a letter means another one at each place.`,
      kind: "categorical",
      about: decision.about,
      options: decision.options.map((_, option) => ({ label: `operation ${letters(option)}` })),
    }),
  );
  return { ...withoutOrigin(space), decisions };
}

/** A, B, …, Z, AA, AB, … */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

function permuted(space: Space, random: Random): Omit<SpaceVariant, "showsCosts" | "task" | "inverts"> {
  const order = random.shuffle(space.decisions.map((_, index) => index));
  const optionOrders = order.map((original) =>
    random.shuffle((space.decisions[original] as Decision).options.map((_, option) => option)),
  );
  const toOriginal = (choices: Choices): Choices => {
    const originals = [...choices];
    order.forEach((original, place) => {
      originals[original] = optionOrders[place]?.[choices[place] as number] as number;
    });
    return originals;
  };
  const fromOriginal = (choices: Choices): Choices =>
    order.map((original, place) => optionOrders[place]?.indexOf(choices[original] as number) as number);
  const decisions = order.map((original, place): Decision => {
    const decision = space.decisions[original] as Decision;
    const options = optionOrders[place]?.map((option) => decision.options[option]!) ?? [];
    return { ...decision, kind: "categorical", options };
  });
  const { hyperparameters, costScopes, networks, allows, ...rest } = plain(space);
  return {
    kind: "permuted",
    toOriginal,
    fromOriginal,
    space: {
      ...rest,
      decisions,
      decode: (choices) => space.decode(toOriginal(choices)),
      ...(hyperparameters !== undefined && {
        hyperparameters: (choices: Choices) => hyperparameters(toOriginal(choices)),
      }),
      ...(allows !== undefined && { allows: (choices: Choices) => allows(toOriginal(choices)) }),
      ...(networks !== undefined && {
        networks: { ...networks, keyOf: (choices: Choices) => networks.keyOf(toOriginal(choices)) },
      }),
      ...(costScopes !== undefined && {
        costScopes: costScopes.map((scope) => scope.map((original) => order.indexOf(original))),
      }),
    },
  };
}
