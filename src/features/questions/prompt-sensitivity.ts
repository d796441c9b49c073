// How much depends on the wording? The same model designs for the same table with one thing changed at a time: the prompt,
// the order of decisions and options, the length of the history, what it is told of costs, the temperature.
import { z } from "zod";
import type { JsonObject } from "../../base/json.ts";
import { unknownName } from "../../base/nearest.ts";
import { createRandom } from "../../base/random.ts";
import { spaceVariant } from "../../search/space-variant.ts";
import { difference, estimate, inWords, isClear } from "./estimates.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { regretChart } from "./regret-chart.ts";
import { openSearches, runSearches, runSeeds, type SearchEnd } from "./table-searches.ts";

const options = z.object({
  space: z.string().default("nas-bench-macro").describe("a space with a published table"),
  dataset: z.string().default("cifar10").describe("a data set of that space"),
  evaluations: z.int().min(2).default(10).describe("evaluations of each search"),
  seeds: z.int().min(2).default(5).describe("searches with each wording"),
  wordings: z
    .string()
    .default("all")
    .describe("names of wordings with commas between; the one as it is belongs to every study"),
  parallel: z.int().min(1).default(4).describe("parallel searches"),
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

const base: Wording = { name: "as it is", options: {} };
const wordings: readonly Wording[] = [
  base,
  { name: "the paper's protocol", options: { prompt: "genius-2023" } },
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
  const searches = await openSearches(given.space, given.dataset);
  const chosen = chosenWordings(given.wordings);
  const regretsOf = (ends: readonly SearchEnd[]) => ends.map((end) => end.bestRegret01);
  const { signal } = setting;
  const baseline = async (strategy: string) =>
    regretsOf(await runSeeds(searches, seeds, (seed) => ({ strategy, seed, evaluations, signal })));
  const [chance, largest, hybrid] = [
    await baseline("random"),
    await baseline("largest-first"),
    await baseline("hybrid"),
  ];
  const baselines = [
    { name: "random search", regrets: chance },
    { name: "largest-first", regrets: largest },
    { name: "hybrid without a model", regrets: hybrid },
  ];
  const ends = await runSearches(
    searches,
    chosen.flatMap((wording) =>
      Array.from({ length: seeds }, (_, index) => async () => {
        const seed = index + 1;
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
          conversation: await converse(name.replaceAll(/[^a-z0-9]+/g, "-")),
          ...(wording.reordered && {
            variant: spaceVariant(searches.domain.space, { kind: "permuted", random }),
          }),
        };
      }),
    ),
    given.parallel,
  );
  const measured = chosen.map((wording, index) => ({
    wording,
    regrets: regretsOf(ends.slice(index * seeds, (index + 1) * seeds)),
  }));
  const verdictOf = (regrets: readonly number[]) => {
    const gain = difference(regrets, chance);
    return !isClear(gain)
      ? "no significant difference from random search"
      : gain.mean < 0
        ? "better than random search"
        : "worse than random search";
  };
  const own = measured[0]!;
  const verdict = verdictOf(own.regrets);
  const flips = measured
    .filter(({ regrets }) => verdictOf(regrets) !== verdict)
    .map(({ wording }) => wording.name);
  const effects = measured
    .slice(1)
    .map(({ wording, regrets }) => ({ name: wording.name, effect: difference(regrets, own.regrets) }));
  return {
    findings: [
      `As it is asked, the model is ${verdict} after ${evaluations} evaluations (${seeds} seeds); that conclusion ${flips.length === 0 ? "holds under every wording" : `changes under ${flips.join(", ")}`}.`,
      `Asked as it is, its regret differs from that of largest-first, which asks nobody, by ${inWords(difference(own.regrets, largest))} points.`,
      ...effects.map(
        ({ name, effect }) =>
          `${name}: regret changes by ${inWords(effect)} points${isClear(effect) ? "" : ", no significant difference"}.`,
      ),
    ],
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
          columns: ["asked", "regret", "against as it is"],
          rows: [
            ...measured.map(({ wording, regrets }) => [
              wording.name,
              inWords(estimate(regrets)),
              wording === base ? null : inWords(difference(regrets, own.regrets)),
            ]),
            ...baselines.map(({ name, regrets }) => [name, inWords(estimate(regrets)), null]),
          ],
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ measured, baselines })),
    provenance: { ...searches.table.provenance, evaluations, seeds },
  };
}

function chosenWordings(names: string): readonly Wording[] {
  if (names === "all") return wordings;
  const known = wordings.map(({ name }) => name);
  const asked = names.split(",").map((name) => name.trim());
  for (const name of asked) if (!known.includes(name)) throw unknownName("wording", name, known);
  return wordings.filter((wording) => wording === base || asked.includes(wording.name));
}
