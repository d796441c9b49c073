// Does the designer need exact figures? Each strategy searches a table whose results are told to it rounded, noisy, as
// ranks only, as better or worse only, shuffled and constant. What it then evaluates and hands over is judged by the table.
import { z } from "zod";
import { difference, estimate, inWords, isClear, unpairedDifference } from "./estimates.ts";
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
import { openSearches, runSeeds, type SearchEnd, seedsFrom } from "./table-searches.ts";
import { feedbackOf, type Kind, kinds, meanings, toldToModel } from "./told-results.ts";

const options = z.object({
  space: z.string().default("nas-bench-201").describe("a space with a published table"),
  dataset: z.string().default("cifar100").describe("a data set of that space"),
  maxMacs: maxMacsOption,
  strategies: z
    .string()
    .default("hybrid,gp,tpe,evolution,local-search")
    .describe("with commas between; a model is asked besides, or alone with llm"),
  told: z
    .string()
    .default("all")
    .describe(`what searches are told, with commas between: ${kinds.join(", ")}`),
  evaluations: z.int().min(2).default(25).describe("evaluations of each search"),
  seeds: z.int().min(1).default(20).describe("searches of each kind"),
  firstSeed: firstSeedOption,
  noisePoints: z.number().positive().default(0.5).describe("standard deviation of the noise, in points"),
});
type Options = z.output<typeof options>;

export default defineQuestion({
  name: "sense-of-direction",
  asks: "Does a designer need exact figures, or only a sense of direction?",
  source:
    "Zheng et al. 2023, https://arxiv.org/abs/2304.10970, whose designer was told accuracies of short trainings",
  model: "optional",
  options,
  answer,
});

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  const { evaluations, seeds, noisePoints } = given;
  const { converse, signal } = setting;
  const searches = await openSearches(given.space, given.dataset, limitsOf(given.maxMacs));
  const named = given.strategies.split(",").map((name) => name.trim());
  const strategies = [...new Set([...named, ...(converse ? ["llm"] : [])])];
  const told = chosenOf(given.told, { noun: "kind of result", known: kinds });
  const ends = new Map<string, SearchEnd[]>();
  for (const strategy of [...strategies, "random"]) {
    // Random search does not listen: one kind says all.
    for (const kind of strategy === "random" ? (["exact"] as const) : told) {
      setting.onProgress(`${strategy}, ${kind}`);
      const runs = await runSeeds(searches, seedsFrom(given.firstSeed, seeds), async (seed) => ({
        ...{ strategy, seed, evaluations, signal },
        ...(strategy === "llm" && converse !== undefined
          ? {
              ...toldToModel(kind, searches, noisePoints),
              conversation: await converse(conversationName(kind === "exact" ? standardArm : kind, seed)),
            }
          : { feedback: feedbackOf(kind, searches, noisePoints) }),
      }));
      ends.set(`${strategy} ${kind}`, runs);
    }
  }
  const regrets = (strategy: string, kind: Kind) =>
    ends.get(`${strategy} ${kind}`)!.map((end) => end.bestRegret01);
  const chance = regrets("random", "exact");
  const rows = strategies.flatMap((strategy) => {
    const effect = strategy === "llm" ? unpairedDifference : difference;
    return told.map((kind) => {
      const own = ends.get(`${strategy} ${kind}`)!;
      return {
        ...{ strategy, kind },
        found: estimate(regrets(strategy, kind)),
        anytime: estimate(own.map((end) => end.anytimeRegret01)),
        aimed: estimate(own.map((end) => end.meanRegret01)),
        handedOver: estimate(own.map((end) => end.chosenRegret01)),
        ranks: own.map((end) => end.bestRank),
        ...(told.includes("exact") && {
          lost: effect(regrets(strategy, kind), regrets(strategy, "exact")),
        }),
        againstChance: effect(regrets(strategy, kind), chance),
      };
    });
  });
  const isLost = ({ lost }: (typeof rows)[number]) => lost !== undefined && isClear(lost) && lost.mean > 0;
  const findings = strategies.map((strategy) => {
    const own = rows.filter((row) => row.strategy === strategy);
    const same = own.filter((row) => row.kind !== "exact" && !isLost(row));
    const noBetter = own.filter(({ againstChance }) => !(isClear(againstChance) && againstChance.mean < 0));
    const words = (list: typeof own) => list.map(({ kind }) => kind).join(", ") || "none";
    const losses = own.filter(isLost).map(({ kind, lost }) => `${kind} (${inWords(lost!)} points)`);
    return `${strategy}: no significant loss under ${words(same)}; a loss under ${losses.join(", ") || "none"}; no better than random search under ${words(noBetter)}.`;
  });
  const deaf = rows.filter((row) => row.kind === "constant" && row.lost !== undefined && !isLost(row));
  const isAsked = strategies.includes("llm");
  return {
    findings: [
      ...findings,
      ...deaf.map(
        ({ strategy }) =>
          `${strategy} finds as good a design when every figure is the same: within ${evaluations} evaluations on this table, its prior knowledge decides, and not what it is told.`,
      ),
    ],
    remarks: [
      ...(isAsked
        ? [
            "A language model has no seed: its searches are compared as two groups (Welch), those of other strategies seed by seed.",
          ]
        : [
            "No language model was named (--model), and recorded conversations cannot be told other figures: this answer is about classical strategies.",
          ]),
      ...(searches.table.selectedOn === "test" ? ["This table has test figures only."] : []),
      `The loss is the regret of the best of ${evaluations} evaluated designs, against exact figures${told.includes("exact") ? "" : ", which were not among what was told here"}. Under constant and shuffled figures a search cannot know which of its designs is best: see what it hands over.`,
    ],
    charts: strategies.map((strategy) =>
      regretChart(
        {
          name: `direction-${strategy}`,
          title: `${strategy}: the best of ${evaluations} designs, by what it was told`,
        },
        told.map((kind) => ({ name: kind, regrets: regrets(strategy, kind) })),
      ),
    ),
    tables: [
      {
        title: `Regret in points after ${evaluations} evaluations, ${seeds} seeds (random search: ${inWords(estimate(chance))})`,
        table: {
          columns: [
            ...["strategy", "told", "best evaluated", "best so far, mean over the search"],
            ...["all evaluated, mean", "handed over"],
            "more than with exact figures",
          ],
          rows: rows.map(({ strategy, kind, found, anytime, aimed, handedOver, lost }) => [
            ...[strategy, kind, inWords(found), inWords(anytime), inWords(aimed), inWords(handedOver)],
            kind === "exact" || lost === undefined ? null : inWords(lost),
          ]),
        },
      },
      {
        title: "What was told",
        table: { columns: ["told", "meaning"], rows: told.map((kind) => [kind, meanings[kind]]) },
      },
    ],
    data: JSON.parse(JSON.stringify({ rows, random: estimate(chance) })),
    provenance: { ...searches.table.provenance, evaluations, seeds },
  };
}
