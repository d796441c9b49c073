// What a report says of a run in tables, without markup: the HTML page and the Markdown text are made from the same.

import type { JsonValue } from "../base/json.ts";
import { counted, formatBytes, formatCount, formatPercent } from "../base/units.ts";
import { formatScore, metricWords } from "../metrics/index.ts";
import { proposerWords } from "../search/proposer-words.ts";
import { isScored, type Trial } from "../search/trial.ts";
import { spendingOf } from "../study/spending.ts";
import { designInWords } from "./best-name.ts";
import type { DataTable } from "./charts/chart.ts";
import { type ChecklistItem, runChecklist } from "./checklist.ts";
import { citation, type PublishedRow, publishedFor } from "./published.ts";
import { type RunReportInput, standings } from "./run-facts.ts";
import { violationInWords } from "./violation-words.ts";

/** What came of a trial, and why, in a few words. */
export function outcomeInWords(trial: Trial): string {
  const { outcome, proposal } = trial;
  if (proposal.nominalScore !== undefined) return "made up to start the search, not counted";
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

export function trialTable({ record, space }: RunReportInput): DataTable {
  const { metric } = record.header.config;
  const hasMemory = record.trials.some(({ cost }) => cost.ramBytes !== undefined);
  const bytes = (count: number | undefined) => (count === undefined ? null : formatBytes(count));
  return {
    columns: [
      "trial",
      "design",
      "comes from",
      "outcome",
      metricWords(metric),
      "expected",
      "parameters",
      "MACs",
      ...(hasMemory ? ["RAM", "flash"] : []),
    ],
    rows: record.trials.map((trial) => [
      trial.number,
      designInWords(space, trial.proposal),
      proposerWords(trial.proposal.by),
      outcomeInWords(trial),
      isScored(trial) ? formatScore(metric, trial.outcome.score) : null,
      trial.proposal.predicted === undefined ? null : formatScore(metric, trial.proposal.predicted.score),
      formatCount(trial.cost.paramCount),
      formatCount(trial.cost.macCount),
      ...(hasMemory ? [bytes(trial.cost.ramBytes), bytes(trial.cost.flashBytes)] : []),
    ]),
  };
}

/** Proposals that were not scored, or not as they were first proposed. */
export function troubleTable({ record, space }: RunReportInput): DataTable {
  const rows = record.trials.flatMap((trial): [number, string, string, string][] => {
    const { proposal } = trial;
    const name = designInWords(space, proposal);
    const repaired: [number, string, string, string][] =
      proposal.repairedFrom === undefined
        ? []
        : [
            [
              trial.number,
              designInWords(space, { choices: proposal.repairedFrom }),
              proposerWords(proposal.by),
              `broke a limit; repaired to ${name}`,
            ],
          ];
    const unscored = !isScored(trial) && proposal.nominalScore === undefined;
    return unscored
      ? [...repaired, [trial.number, name, proposerWords(proposal.by), outcomeInWords(trial)]]
      : repaired;
  });
  return { columns: ["trial", "design", "comes from", "what happened"], rows };
}

export function standingTable(input: RunReportInput): DataTable {
  const { metric } = input.record.header.config;
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
      formatScore(metric, entry.mean01),
      entry.ci95[0] === entry.ci95[1]
        ? entry.runs === 1
          ? "none: one run"
          : "none: all ended level"
        : `${formatScore(metric, entry.ci95[0])} to ${formatScore(metric, entry.ci95[1])}`,
      entry.lower,
      entry.equal,
      entry.higher,
    ]),
  };
}

/** Where each figure of the report comes from. */
export function sourceTable(input: RunReportInput): DataTable {
  const { record, selectedOn } = input;
  const { metric } = record.header.config;
  const best = record.selected;
  const seeds = [...new Set((input.baselines ?? []).map((run) => `${run.strategy} with seed ${run.seed}`))];
  const rows: [string, string][] = [
    [
      metric.name === "accuracy" ? "accuracies of the trials" : `${metricWords(metric)} of the trials`,
      `${selectedOn} data; the trials' lines in ${input.folder}/journal.jsonl, written by the evaluator “${record.header.config.evaluator}”`,
    ],
    ["parameters and multiply–accumulates", "counted on the network that the space makes of the design"],
  ];
  if (best !== undefined) rows.push(["the best network", `trial ${best.number} in the journal`]);
  if (record.result?.testMetrics?.[metric.name] !== undefined)
    rows.push([
      `${metricWords(metric)} on test data`,
      selectedOn === "test"
        ? "the published table, whose figure the search selected by"
        : "the result line of the journal; measured once, after the selection",
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
      `${input.folder}/conversation.jsonl, ${counted(input.calls.length, "call")}`,
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
  const spending = spendingOf(input.record, input.calls ?? []);
  const counted = spending.calls > 0 ? "counted" : "not counted";
  return runChecklist({
    space: config.space,
    dataset: config.dataset,
    strategy: config.strategy,
    evaluator: config.evaluator,
    tabular: input.tabular,
    allKnown: input.optimum01 !== undefined,
    seeds: [config.seed],
    baselines: standings(input).map(({ strategy, runs }) => ({ strategy, runs })),
    evaluations: spending.evaluations,
    milliseconds: spending.elapsedMs,
    model: config.model === undefined ? "none" : counted,
    provenance,
  });
}

export const checklistTable = (items: readonly ChecklistItem[]): DataTable => ({
  columns: ["no.", "practice", "here", "evidence"],
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
