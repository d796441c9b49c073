// Where should a search begin? From the largest network, the smallest, one at random, or the strategy's own first guess;
// and for a language model also from a random network with a made-up score, as the paper began.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import {
  difference,
  differenceInWords,
  estimate,
  inWords,
  isClear,
  unpairedDifference,
} from "./estimates.ts";
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
import { openSearches, runSeeds, seedsFrom } from "./table-searches.ts";

const options = z.object({
  tables: z
    .string()
    .default("nas-bench-macro/cifar10,channel-bench-resnet/cifar10,nas-bench-201/cifar100")
    .describe("published tables, SPACE/DATASET, with commas between"),
  maxMacs: maxMacsOption,
  strategies: z
    .string()
    .default("gp,tpe,evolution,hybrid")
    .describe("with commas between; a model is asked besides, or alone with llm"),
  starts: z
    .string()
    .default("all")
    .describe(
      "first networks, with commas between: largest, smallest, random; for a model also model (its own guess) and nominal (a random one with a made-up score)",
    ),
  evaluations: z.int().min(2).default(10).describe("evaluations of each search"),
  seeds: z.int().min(1).default(20).describe("searches of each kind"),
  firstSeed: firstSeedOption,
});
type Options = z.output<typeof options>;

const starts = ["largest", "smallest", "random"] as const;
const modelStarts = ["model", "nominal", ...starts] as const;

export default defineQuestion({
  name: "skip-iteration-0",
  asks: "Does the first network matter: a first guess, the largest, or a random one with a made-up score?",
  source:
    "Zheng et al. 2023, https://arxiv.org/abs/2304.10970, who began from a random network with a nominal score",
  model: "optional",
  options,
  answer,
});

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  const { evaluations, seeds } = given;
  const { converse, signal } = setting;
  const chosen = chosenOf(given.starts, { noun: "first network", known: modelStarts });
  const named = given.strategies.split(",").map((name) => name.trim());
  const kinds = [...new Set([...named, ...(converse ? ["llm"] : [])])].flatMap((strategy) =>
    chosen
      .filter((start) => strategy === "llm" || starts.some((own) => own === start))
      .map((start) => ({ strategy, start })),
  );
  const measured: Measured[] = [];
  const provenance: Record<string, JsonObject> = {};
  const tables = given.tables.split(",").map((entry) => entry.trim());
  for (const name of tables) {
    const [space, dataset] = name.split("/");
    if (space === undefined || dataset === undefined)
      throw new GeniusError(
        "wrong-use",
        `--tables: "${name}" is not SPACE/DATASET, such as nas-bench-macro/cifar10.`,
      );
    const searches = await openSearches(space, dataset, limitsOf(given.maxMacs));
    provenance[name] = searches.table.provenance;
    const prefix = tables.length > 1 ? [space, dataset] : [];
    for (const { strategy, start } of kinds) {
      setting.onProgress(`${name}: ${strategy} from ${start}`);
      const ends = await runSeeds(searches, seedsFrom(given.firstSeed, seeds), async (seed) => ({
        ...{ strategy, strategyOptions: { start }, seed, evaluations, signal },
        ...(strategy === "llm" &&
          converse !== undefined && {
            conversation: await converse(
              conversationName(...prefix, start === "model" ? standardArm : start, seed),
            ),
          }),
      }));
      measured.push({
        ...{ table: name, strategy, start, ranks: ends.map((end) => end.bestRank) },
        regrets: ends.map((end) => end.bestRegret01),
        anytime: ends.map((end) => end.anytimeRegret01),
      });
    }
  }
  const groups = [
    ...new Map(measured.map(({ table, strategy }) => [`${table} ${strategy}`, { table, strategy }])).values(),
  ].map((group) => ({
    ...group,
    rows: measured.filter(({ table, strategy }) => table === group.table && strategy === group.strategy),
  }));
  return {
    findings: groups.flatMap(({ table, strategy, rows }) =>
      strategy === "llm"
        ? modelFindings(table, rows, evaluations)
        : classicalFindings({ table, strategy, rows, evaluations }),
    ),
    remarks: kinds.some(({ strategy }) => strategy === "llm")
      ? [
          "A language model has no seed: its searches are compared as two groups (Welch), those of other strategies seed by seed.",
        ]
      : [
          "No language model was named (--model): the made-up score of the paper (--start nominal) and a model's own first guess are not measured here.",
        ],
    charts: groups.map(({ table, strategy, rows }) =>
      regretChart(
        {
          name: `start-${table}-${strategy}`,
          title: `${table}, ${strategy}: after ${evaluations} evaluations, by the first network`,
        },
        rows.map(({ start, regrets }) => ({ name: start, regrets })),
      ),
    ),
    tables: [
      {
        title: `Regret in points after ${evaluations} evaluations, ${seeds} seeds`,
        table: {
          columns: [
            "table",
            "strategy",
            "first network",
            "regret",
            "of the best so far, mean over the search",
          ],
          rows: measured.map(({ table, strategy, start, regrets, anytime }) => [
            ...[table, strategy, start, inWords(estimate(regrets)), inWords(estimate(anytime))],
          ]),
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ measured })),
    provenance: { tables: provenance, evaluations, seeds },
  };
}

interface Measured {
  readonly table: string;
  readonly strategy: string;
  readonly start: string;
  readonly regrets: readonly number[];
  /** Regret of the best so far, the mean over a search. */
  readonly anytime: readonly number[];
  readonly ranks: readonly number[];
}

const regretsFrom = (rows: readonly Measured[], start: string) =>
  rows.find((row) => row.start === start)?.regrets;

/** The largest against one at random, seed by seed. */
function classicalFindings(about: {
  readonly table: string;
  readonly strategy: string;
  readonly rows: readonly Measured[];
  readonly evaluations: number;
}): readonly string[] {
  const { table, strategy, rows, evaluations } = about;
  const [random, largest] = [regretsFrom(rows, "random"), regretsFrom(rows, "largest")];
  if (random === undefined || largest === undefined) return [];
  const gain = difference(random, largest);
  const word = !isClear(gain)
    ? "no difference that is clear"
    : gain.mean > 0
      ? "the largest is the better start"
      : "the random one is the better start";
  return [
    `${table}, ${strategy}: ${word}; from a random network the regret after ${evaluations} evaluations is higher by ${inWords(gain)} points.`,
  ];
}

/** Each other start against the model's own first guess. */
function modelFindings(table: string, rows: readonly Measured[], evaluations: number): readonly string[] {
  const own = rows.find(({ start }) => start === "model");
  if (own === undefined) return [];
  return rows
    .filter((row) => row !== own)
    .map(({ start, regrets, anytime }) => {
      const [atEnd, onTheWay] = [
        unpairedDifference(regrets, own.regrets),
        unpairedDifference(anytime, own.anytime),
      ].map(differenceInWords);
      return `${table}, llm: beside its own first guess, a start from ${start} changes the regret after ${evaluations} evaluations by ${atEnd}; that of the best so far, over the whole search, by ${onTheWay}.`;
    });
}
