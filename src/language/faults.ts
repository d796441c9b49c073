// Mistakes in a text: where, what was expected, and the nearest right word. Several are collected where reading can continue.
// It knows nothing of networks.
import { GeniusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A mistake at a character of the text. */
export interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** Where a character stands; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake as a page marks it. */
export interface PlacedFault extends Place {
  readonly message: string;
}

/** A mistake that ends the reading of a statement. */
export class FaultError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** More mistakes than these are not shown: most follow from the first. */
const maxShown = 5;

const lineEnd = /\r\n?|\n/;

export function placeOf(text: string, offset: number): Place {
  const before = text
    .slice(0, offset)
    .replace(/^\uFEFF/, "")
    .split(lineEnd);
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

/** The line of the text that holds a character. */
export function lineAt(text: string, offset: number): string {
  return text.replace(/^\uFEFF/, "").split(lineEnd)[placeOf(text, offset).line - 1] as string;
}

/** `"cnv". Did you mean "conv"?` */
export function withNearest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `"${word}".` : `"${word}". Did you mean "${near}"?`;
}

/** The error that shows all mistakes of a text called `source`, each with its line and a mark below the place. */
export function errorOf(text: string, source: string, faults: readonly Fault[]): GeniusError {
  const shown = faults.slice(0, maxShown).map(({ offset, message }) => {
    const { line, column } = placeOf(text, offset);
    // A long line is cut around the place.
    const from = Math.max(0, column - 61);
    const excerpt = lineAt(text, offset)
      .slice(from, from + 100)
      .replaceAll("\t", " ");
    return `line ${line}, column ${column}: ${message}\n    ${excerpt}\n    ${" ".repeat(column - 1 - from)}^`;
  });
  const rest = faults.length - shown.length;
  const more = rest > 0 ? `\n… and ${rest} more` : "";
  const count = faults.length === 1 ? "" : ` ${faults.length} mistakes`;
  const cause = new PlacedFaults(
    faults.map(({ offset, message }) => ({ ...placeOf(text, offset), message })),
  );
  return new GeniusError("bad-file", `${source}:${count}\n${shown.join("\n")}${more}`, { cause });
}

/** Behind the error of a text: its mistakes by themselves. */
class PlacedFaults extends Error {
  readonly faults: readonly PlacedFault[];

  constructor(faults: readonly PlacedFault[]) {
    super("mistakes in a text");
    this.faults = faults;
  }
}

/** The mistakes that an error of {@link errorOf} is made of; undefined for other errors. */
export const placedFaults = ({ cause }: GeniusError): readonly PlacedFault[] | undefined =>
  cause instanceof PlacedFaults ? cause.faults : undefined;
