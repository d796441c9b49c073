// What a report says of a run, as sentences and tables without markup: the HTML page and the Markdown text are made
// from the same words, so they cannot differ.
import type { JsonValue } from "../base/json.ts";
import { formatCount, formatDuration, formatPercent } from "../base/units.ts";
import type { StudyConfig } from "../record/journal-lines.ts";
import { isEvaluated, isScored, type Trial } from "../record/trial.ts";
import type { Violation } from "../spaces/domain.ts";
import type { DataTable } from "./charts/chart.ts";
import { type ChecklistItem, runChecklist } from "./checklist.ts";
import { selectedOnTest } from "./comparison.ts";
import { citation, type PublishedRow, publishedFor } from "./published.ts";
import { designName, type RunReportInput, selectedTrial, spendingOf, standings } from "./run-facts.ts";

export interface Answer {
  readonly question: string;
  readonly answer: string;
}

/** The four questions of a reader in a hurry. */
export function answers(input: RunReportInput): Answer[] {
  return [
    { question: "Which network is the best?", answer: bestInWords(input) },
    { question: "Is it better than random search?", answer: againstRandom(input) },
    { question: "What did it cost?", answer: costInWords(input) },
    { question: "Can I repeat it?", answer: repeatInWords(input) },
  ];
}

export function titleOf(input: RunReportInput): string {
  const { config } = input.record.header;
  const best = selectedTrial(input.record);
  const found = best === undefined ? "nothing scored yet" : formatPercent(best.outcome.accuracy01);
  return `${config.strategy} on ${config.space}, ${config.dataset}: ${found}`;
}

function bestInWords(input: RunReportInput): string {
  const { record, space, selectedOn } = input;
  const best = selectedTrial(record);
  if (best === undefined) return "None: no design was scored.";
  const evaluation = record.trials.filter(
    (trial) => trial.number <= best.number && isEvaluated(trial),
  ).length;
  const parts = [
    `${designName(space, best.proposal.choices)}, with ${formatPercent(best.outcome.accuracy01)} on ${selectedOn} data`,
    `${formatCount(best.cost.paramCount)} parameters and ${formatCount(best.cost.macCount)} multiply–accumulates`,
    `trial ${best.number}, evaluation ${evaluation} of ${spendingOf(input).evaluations}, proposed by ${best.proposal.by}`,
  ];
  const tested = record.result?.testAccuracy01;
  const test =
    selectedOn === "test"
      ? ` ${selectedOnTest}`
      : tested === undefined
        ? " It was not measured on test data."
        : ` On test data, measured once after the search: ${formatPercent(tested)}.`;
  return `${parts.join("; ")}.${test}`;
}

/** Says plainly how the run stands beside random search and the other baselines, or that nobody knows. */
export function againstRandom(input: RunReportInput): string {
  const standing = standings(input).find((entry) => entry.strategy === "random");
  if (standing === undefined) {
    return `Not known: no random search was run at the same budget. To know it, run: ${input.baselineCommand}`;
  }
  const { runs, lower, equal, higher, evaluations, mean01, ci95 } = standing;
  const interval = `${formatPercent(ci95[0])} to ${formatPercent(ci95[1])}`;
  const beside = `after the same ${evaluations} evaluations it is above ${lower}, level with ${equal} and below ${higher} of ${runs} runs of random search, whose mean is ${formatPercent(mean01)} (95 % interval ${interval}).${besideOthers(input)}`;
  if (input.record.header.config.strategy === "random") return `It is random search: ${beside}`;
  if (runs < 20) return `Hard to say from ${runs} ${runs === 1 ? "run" : "runs"} of random search: ${beside}`;
  if (higher + equal < 0.05 * runs) return `Yes: ${beside} It is one run; more seeds would say how often.`;
  return `${lower > runs / 2 ? "Not clearly" : "No"}: ${beside}`;
}

