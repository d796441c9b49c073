// A table for a terminal: columns aligned, figures to the right, and where it is narrow the columns that matter least left out.
import { terminalSafe } from "../base/terminal-text.ts";

export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

const gap = "  ";
const lengthOf = (text: string) => [...text].length;

/** One line a row, after a line of names. `optional`: columns that may go, the first to go first. */
export function textTable(
  table: TextTable,
  { width, optional = [] }: { readonly width: number; readonly optional?: readonly string[] },
): string[] {
  const cells = [table.columns, ...table.rows].map((row) =>
    row.map((cell) => terminalSafe(cell === null ? "" : String(cell))),
  );
  const widths = table.columns.map((_, place) => Math.max(...cells.map((row) => lengthOf(row[place] ?? ""))));
  let kept = table.columns.map((_, place) => place);
  const isTooWide = () =>
    kept.reduce((sum, place) => sum + widths[place]!, 0) + gap.length * (kept.length - 1) > width;
  for (const name of optional) {
    if (!isTooWide()) break;
    kept = kept.filter((place) => table.columns[place] !== name);
  }
  const isFigures = (place: number) =>
    cells.slice(1).every((row) => /^([-−+<]?[\d.,]|–$|$|none$|not known$)/.test(row[place] ?? ""));
  const right = new Set(kept.filter(isFigures));
  return cells.map((row) =>
    kept
      .map((place) => {
        const text = row[place] ?? "";
        const room = " ".repeat(widths[place]! - lengthOf(text));
        return right.has(place) ? `${room}${text}` : `${text}${room}`;
      })
      .join(gap)
      .trimEnd(),
  );
}
