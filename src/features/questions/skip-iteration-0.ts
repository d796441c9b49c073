// Where should a search begin? From the largest network, the smallest, one at random, or the strategy's own first guess;
// and for a language model also from a random network with a made-up score, as the paper began.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { difference, estimate, inWords, isClear } from "./estimates.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { regretChart } from "./regret-chart.ts";
import { openSearches, runSeeds } from "./table-searches.ts";

const options = z.object({
  tables: z
    .string()
    .default("nas-bench-macro/cifar10,channel-bench-resnet/cifar10,nas-bench-201/cifar100")
    .describe("published tables, SPACE/DATASET, with commas between"),
  strategies: z.string().default("gp,tpe,evolution,hybrid").describe("with commas between"),
  evaluations: z.int().min(2).default(10).describe("evaluations of each search"),
  seeds: z.int().min(2).default(20).describe("searches of each kind"),
});
type Options = z.output<typeof options>;

const starts = ["largest", "smallest", "random"] as const;

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
  const conversation = await setting.converse?.("model");
  const kinds = [
    ...given.strategies
      .split(",")
      .flatMap((strategy) => starts.map((start) => ({ strategy: strategy.trim(), start: start as string }))),
    ...(conversation ? ["model", "nominal", ...starts].map((start) => ({ strategy: "llm", start })) : []),
  ];
  const measured: { table: string; strategy: string; start: string; regrets: readonly number[] }[] = [];
  const provenance: Record<string, JsonObject> = {};
  for (const name of given.tables.split(",").map((entry) => entry.trim())) {
    const [space, dataset] = name.split("/");
    if (space === undefined || dataset === undefined)
      throw new GeniusError(
        "wrong-use",
        `--tables: "${name}" is not SPACE/DATASET, such as nas-bench-macro/cifar10.`,
      );
    const searches = await openSearches(space, dataset);
    provenance[name] = searches.table.provenance;
    for (const { strategy, start } of kinds) {
      setting.onProgress(`${name}: ${strategy} from ${start}`);
      const ends = await runSeeds(searches, seeds, (seed) => ({
        strategy,
        strategyOptions: { start },
        seed,
        evaluations,
        signal: setting.signal,
        ...(strategy === "llm" && { conversation: conversation! }),
      }));
      measured.push({ table: name, strategy, start, regrets: ends.map((end) => end.bestRegret01) });
    }
  }
  const of = (table: string, strategy: string, start: string) =>
    measured.find((entry) => entry.table === table && entry.strategy === strategy && entry.start === start)!
      .regrets;
  const groups = [
    ...new Map(measured.map(({ table, strategy }) => [`${table} ${strategy}`, { table, strategy }])).values(),
  ];
  const findings = groups.map(({ table, strategy }) => {
    const gain = difference(of(table, strategy, "random"), of(table, strategy, "largest"));
    const word = !isClear(gain)
      ? "no difference that is clear"
      : gain.mean > 0
        ? "the largest is the better start"
        : "the random one is the better start";
    return `${table}, ${strategy}: ${word}; from a random network the regret after ${evaluations} evaluations is higher by ${inWords(gain)} points.`;
  });
  return {
    findings,
    remarks: conversation
      ? []
      : [
          "No language model was named (--model): the made-up score of the paper (--start nominal) and a model's own first guess are not measured here.",
        ],
    charts: groups.map(({ table, strategy }) =>
      regretChart(
        {
          name: `start-${table}-${strategy}`,
          title: `${table}, ${strategy}: after ${evaluations} evaluations, by the first network`,
        },
        measured
          .filter((entry) => entry.table === table && entry.strategy === strategy)
          .map(({ start, regrets }) => ({ name: start, regrets })),
      ),
    ),
    tables: [
      {
        title: `Regret in points after ${evaluations} evaluations, ${seeds} seeds`,
        table: {
          columns: ["table", "strategy", "first network", "regret"],
          rows: measured.map(({ table, strategy, start, regrets }) => [
            table,
            strategy,
            start,
            inWords(estimate(regrets)),
          ]),
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ measured })),
    provenance: { tables: provenance, evaluations, seeds },
  };
}