function besideOthers(input: RunReportInput): string {
  return standings(input)
    .filter(({ strategy }) => strategy !== "random")
    .map(({ strategy, runs, mean01, lower, equal }) => {
      const place =
        lower === runs ? "above" : lower + equal === 0 ? "below" : equal === runs ? "level with" : "among";
      return ` It is ${place} ${strategy} (${formatPercent(mean01)}${runs > 1 ? `, mean of ${runs} runs` : ""}).`;
    })
    .join("");
}

function costInWords(input: RunReportInput): string {
  const spending = spendingOf(input);
  const plural = (count: number, noun: string) =>
    `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const time = spending.elapsedMs === undefined ? "" : ` in ${formatDuration(spending.elapsedMs)}`;
  const training = input.tabular
    ? "Accuracies were looked up in a table; the trainings that it stands for are not counted."
    : `Training took ${formatDuration(spending.evaluationMs)}${spending.epochs > 0 ? ` for ${plural(spending.epochs, "epoch")}` : ""}.`;
  const work = `${plural(spending.evaluations, "evaluation")} from ${plural(spending.proposals, "proposal")}${time}. ${training}`;
  if (input.record.header.config.model === undefined) return `${work} No language model was used.`;
  if (spending.calls === 0)
    return `${work} The model's conversation is not in the folder, so its tokens are not known.`;
  const tokens =
    spending.inputTokens === undefined || spending.outputTokens === undefined
      ? "tokens not recorded"
      : `${formatCount(spending.inputTokens)} tokens read and ${formatCount(spending.outputTokens)} written`;
  const money =
    spending.usd === undefined
      ? "its price is not known"
      : `$${spending.usd.toFixed(spending.usd < 1 ? 4 : 2)}`;
  const { model } = input.record.header.config;
  const replayed = model?.startsWith("replay/")
    ? " These are the recorded figures; the replay itself cost nothing."
    : "";
  return `${work} The model ${model} was called ${plural(spending.calls, "time")}: ${tokens}, ${money}.${replayed}`;
}

function repeatInWords(input: RunReportInput): string {
  const { config } = input.record.header;
  const caveat =
    config.model === undefined || config.model.startsWith("replay/")
      ? "The same seed gives the same search."
      : "A language model may answer differently another time; its recorded answers are in conversation.jsonl.";
  return `${input.command} (seed ${config.seed}). ${caveat}`;
}

/** "the best network of mobile for ten classes of digits, with at most 20k parameters, in 30 evaluations, by gp". */
export function askedInWords(config: StudyConfig): string {
  const words = { ParamCount: "parameters", MacCount: "multiply–accumulates", LatencyMs: "ms" };
  const limits = Object.entries(config.limits).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    const noun = words[name.replace(/^(min|max)/, "") as keyof typeof words] ?? name;
    return `at ${name.startsWith("min") ? "least" : "most"} ${formatCount(value)} ${noun}`;
  });
  const limited = limits.length === 0 ? "" : `, with ${limits.join(" and ")}`;
  const proposer = config.model === undefined ? config.strategy : `${config.strategy} with ${config.model}`;
  return `the best network of ${config.space} for ${config.task}${limited}, in ${config.trials} evaluations, by ${proposer}`;
}

/** What came of a trial, and why, in a few words. */
function outcomeInWords(trial: Trial): string {
  const { outcome, proposal } = trial;
  if (proposal.nominalAccuracy01 !== undefined) return "made up to start the search, not counted";
  switch (outcome.kind) {
    case "scored":
      return outcome.remark === undefined ? "scored" : `scored; ${outcome.remark}`;
    case "infeasible":
      return `infeasible: ${outcome.violations.map(violationInWords).join("; ")}`;
    case "failed":
      return `${outcome.reason}: ${outcome.detail}`;
    default:
      return outcome satisfies never;
  }
}

function violationInWords({ quantity, value, bound, limit }: Violation): string {
  const side = bound === "max" ? "above" : "below";
  if (quantity === "latencyMs") return `latency ${value} ms ${side} the limit ${limit} ms`;
  const words = quantity === "macCount" ? "multiply–accumulates" : "parameters";
  return `${formatCount(value)} ${words}, ${side} the limit ${formatCount(limit)}`;
}

