// The columns that the list of trials can have, and which of its rows are wanted in which order. Pure.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { choicesAt, isScored, rowsByNumber, type TrialTable } from "../api/trial-table.ts";
import { formatBytes, formatCount, formatDuration, formatScore, metricWords } from "../format.ts";
import { changedWords, outcomeWords } from "../words.ts";
import { quantityWords } from "./axes.ts";
import { nameAt } from "./trial-words.ts";

export interface TrialColumn {
  readonly key: string;
  readonly words: string;
  /** Of a grid: `76px`, `minmax(90px, 2fr)`. */
  readonly width: string;
  /** What it is sorted and filtered by; undefined where there is none. */
  readonly value: (row: number) => number | string | undefined;
  readonly text: (row: number) => string | number;
  /** A number that a person may bound; `scale` is what stands for 1 in the field: 0.01 for percent. */
  readonly range?: { readonly scale: number; readonly unit: string };
}

/** All columns of the run, the decisions among them at the end. */
export function columnsOf(detail: RunDetail, trials: TrialTable): TrialColumn[] {
  const { columns } = trials;
  const { metric } = detail;
  const isShare = metric.unit === "share";
  const score = { scale: isShare ? 0.01 : 1, unit: isShare ? "%" : metric.unit };
  const known = (value: number | null | undefined) => value ?? undefined;
  const has = (values: readonly (number | null)[]) => values.some((value) => value !== null);
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : formatScore(metric, value);
  const optional = (condition: boolean, column: TrialColumn) => (condition ? [column] : []);
  return [
    {
      ...{ key: "trial", words: "trial", width: "56px" },
      value: (row) => columns.number[row],
      text: (row) => columns.number[row]!,
      range: { scale: 1, unit: "" },
    },
    {
      ...{ key: "design", words: "design", width: "minmax(100px, 2fr)" },
      value: (row) => nameAt(detail, trials, row),
      text: (row) => nameAt(detail, trials, row),
    },
    {
      ...{ key: "outcome", words: "outcome", width: "minmax(100px, 1.6fr)" },
      value: (row) => outcomeText(trials, row),
      text: (row) => outcomeText(trials, row),
    },
    {
      ...{ key: "score", words: metricWords(metric), width: "86px", range: score },
      value: (row) => known(columns.score[row]),
      text: (row) => figure(columns.score[row]),
    },
    ...optional(has(columns.predicted01), {
      ...{ key: "expected", words: "expected", width: "86px", range: score },
      value: (row) => known(columns.predicted01[row]),
      text: (row) => figure(columns.predicted01[row]),
    }),
    {
      ...{ key: "params", words: "parameters", width: "98px", range: { scale: 1, unit: "" } },
      value: (row) => columns.paramCount[row],
      text: (row) => formatCount(columns.paramCount[row]!),
    },
    {
      ...{ key: "macs", words: "MACs", width: "74px", range: { scale: 1, unit: "" } },
      value: (row) => columns.macCount[row],
      text: (row) => formatCount(columns.macCount[row]!),
    },
    ...(["ramBytes", "flashBytes"] as const).flatMap((name) =>
      optional(has(columns[name]), {
        ...{ key: name, words: quantityWords[name], width: "86px", range: { scale: 1024, unit: "KiB" } },
        value: (row) => known(columns[name][row]),
        text: (row) => {
          const bytes = columns[name][row] ?? null;
          return bytes === null ? "" : formatBytes(bytes);
        },
      }),
    ),
    ...optional(has(columns.latencyMs), {
      ...{ key: "latency", words: "latency", width: "86px", range: { scale: 1, unit: "ms" } },
      value: (row) => known(columns.latencyMs[row]),
      text: (row) => {
        const latency = columns.latencyMs[row] ?? null;
        return latency === null ? "" : `${Number(latency.toPrecision(3))} ms`;
      },
    }),
    {
      ...{ key: "took", words: "took", width: "96px", range: { scale: 1000, unit: "s" } },
      value: (row) => columns.spentMs[row],
      text: (row) => formatDuration(columns.spentMs[row]!),
    },
    {
      ...{ key: "ended", words: "ended after", width: "108px" },
      value: (row) => columns.finishedMs[row],
      text: (row) => formatDuration(columns.finishedMs[row]!),
    },
    {
      ...{ key: "by", words: "proposed by", width: "minmax(106px, 1fr)" },
      value: (row) => columns.by[row],
      text: (row) => columns.by[row]!,
    },
    ...(detail.decisions ?? []).map(
      ({ name, options }, place): TrialColumn => ({
        ...{ key: `decision ${place}`, words: name, width: "minmax(100px, 1fr)" },
        value: (row) => choicesAt(trials, row)[place],
        text: (row) => options[choicesAt(trials, row)[place] ?? -1] ?? "",
      }),
    ),
  ];
}

