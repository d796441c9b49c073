// A bench in a terminal: one table a budget, the best first, and the verdict last, where the reader's eye is.
import { style } from "../base/terminal-text.ts";
import { type Comparison, comparisonTitle, findings, resultTable } from "../report/index.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrapped.ts";

/** The first to go first, where the terminal is narrow. */
const optional = ["ms a trial", "validation (%)", "runs", "rank: median", "regret (%)"];

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
    const [head = "", ...lines] = textTable(shown, { width, optional });
    return [`After ${evaluations} evaluations`, style("dim", head), ...lines, ""];
  });
  const [verdict = "", ...rest] = findings(comparison);
  return [
    style("bold", wrapped(comparisonTitle(comparison), width)),
    "",
    ...tables,
    ...notes.map((note) => style("dim", wrapped(note, width))),
    "",
    style("bold", wrapped(verdict, width)),
    ...rest.map((words) => wrapped(words, width)),
    "All tests and charts: --out bench.html",
    "",
  ].join("\n");
}