export function trialTable({ record, space }: RunReportInput): DataTable {
  return {
    columns: ["trial", "design", "proposed by", "outcome", "accuracy", "expected", "parameters", "MACs"],
    rows: record.trials.map((trial) => [
      trial.number,
      designName(space, trial.proposal.choices),
      trial.proposal.by,
      outcomeInWords(trial),
      isScored(trial) ? formatPercent(trial.outcome.accuracy01) : null,
      trial.proposal.predicted === undefined ? null : formatPercent(trial.proposal.predicted.accuracy01),
      formatCount(trial.cost.paramCount),
      formatCount(trial.cost.macCount),
    ]),
  };
}

/** Proposals that were not scored, or not as they were first proposed. */
export function troubleTable({ record, space }: RunReportInput): DataTable {
  const rows = record.trials.flatMap((trial): [number, string, string, string][] => {
    const { proposal } = trial;
    const name = designName(space, proposal.choices);
    const repaired: [number, string, string, string][] =
      proposal.repairedFrom === undefined
        ? []
        : [
            [
              trial.number,
              designName(space, proposal.repairedFrom),
              proposal.by,
              `broke a limit; repaired to ${name}`,
            ],
          ];
    const unscored = !isScored(trial) && proposal.nominalAccuracy01 === undefined;
    return unscored ? [...repaired, [trial.number, name, proposal.by, outcomeInWords(trial)]] : repaired;
  });
  return { columns: ["trial", "design", "proposed by", "what happened"], rows };
}

/** Decisions in which a design differs from the best one before it. */
export function changesOf({ record, space }: RunReportInput, trial: Trial): string | undefined {
  const before = record.trials.filter((other) => other.number < trial.number).filter(isScored);
  const parent = before.reduce<(typeof before)[number] | undefined>(
    (best, other) =>
      best === undefined || other.outcome.accuracy01 > best.outcome.accuracy01 ? other : best,
    undefined,
  );
  if (
    parent === undefined ||
    space === undefined ||
    parent.proposal.choices.length !== trial.proposal.choices.length
  )
    return undefined;
  const changes = space.decisions.flatMap(({ name, options }, index) => {
    const [from, to] = [parent.proposal.choices[index]!, trial.proposal.choices[index]!];
    return from === to ? [] : [`${name}: ${options[from]?.label ?? from} → ${options[to]?.label ?? to}`];
  });
  const compared = `the best before it, trial ${parent.number}`;
  return changes.length === 0
    ? `The same design as ${compared}.`
    : `Changed from ${compared}: ${changes.join("; ")}.`;
}

export function standingTable(input: RunReportInput): DataTable {
  return {
    columns: [
      "strategy",
      "runs",
      "evaluations",
      "mean best",
      "95 % interval",
      "this run is above",
      "level with",
      "below",
    ],
    rows: standings(input).map((entry) => [
      entry.strategy,
      entry.runs,
      entry.evaluations,
      formatPercent(entry.mean01),
      `${formatPercent(entry.ci95[0])} to ${formatPercent(entry.ci95[1])}`,
      entry.lower,
      entry.equal,
      entry.higher,
    ]),
  };
}

