// The fourteen best practices for research on architecture search, answered from what is known about a bench or a
// run. The program answers `yes` only where it has the evidence, which stands beside each answer.
// Source: Lindauer and Hutter (2020), "Best practices for scientific research on neural architecture search",
// JMLR 21(243), first published in 2019 as arXiv:1909.02453.
import type { JsonObject } from "../base/json.ts";
import { counted, formatDuration } from "../base/units.ts";
import { type Bench, strategiesOf } from "./bench.ts";

export interface ChecklistItem {
  /** The practice's number in the paper, from 1 to 14. */
  readonly number: number;
  readonly practice: string;
  readonly answer: "yes" | "no" | "not applicable";
  readonly evidence: string;
}

export const checklistSource = "Lindauer and Hutter, JMLR 21(243), 2020 (arXiv:1909.02453)";

const practices = [
  "Release the code of the training pipeline",
  "Release the code of the search method",
  "Do not wait with it until the code is cleaned up",
  "Use the same benchmark (data, split, space, training), not just the same data set",
  "Run ablation studies",
  "Use the same evaluation protocol for all methods",
  "Evaluate performance as a function of compute",
  "Compare against random sampling and random search",
  "Perform several runs with different seeds",
  "Use tabular or surrogate benchmarks if possible",
  "Control confounding factors",
  "Report how hyperparameters were tuned",
  "Report the resources of the whole method, end to end",
  "Report all details of the experimental setup",
] as const;

type Answer = readonly [answer: ChecklistItem["answer"], evidence: string];

function filled(answers: readonly Answer[]): ChecklistItem[] {
  return practices.map((practice, index) => {
    const [answer, evidence] = answers[index]!;
    return { number: index + 1, practice, answer, evidence };
  });
}

/** The checklist of a comparison on a table. */
export function benchChecklist(bench: Bench): ChecklistItem[] {
  const strategies = strategiesOf(bench);
  const seedsOf = strategies.map((strategy) =>
    bench.traces
      .filter((trace) => trace.strategy === strategy)
      .map((trace) => trace.seed)
      .sort((a, b) => a - b),
  );
  const sameSeeds = seedsOf.every((seeds) => seeds.join() === seedsOf[0]!.join());
  const seeds = seedsOf[0] ?? [];
  const code = codeAnswer(bench.provenance);
  return filled([
    [
      "not applicable",
      {
        "published table":
          "Nothing was trained: the accuracies are read from a published table, whose networks its authors trained.",
        "own table": "Nothing was trained: the figures are read from a table of your own.",
        evaluator: "How designs are evaluated is the matter of an evaluator of your own.",
      }[bench.source],
    ],
    code,
    code,
    [
      "yes",
      `Every strategy was asked for designs of ${bench.space} and got its figures from the same ${{ evaluator: "evaluator", "own table": "table, which is your own", "published table": `table of ${bench.dataset}` }[bench.source]}.`,
    ],
    ["no", "Whole strategies were compared; which part of one makes the difference was not measured here."],
    sameSeeds
      ? [
          "yes",
          `Each strategy had ${Math.max(...bench.evaluations)} evaluations and the same ${seeds.length} seeds, and was judged on the design it would hand over.`,
        ]
      : ["no", "The strategies did not run with the same seeds."],
    [
      "yes",
      `The figures are given at ${bench.evaluations.join(", ")} evaluations, as curves over all of them, and with the time of a proposal.`,
    ],
    strategies.includes("random")
      ? ["yes", "Random search was run at the same budgets; its first evaluation is random sampling."]
      : ["no", "Random search was not run."],
    seedsAnswer(seeds),
    bench.source === "evaluator"
      ? ["no", "Each design was evaluated when a strategy asked for it; not all of them are known."]
      : [
          "yes",
          `${bench.source === "own table" ? "The figures are a table of your own" : `${bench.space} on ${bench.dataset} is a table`}${bench.designCount === undefined ? "" : `${bench.source === "own table" ? "," : ""} of ${bench.designCount} designs`}.`,
        ],
    [
      "yes",
      `All strategies ran in one command with the same program and table${bench.sameStart ? ", and for each seed began with the same design" : "; they chose their own first designs"}.`,
    ],
    [
      "no",
      "The strategies ran with the options recorded under provenance. How their defaults were tuned is not known to the program.",
    ],
    [
      "yes",
      `The whole bench took ${formatDuration(bench.milliseconds)}; time for a proposal, model calls and tokens are listed by strategy. The trainings behind the table are not counted.`,
    ],
    detailsAnswer(bench.provenance),
  ]);
}

