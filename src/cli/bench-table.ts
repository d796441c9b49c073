// A bench in a terminal: one table a budget, the best first, and the verdict last, where the reader's eye is.
import { style } from "../base/terminal-text.ts";
import { type Comparison, comparisonTitle, findings, resultTable } from "../report/index.ts";
import { type TextTable, textTable } from "./text-table.ts";
import { wrapped } from "./wrapped.ts";

/** The first to go first, where the terminal is narrow. */
const optional = ["ms a trial", "validation (%)", "runs", "rank: median", "regret (%)"];

/** Where the terminal is too narrow for the intervals, too, means and deviations stay. */
function fitted(table: TextTable, width: number): string[] {
  const lines = textTable(table, { width, optional });
  if (lines.every((line) => [...line].length <= width)) return lines;
  const short = (cell: string | number | null) =>
    typeof cell === "string" && cell.includes("±") ? cell.replace(/ \([^)]*\)$/, "") : cell;
  return textTable({ ...table, rows: table.rows.map((row) => row.map(short)) }, { width, optional });
}

const figuresNote =
  "Figures are means over the runs ± their standard deviation; where there is room, the 95 % interval of the mean is in brackets.";

export function benchInWords(comparison: Comparison, width: number): string {
  const { columns, rows } = resultTable(comparison);
  const { results, notes } = comparison;
  const scoreOf = (place: number) =>
    (results[place]!.testScore ?? results[place]!.validationScore)?.mean ?? Number.NEGATIVE_INFINITY;
  const at = columns.indexOf("evaluations");
  const tables = comparison.evaluations.flatMap((evaluations) => {
    const places = results
      .flatMap((row, place) => (row.evaluations === evaluations ? [place] : []))
      .sort((a, b) => scoreOf(b) - scoreOf(a));
    // All rows of one budget have the same number.
    const without = <Cell>(row: readonly Cell[]) => row.filter((_, place) => place !== at);
    const shown = { columns: without(columns), rows: places.map((place) => without(rows[place]!)) };
    const [head = "", ...lines] = fitted(shown, width);
    return [`After ${evaluations} evaluations`, style("dim", head), ...lines, ""];
  });
  const [verdict = "", ...rest] = findings(comparison);
  return [
    style("bold", wrapped(comparisonTitle(comparison), width)),
    "",
    ...tables,
    ...(tables.some((line) => line.includes("±")) ? [style("dim", wrapped(figuresNote, width))] : []),
    ...notes.map((note) => style("dim", wrapped(note, width))),
    "",
    style("bold", wrapped(verdict, width)),
    ...rest.map((words) => wrapped(words, width)),
    "All tests and charts: --out bench.html",
    "",
  ].join("\n");
}
