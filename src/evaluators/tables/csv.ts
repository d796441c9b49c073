// A table as CSV, after RFC 4180: a first line with the names of the columns, the design's key first, then a line for each
// design. Numbers are read as numbers; an empty cell is missing. Lines that begin with # before the first are comments.
import { GeniusError } from "../../base/errors.ts";

/** @throws GeniusError `bad-data` for a file without a first line of names, a repeated key or a line of another length. */
export function rowsOfCsv(
  text: string,
  file: string,
): (readonly [key: string, row: Readonly<Record<string, unknown>>])[] {
  const [names, ...lines] = linesOf(text.replace(/^\uFEFF/, "").replace(/^(\s*#[^\r\n]*[\r\n]+)+/, ""));
  if (names === undefined || names.length < 2) {
    throw new GeniusError(
      "bad-data",
      `${file}: the first line must name the columns, such as design,validation,test.`,
    );
  }
  const [, ...fields] = names.map((name) => name.trim());
  const seen = new Set<string>();
  return lines.map((cells, index) => {
    const [first = "", ...values] = cells;
    const key = first.trim();
    if (cells.length !== names.length || seen.has(key)) {
      const problem = seen.has(key)
        ? `the key "${key}" stands there twice`
        : `${names.length} cells were expected, and there are ${cells.length}`;
      throw new GeniusError("bad-data", `${file}, row ${index + 2}: ${problem}.`);
    }
    seen.add(key);
    return [key, Object.fromEntries(fields.map((name, place) => [name, cellValue(values[place] as string)]))];
  });
}

function cellValue(cell: string): unknown {
  const trimmed = cell.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed);
  return Number.isNaN(number) ? trimmed : number;
}

/** The cells of every line that is not empty; a quoted cell may hold commas, line breaks and doubled quotes. */
function linesOf(text: string): string[][] {
  const lines: string[][] = [[]];
  let isOpen = false;
  const cell = /("(?:[^"]|"")*"|[^,"\r\n]*)(,|\r?\n|\r|$)/y;
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex;
    const [, value = "", end = ""] = cell.exec(text) ?? [];
    isOpen = end === ",";
    // What no rule reads (a quote inside a cell) is taken as it is, to the end of the line.
    if (cell.lastIndex <= start) {
      const rest = text.slice(start).split(/[\r\n]/, 1)[0] as string;
      lines.at(-1)?.push(rest);
      cell.lastIndex = start + rest.length;
      continue;
    }
    lines.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== "," && end !== "") lines.push([]);
  }
  // A comma at the very end opens one more cell.
  if (isOpen) lines.at(-1)?.push("");
  return lines.filter((cells) => cells.some((value) => value.trim() !== ""));
}
