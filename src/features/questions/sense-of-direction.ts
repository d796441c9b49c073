// Does the designer need exact figures? Each strategy searches a table whose results are told to it rounded, noisy, as
// ranks only, as better or worse only, shuffled and constant. What it then evaluates and hands over is judged by the table.
import { z } from "zod";
import { anyDesign } from "../../search/constraints/create-domain.ts";
import { difference, estimate, inWords, isClear } from "./estimates.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { regretChart } from "./regret-chart.ts";
import {
  type Feedback,
  openSearches,
  runSeeds,
  type SearchEnd,
  type TableSetting,
} from "./table-searches.ts";

const options = z.object({
  space: z.string().default("nas-bench-201").describe("a space with a published table"),
  dataset: z.string().default("cifar100").describe("a data set of that space"),
  strategies: z.string().default("hybrid,gp,tpe,evolution,local-search").describe("with commas between"),
  evaluations: z.int().min(2).default(25).describe("evaluations of each search"),
  seeds: z.int().min(2).default(20).describe("searches of each kind"),
  noisePoints: z.number().positive().default(0.5).describe("standard deviation of the noise, in points"),
});
type Options = z.output<typeof options>;

/** In the order of how much they still say. */
const kinds = ["exact", "rounded", "noisy", "rank", "better-or-worse", "shuffled", "constant"] as const;
type Kind = (typeof kinds)[number];

const meanings: Readonly<Record<Kind, string>> = {
  exact: "the accuracy of the table",
  rounded: "to whole points",
  noisy: "with noise added",
  rank: "the design's place among all, which keeps the order and loses the distances",
  "better-or-worse": "1 if better than all before, else 0",
  shuffled: "the accuracy of another design, drawn again for each",
  constant: "always one half",
};

function feedbackOf(kind: Kind, { table, domain }: TableSetting, noisePoints: number): Feedback {
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
      return ({ random }) => truth(anyDesign(domain.space, random));
    case "constant":
      return () => 0.5;
    default:
      return kind satisfies never;
  }
}

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
  const { evaluations, seeds } = given;
  const conversation = await setting.converse?.("model");
  const searches = await openSearches(given.space, given.dataset);
  const strategies = [
    ...given.strategies.split(",").map((name) => name.trim()),
    ...(conversation ? ["llm"] : []),
  ];
  const ends = new Map<string, SearchEnd[]>();
  for (const strategy of [...strategies, "random"]) {
    // Random search does not listen: one kind says all.
    for (const kind of strategy === "random" ? (["exact"] as const) : kinds) {
      setting.onProgress(`${strategy}, ${kind}`);
      const runs = await runSeeds(searches, seeds, (seed) => ({
        strategy,
        seed,
        evaluations,
        feedback: feedbackOf(kind, searches, given.noisePoints),
        signal: setting.signal,
        ...(strategy === "llm" && { conversation: conversation! }),
      }));
      ends.set(`${strategy} ${kind}`, runs);
    }
  }
  const regrets = (strategy: string, kind: Kind) =>
    ends.get(`${strategy} ${kind}`)!.map((end) => end.bestRegret01);
  const chance = regrets("random", "exact");
  const rows = strategies.flatMap((strategy) =>
    kinds.map((kind) => ({
      strategy,
      kind,
      found: estimate(regrets(strategy, kind)),
      handedOver: estimate(ends.get(`${strategy} ${kind}`)!.map((end) => end.chosenRegret01)),
      lost: difference(regrets(strategy, kind), regrets(strategy, "exact")),
      againstChance: difference(regrets(strategy, kind), chance),
    })),
  );
  const findings = strategies.map((strategy) => {
    const own = rows.filter((row) => row.strategy === strategy);
    const same = own.filter(({ kind, lost }) => kind !== "exact" && !(isClear(lost) && lost.mean > 0));
    const worse = own.filter(({ lost }) => isClear(lost) && lost.mean > 0);
    const noBetter = own.filter(({ againstChance }) => !(isClear(againstChance) && againstChance.mean < 0));
    const words = (list: typeof own) => list.map(({ kind }) => kind).join(", ") || "none";
    return `${strategy}: no significant loss under ${words(same)}; a loss under ${
      worse.map(({ kind, lost }) => `${kind} (${inWords(lost)} points)`).join(", ") || "none"
    }; no better than random search under ${words(noBetter)}.`;
  });
  const deaf = strategies.filter((strategy) => {
    const { lost } = rows.find((row) => row.strategy === strategy && row.kind === "constant")!;
    return !(isClear(lost) && lost.mean > 0);
  });
  return {
    findings: [
      ...findings,
      ...deaf.map(
        (strategy) =>
          `${strategy} finds as good a design when every figure is the same: within ${evaluations} evaluations on this table, its prior knowledge decides, and not what it is told.`,
      ),
    ],
    remarks: [
      ...(conversation
        ? []
        : [
            "No language model was named (--model), and recorded conversations cannot be told other figures: this answer is about classical strategies.",
          ]),
      ...(searches.table.selectedOn === "test" ? ["This table has test figures only."] : []),
      `The loss is the regret of the best of ${evaluations} evaluated designs, against the same seeds with exact figures. Under constant and shuffled figures a search cannot know which of its designs is best: see what it hands over.`,
    ],
    charts: strategies.map((strategy) =>
      regretChart(
        {
          name: `direction-${strategy}`,
          title: `${strategy}: the best of ${evaluations} designs, by what it was told`,
        },
        kinds.map((kind) => ({ name: kind, regrets: regrets(strategy, kind) })),
      ),
    ),
    tables: [
      {
        title: `Regret in points after ${evaluations} evaluations, ${seeds} seeds (random search: ${inWords(estimate(chance))})`,
        table: {
          columns: ["strategy", "told", "best evaluated", "handed over", "more than with exact figures"],
          rows: rows.map(({ strategy, kind, found, handedOver, lost }) => [
            strategy,
            kind,
            inWords(found),
            inWords(handedOver),
            kind === "exact" ? null : inWords(lost),
          ]),
        },
      },
      {
        title: "What was told",
        table: { columns: ["told", "meaning"], rows: kinds.map((kind) => [kind, meanings[kind]]) },
      },
    ],
    data: JSON.parse(JSON.stringify({ rows, random: estimate(chance) })),
    provenance: { ...searches.table.provenance, evaluations, seeds },
  };
}