/** What the checklist of a single run depends on. */
export interface RunFacts {
  readonly space: string;
  readonly dataset: string;
  readonly strategy: string;
  readonly evaluator: string;
  /** Whether figures were looked up instead of trained. */
  readonly tabular: boolean;
  /** Whether the figures of all designs are known, as in a published table. */
  readonly allKnown: boolean;
  /** Seeds of the runs of this strategy that are reported together. */
  readonly seeds: readonly number[];
  /** Strategies that were run at equal budget, with their number of runs. */
  readonly baselines: readonly { readonly strategy: string; readonly runs: number }[];
  readonly evaluations: number;
  readonly milliseconds: number;
  /** Whether tokens and calls of a model are known, if there was a model. */
  readonly model: "none" | "counted" | "not counted";
  readonly provenance: JsonObject;
}

/** The checklist of a run, or of several runs of one question. */
export function runChecklist(facts: RunFacts): ChecklistItem[] {
  const code = codeAnswer(facts.provenance);
  const names = facts.baselines.map((baseline) => baseline.strategy);
  const compared = names.length > 0;
  const table: Answer = [
    "not applicable",
    `Nothing was trained here: the accuracies were looked up with the evaluator ${facts.evaluator}.`,
  ];
  const alone: Answer = [
    "not applicable",
    "Only one method was run, so there is nothing to compare it with.",
  ];
  return filled([
    facts.tabular
      ? table
      : [code[0], `${code[1]} The training is part of it, and its settings are in the run's journal.`],
    code,
    code,
    compared
      ? [
          "yes",
          `Baselines searched the same space ${facts.space} with the same evaluations of ${facts.dataset}: ${names.join(", ")}.`,
        ]
      : alone,
    ["no", "No part of the method was switched off to see what it is worth."],
    compared
      ? ["yes", `Each had ${facts.evaluations} evaluations and was judged on the best design by then.`]
      : alone,
    ["yes", "The best design so far is shown after every evaluation, with the time and the calls spent."],
    names.includes("random")
      ? [
          "yes",
          `Random search had the same ${facts.evaluations} evaluations, ${runsOf(facts, "random")} runs; its first evaluation is random sampling.`,
        ]
      : facts.strategy === "random"
        ? ["not applicable", "The method is random search itself."]
        : [
            "no",
            "Random search was not run at equal budget, so nothing here says that the method is better than chance.",
          ],
    seedsAnswer(facts.seeds),
    facts.allKnown
      ? ["yes", `The figures are those of a table of ${facts.space} on ${facts.dataset}.`]
      : [
          "no",
          `Not all designs of ${facts.space} are known on ${facts.dataset}. The strategy itself can be compared on a published table with "genius bench".`,
        ],
    compared
      ? ["yes", "Baselines and method used the same program and the same evaluator."]
      : ["not applicable", "Only one method was run."],
    [
      "no",
      "The method ran with the options recorded in the journal. How its defaults were tuned is not known to the program.",
    ],
    facts.model === "not counted"
      ? ["no", "A model was used whose calls and tokens are not known for this run."]
      : [
          "yes",
          `${counted(facts.evaluations, "evaluation")} took ${formatDuration(facts.milliseconds)}${facts.model === "counted" ? ", and the model's calls and tokens are listed" : " and no model was used"}.`,
        ],
    detailsAnswer(facts.provenance),
  ]);
}

const runsOf = (facts: RunFacts, strategy: string) =>
  facts.baselines.find((baseline) => baseline.strategy === strategy)?.runs ?? 0;

function codeAnswer(provenance: JsonObject): Answer {
  const known = ["genius", "version", "commit"].flatMap((key) => {
    const value = provenance[key];
    if (typeof value !== "string") return [];
    return [
      key === "genius" ? `version ${value}` : `${key} ${value.slice(0, key === "commit" ? 12 : undefined)}`,
    ];
  });
  return known.length > 0
    ? ["yes", `All of it is genius-nas, ${known.join(", ")}.`]
    : ["no", "Neither version nor commit of the program was recorded."];
}

function seedsAnswer(seeds: readonly number[]): Answer {
  if (seeds.length === 0) return ["no", "No run was finished."];
  if (seeds.length === 1) return ["no", `One run, with seed ${seeds[0]}.`];
  const list = seeds.length <= 12 ? seeds.join(", ") : `${seeds[0]} to ${seeds.at(-1)}`;
  return ["yes", `${seeds.length} runs, with seeds ${list}; figures are given with 95 % intervals.`];
}

function detailsAnswer(provenance: JsonObject): Answer {
  const keys = Object.keys(provenance);
  return keys.length > 0
    ? ["yes", `Recorded: ${keys.join(", ")}, and the resolved options.`]
    : ["no", "No provenance was recorded."];
}
