// How much depends on the wording? The same model designs for the same table with one thing changed at a time: the prompt,
// the order of decisions and options, the length of the history, what it is told of costs, the temperature.
import { z } from "zod";
import { maxAtOnce } from "../../base/at-once.ts";
import type { JsonObject } from "../../base/json.ts";
import { createRandom } from "../../base/random.ts";
import { spaceVariant } from "../../search/space-variant.ts";
import { differenceInWords, estimate, inWords, isClear, unpairedDifference } from "./estimates.ts";
import {
  chosenOf,
  conversationName,
  firstSeedOption,
  limitsOf,
  maxMacsOption,
  standardArm,
} from "./model-searches.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { regretChart } from "./regret-chart.ts";
import { openSearches, runSearches, runSeeds, type SearchEnd, seedsFrom } from "./table-searches.ts";

const options = z.object({
  space: z.string().default("nas-bench-macro").describe("a space with a published table"),
  dataset: z.string().default("cifar10").describe("a data set of that space"),
  maxMacs: maxMacsOption,
  evaluations: z.int().min(2).default(10).describe("evaluations of each search"),
  seeds: z.int().min(1).default(5).describe("searches with each wording"),
  firstSeed: firstSeedOption,
  wordings: z
    .string()
    .default("all")
    .describe("names of wordings with commas between; the one as it is belongs to every study"),
  alone: z
    .boolean()
    .default(false)
    .describe(
      "only the searches with the named wordings, to be recorded: without the one as it is and without baselines",
    ),
  parallel: z.int().min(1).max(maxAtOnce).default(4).describe("parallel searches"),
  prompt: z
    .enum(["default", "genius-2026-11"])
    .default("default")
    .describe("the prompt that is changed; genius-2026-11 is that of the recorded conversations"),
});
type Options = z.output<typeof options>;

interface Wording {
  readonly name: string;
  readonly options: JsonObject;
  /** Decisions and options in another order, drawn again for each seed. */
  readonly reordered?: boolean;
}

const base: Wording = { name: standardArm, options: {} };
const wordings: readonly Wording[] = [
  base,
  { name: "the paper's protocol", options: { prompt: "genius-2023" } },
  { name: "the prompt of November 2026", options: { prompt: "genius-2026-11" } },
  { name: "another order of options", options: {}, reordered: true },
  { name: "a short history", options: { shown: 2 } },
  { name: "no costs", options: { costs: false } },
  { name: "costs without the cost tool", options: { costTool: false } },
  { name: "temperature 0", options: { temperature: 0 } },
  { name: "temperature 1", options: { temperature: 1 } },
];

