// Where a mistake is in a text, and the text with the word that the reader of texts suggests for it. Pure.
import type { TextFaults } from "../../../../src/dashboard/api.ts";

type Fault = TextFaults["faults"][number];

/** The character at a line and a column, which count from 1. */
export function offsetOf(text: string, { line = 1, column = 1 }: Fault): number {
  const before = text.split("\n").slice(0, line - 1);
  return Math.min(text.length, before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1);
}

/** The end of the word that begins there; the same place where none does. */
export const wordEnd = (text: string, from: number): number =>
  from + (/^[\w-]+/.exec(text.slice(from))?.[0].length ?? 0);

/** The suggested word; undefined where none is suggested, or no word stands there. */
export function suggestionFor(text: string, fault: Fault): string | undefined {
  const from = offsetOf(text, fault);
  const [, wrong, word] = /"([^"]*)"\. Did you mean "([\w-]+)"\?$/.exec(fault.message) ?? [];
  return wrong !== undefined && text.slice(from, wordEnd(text, from)) === wrong ? word : undefined;
}

export function mended(text: string, fault: Fault): string {
  const from = offsetOf(text, fault);
  return text.slice(0, from) + (suggestionFor(text, fault) ?? "") + text.slice(wordEnd(text, from));
}
