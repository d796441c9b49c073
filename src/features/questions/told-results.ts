// What a search is told of a design in place of its accuracy. A strategy that counts hears a number; a language model is
// told ranks, better or worse, and nothing at all in words, since a number in their place would be taken for an accuracy.
import { anyDesign } from "../../search/constraints/create-domain.ts";
import type { Feedback, SearchSpec, TableSetting } from "./table-searches.ts";

/** In the order of how much they still say. */
export const kinds = [
  "exact",
  "rounded",
  "noisy",
  "rank",
  "better-or-worse",
  "shuffled",
  "constant",
] as const;
export type Kind = (typeof kinds)[number];

export const meanings: Readonly<Record<Kind, string>> = {
  exact: "the accuracy of the table",
  rounded: "to whole points",
  noisy: "with noise added",
  rank: "the design's place among all, which keeps the order and loses the distances",
  "better-or-worse":
    "1 if better than all before, else 0; a model is told so in words, and sees the last of them first",
  shuffled: "the accuracy of another design, drawn again for each",
  constant: "always one half; a model is told that the accuracy is not told",
};

export function feedbackOf(kind: Kind, { table, domain }: TableSetting, noisePoints: number): Feedback {
  const isLimited = Object.keys(domain.limits).length > 0;
  const truth = (choices: readonly number[]) => table.lookUp(choices)!.selection01;
  switch (kind) {
    case "exact":
      return ({ choices }) => truth(choices);
    case "rounded":
      return ({ choices }) => Math.round(100 * truth(choices)) / 100;
    case "noisy":
      return ({ choices, random }) =>
        Math.min(1, Math.max(0, truth(choices) + (random.normal() * noisePoints) / 100));
    case "rank":
      return ({ choices }) => 1 - (table.rankOf(choices)! - 1) / table.designCount;
    case "better-or-worse":
      return ({ choices, seen }) => (seen.every((before) => truth(choices) > before) ? 1 : 0);
    case "shuffled":
      return ({ random }) => truth(isLimited ? domain.sample(random)! : anyDesign(domain.space, random));
    case "constant":
      return () => 0.5;
    default:
      return kind satisfies never;
  }
}

/** Each design that is better than all before it is a step higher, so that the last of them counts as the best. */
const step = 0.01;

/** What a language model is told of each result. */
export function toldToModel(
  kind: Kind,
  searches: TableSetting,
  noisePoints: number,
): Pick<SearchSpec, "feedback" | "tellScore"> {
  const feedback = feedbackOf(kind, searches, noisePoints);
  const { designCount } = searches.table;
  switch (kind) {
    case "exact":
    case "noisy":
    case "shuffled":
      return { feedback };
    case "rounded":
      return { feedback, tellScore: (score) => `about ${(100 * score).toFixed(0)} %` };
    case "rank":
      return {
        feedback,
        tellScore: (score) =>
          `rank ${Math.round((1 - score) * designCount) + 1} of ${designCount} (1 is the best; the accuracy is not told)`,
      };
    case "better-or-worse":
      return {
        feedback: (about) => {
          const { seen } = about;
          const before = seen.filter((score, index) => seen.slice(0, index).every((other) => score > other));
          return feedback(about) === 1 ? step * (before.length + 1) : 0;
        },
        tellScore: (score) =>
          `${score > 0 ? "better than all before it" : "not better than the best before it"} (the accuracy is not told)`,
      };
    case "constant":
      return { feedback, tellScore: () => "measured (the accuracy is not told)" };
    default:
      return kind satisfies never;
  }
}