/** Where each figure of the report comes from. */
export function sourceTable(input: RunReportInput): DataTable {
  const { record, selectedOn } = input;
  const best = selectedTrial(record);
  const seeds = [...new Set((input.baselines ?? []).map((run) => `${run.strategy} with seed ${run.seed}`))];
  const rows: [string, string][] = [
    [
      "accuracies of the trials",
      `the trials' lines in ${input.folder}/journal.jsonl, as the evaluator ${record.header.config.evaluator} gave them, on ${selectedOn} data`,
    ],
    ["parameters and multiply–accumulates", "counted on the network that the space makes of the design"],
  ];
  if (best !== undefined) rows.push(["the best network", `trial ${best.number} in the journal`]);
  if (record.result?.testAccuracy01 !== undefined)
    rows.push([
      "accuracy on test data",
      "the result line of the journal; measured once, after the selection",
    ]);
  if (seeds.length > 0)
    rows.push([
      "baselines",
      `${seeds.length} runs made for this report: ${seeds.slice(0, 6).join(", ")}${seeds.length > 6 ? ", …" : ""}`,
    ]);
  if (input.optimum01 !== undefined)
    rows.push(["best of all designs", "the largest value of the published table"]);
  if (input.calls?.length)
    rows.push([
      "model calls, tokens, money",
      `${input.folder}/conversation.jsonl, ${input.calls.length} calls`,
    ]);
  return { columns: ["figure", "comes from"], rows };
}

/** The resolved configuration and what the figures stand on, one value a row. */
export function settingsTable({ record }: RunReportInput): DataTable {
  const { config, provenance, time } = record.header;
  const rows = [
    ...flat("", config as unknown as JsonValue),
    ...flat("provenance.", provenance),
    ["started", time] as const,
  ];
  return { columns: ["setting", "value"], rows };
}

function flat(path: string, value: JsonValue | undefined): (readonly [string, string])[] {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      flat(path === "" || path.endsWith(".") ? `${path}${key}` : `${path}.${key}`, inner),
    );
  }
  return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}

export function checklistOf(input: RunReportInput): ChecklistItem[] {
  const { config, provenance } = input.record.header;
  const spending = spendingOf(input);
  const counted = spending.inputTokens !== undefined ? "counted" : "not counted";
  return runChecklist({
    space: config.space,
    dataset: config.dataset,
    strategy: config.strategy,
    tabular: input.tabular,
    seeds: [config.seed],
    baselines: standings(input).map(({ strategy, runs }) => ({ strategy, runs })),
    evaluations: spending.evaluations,
    milliseconds: spending.elapsedMs ?? spending.evaluationMs,
    model: config.model === undefined ? "none" : counted,
    provenance,
  });
}

export const checklistTable = (items: readonly ChecklistItem[]): DataTable => ({
  columns: ["", "practice", "here", "evidence"],
  rows: items.map((item) => [item.number, item.practice, item.answer, item.evidence]),
});

/** Published results for the question of a run or a comparison; no rows when there are none. */
export function publishedTable(space: string, dataset: string): DataTable {
  const figure = (value: PublishedRow["testAccuracy01"]) =>
    value === undefined
      ? null
      : `${(value.mean * 100).toFixed(2)}${value.sd === undefined ? "" : ` ± ${(value.sd * 100).toFixed(2)}`}`;
  const runs = (row: PublishedRow) =>
    row.runs?.map((run) => `rank ${run.rank} (${formatPercent(run.accuracy01)})`).join(", ") ?? null;
  return withoutEmptyColumns({
    columns: [
      "method",
      "kind",
      "validation (%)",
      "test (%)",
      "single runs",
      "parameters",
      "MACs",
      "GPU days",
      "remark",
      "source",
    ],
    rows: publishedFor(space, dataset).map((row) => [
      row.method,
      row.kind,
      figure(row.validationAccuracy01),
      figure(row.testAccuracy01),
      runs(row),
      row.paramCount === undefined ? null : formatCount(row.paramCount),
      row.macCount === undefined ? null : formatCount(row.macCount),
      row.searchGpuDays ?? null,
      row.remark ?? null,
      citation(row),
    ]),
  });
}

/** The table without the columns in which no row has anything. */
function withoutEmptyColumns({ columns, rows }: DataTable): DataTable {
  const used = columns.map((_, index) => rows.some((row) => row[index] !== null && row[index] !== ""));
  const keep = <T>(cells: readonly T[]) => cells.filter((_, index) => used[index]);
  return { columns: keep(columns), rows: rows.map(keep) };
}