export default defineQuestion({
  name: "prompt-sensitivity",
  asks: "How much of a model's search depends on how it is asked?",
  source: "what critics of prompt-driven search ask; the paper used one prompt",
  model: "optional",
  options,
  answer,
});

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  const { evaluations, seeds } = given;
  const { converse } = setting;
  if (converse === undefined) {
    return {
      findings: [],
      remarks: [
        "Not answered: this study needs a language model (--model PROVIDER/MODEL). A recorded conversation cannot answer it, since another wording would have had other replies; and nothing is made up.",
      ],
      charts: [],
      tables: [],
      data: {},
      provenance: {},
    };
  }
  const searches = await openSearches(given.space, given.dataset, limitsOf(given.maxMacs));
  const names = chosenOf(given.wordings, {
    noun: "wording",
    known: wordings.map(({ name }) => name),
    ...(!given.alone && { always: base.name }),
  });
  const chosen = wordings.filter(({ name }) => names.includes(name));
  const { signal } = setting;
  const numbers = seedsFrom(given.firstSeed, seeds);
  const ends = await runSearches(
    searches,
    chosen.flatMap((wording) =>
      numbers.map((seed) => async () => {
        const name = `${wording.name} ${seed}`;
        setting.onProgress(name);
        const random = createRandom("prompt-sensitivity", seed);
        return {
          ...{
            strategy: "llm",
            strategyOptions: { prompt: given.prompt, ...wording.options },
            seed,
            evaluations,
            signal,
          },
          conversation: await converse(conversationName(name)),
          ...(wording.reordered && {
            variant: spaceVariant(searches.domain.space, { kind: "permuted", random }),
          }),
        };
      }),
    ),
    given.parallel,
  );
  const measured = chosen.map((wording, index) => {
    const own = ends.slice(index * seeds, (index + 1) * seeds);
    return {
      wording,
      regrets: regretsOf(own),
      anytime: own.map((end) => end.anytimeRegret01),
      ranks: own.map((end) => end.bestRank),
    };
  });
  const baselines: { readonly name: string; readonly regrets: readonly number[] }[] = [];
  if (!given.alone) {
    for (const [name, strategy] of baselineStrategies) {
      const own = await runSeeds(searches, numbers, (seed) => ({ strategy, seed, evaluations, signal }));
      baselines.push({ name, regrets: regretsOf(own) });
    }
  }
  const asItIs = measured.find(({ wording }) => wording === base)?.regrets;
  const against = (regrets: readonly number[]) => asItIs && unpairedDifference(regrets, asItIs);
  return {
    findings: asItIs === undefined ? [] : findingsOf({ measured, baselines, asItIs, given }),
    remarks: [`${seeds} searches with each wording: effects smaller than the intervals are not seen.`],
    charts: [
      regretChart(
        {
          name: "wordings",
          title: `The best of ${evaluations} designs, by how the model was asked`,
        },
        [...measured.map(({ wording, regrets }) => ({ name: wording.name, regrets })), ...baselines],
      ),
    ],
    tables: [
      {
        title: "Regret in points",
        table: {
          columns: ["asked", "regret", "against as it is", "of the best so far, mean over the search"],
          rows: [
            ...measured.map(({ wording, regrets, anytime }) => {
              const effect = wording === base ? undefined : against(regrets);
              const said = effect === undefined ? null : inWords(effect);
              return [wording.name, inWords(estimate(regrets)), said, inWords(estimate(anytime))];
            }),
            ...baselines.map(({ name, regrets }) => [name, inWords(estimate(regrets)), null, null]),
          ],
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ measured, baselines })),
    provenance: { ...searches.table.provenance, evaluations, seeds },
  };
}

const regretsOf = (ends: readonly SearchEnd[]) => ends.map((end) => end.bestRegret01);

const baselineStrategies = [
  ["random search", "random"],
  ["largest-first", "largest-first"],
  ["hybrid without a model", "hybrid"],
] as const;

/** What the wordings change, against the one as it is; a model has no seed, so groups are compared. */
function findingsOf(about: {
  readonly measured: readonly {
    readonly wording: Wording;
    readonly regrets: readonly number[];
    readonly anytime: readonly number[];
  }[];
  readonly baselines: readonly { readonly regrets: readonly number[] }[];
  readonly asItIs: readonly number[];
  readonly given: Options;
}): readonly string[] {
  const { measured, baselines, asItIs, given } = about;
  const [chance, largest] = baselines.map(({ regrets }) => regrets) as [readonly number[], readonly number[]];
  const verdictOf = (regrets: readonly number[]) => {
    const gain = unpairedDifference(regrets, chance);
    return !isClear(gain)
      ? "no significant difference from random search"
      : gain.mean < 0
        ? "better than random search"
        : "worse than random search";
  };
  const verdict = verdictOf(asItIs);
  const flips = measured
    .filter(({ regrets }) => verdictOf(regrets) !== verdict)
    .map(({ wording }) => wording.name);
  const own = measured.find(({ wording }) => wording === base)!;
  const effects = measured
    .filter((other) => other !== own)
    .map(({ wording, regrets, anytime }) => {
      const atEnd = differenceInWords(unpairedDifference(regrets, asItIs));
      const onTheWay = differenceInWords(unpairedDifference(anytime, own.anytime));
      return `${wording.name}: regret changes by ${atEnd}; that of the best so far, over the whole search, by ${onTheWay}.`;
    });
  return [
    `As it is asked, the model is ${verdict} after ${given.evaluations} evaluations (${given.seeds} seeds); that conclusion ${flips.length === 0 ? "holds under every wording" : `changes under ${flips.join(", ")}`}.`,
    `Asked as it is, its regret differs from that of largest-first, which asks nobody, by ${inWords(unpairedDifference(asItIs, largest))} points.`,
    ...effects,
  ];
}