function outcomeText({ columns }: TrialTable, row: number): string {
  const changed = changedWords[columns.changed[row]!];
  const outcome = outcomeWords[columns.outcome[row]!];
  return changed === "" ? outcome : `${outcome}, ${changed}`;
}

/** Those that a person has not asked for are left out at first. */
export const firstColumns = (isNarrow: boolean): readonly string[] =>
  isNarrow
    ? ["trial", "design", "score"]
    : [
        "trial",
        "design",
        "outcome",
        "score",
        "expected",
        "params",
        "macs",
        "ramBytes",
        "flashBytes",
        "latency",
        "by",
      ];

export interface TrialsWanted {
  readonly sort: { readonly key: string; readonly isDown: boolean };
  readonly outcome: "all" | "scored" | "trouble";
  readonly text: string;
  /** By column, as typed. */
  readonly ranges: Readonly<Record<string, { readonly min: string; readonly max: string }>>;
}

export function rowsOf(
  trials: TrialTable,
  columns: readonly TrialColumn[],
  { sort, outcome, text, ranges }: TrialsWanted,
): number[] {
  const bounds = columns.flatMap(({ key, value, range }) => {
    const typed = ranges[key];
    if (range === undefined || typed === undefined) return [];
    const [min, max] = [numberIn(typed.min), numberIn(typed.max)];
    return min === undefined && max === undefined
      ? []
      : [{ value, min: (min ?? -Infinity) * range.scale, max: (max ?? Infinity) * range.scale }];
  });
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const searched = columns.filter(({ key }) => ["design", "outcome", "by"].includes(key));
  const rows = rowsByNumber(trials).filter((row) => {
    const asProposed = isScored(trials, row) && trials.columns.changed[row] === 0;
    if (outcome === "scored" && !isScored(trials, row)) return false;
    if (outcome === "trouble" && asProposed) return false;
    for (const { value, min, max } of bounds) {
      const own = value(row);
      // A bound may be typed with fewer digits than the figure has.
      if (typeof own !== "number" || own < min - 1e-9 || own > max + 1e-9) return false;
    }
    if (words.length === 0) return true;
    const said = searched
      .map((column) => column.text(row))
      .join(" ")
      .toLowerCase();
    return words.every((word) => said.includes(word));
  });
  const column = columns.find(({ key }) => key === sort.key);
  if (column === undefined || (sort.key === "trial" && !sort.isDown)) return rows;
  const values = new Map(rows.map((row) => [row, column.value(row)]));
  const sign = sort.isDown ? -1 : 1;
  return rows.sort((a, b) => {
    const [left, right] = [values.get(a), values.get(b)];
    // What is not known comes last, whichever way it is sorted.
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right), "en", { numeric: true });
  });
}

const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/** "20k" as 20000; undefined for what is no number. */
export function numberIn(text: string): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*([kmg]?)\s*$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * factors[match[2]!.toLowerCase()]!;
}
