// Choices as text: the string of digits that published tables use as key, a list of digits, or whatever else
// the space can read. The digits start at the space's `firstDigit`; in memory choices are indices from 0.
import { GeniusError } from "../base/errors.ts";
import type { Choices, Space } from "./space.ts";

/** The digits of a design as the space writes them, for JSON: `[0, 2, 0, 1]`. */
export function toDigits(space: Space, choices: Choices): number[] {
  return choices.map((choice) => choice + space.firstDigit);
}

/** The key of a design: its digits without separators, or with commas where an option has two digits. */
export function keyOf(space: Space, choices: Choices): string {
  const digits = toDigits(space, choices);
  return digits.every((digit) => digit <= 9) ? digits.join("") : digits.join(",");
}

/**
 * Reads choices written as `02012100`, `0,2,0,1,2,1,0,0`, `[0, 2, …]` or in the space's own notation.
 * @throws GeniusError `bad-choices`, which says what is allowed at which decision.
 */
export function parseChoices(space: Space, text: string): Choices {
  const trimmed = text.trim();
  const own = space.parse?.(trimmed);
  if (own !== undefined) return own;
  if (space.decisions.length === 0) throw noAlternatives(space);
  // No two parts that follow each other can match the same spaces: a long line is read in one pass.
  const list = /^\[?\s*(-?\d+(?:(?:\s*,\s*|\s+)-?\d+)*)\s*(?:,\s*)?\]?$/.exec(trimmed)?.[1];
  if (list === undefined) {
    throw new GeniusError(
      "bad-choices",
      `"${begun(trimmed)}" is no list of choices for ${space.name}. ${expected(space)}`,
    );
  }
  const parts = /^\d+$/.test(list) && space.decisions.length > 1 ? [...list] : list.split(/[,\s]+/);
  return fromDigits(space, parts.map(Number));
}

/** Checks digits (numbered from the space's `firstDigit`) and turns them into choices. */
export function fromDigits(space: Space, digits: readonly number[]): Choices {
  const { decisions, firstDigit } = space;
  if (decisions.length === 0 && digits.length > 0) throw noAlternatives(space);
  if (digits.length !== decisions.length) {
    throw new GeniusError(
      "bad-choices",
      `${digits.length} choices were given and ${space.name} has ${decisions.length} decisions. ${expected(space)}`,
    );
  }
  return digits.map((digit, index) => {
    const decision = decisions[index]!;
    const last = firstDigit + decision.options.length - 1;
    if (!Number.isInteger(digit) || digit < firstDigit || digit > last) {
      throw new GeniusError(
        "bad-choices",
        `Choice ${index + 1} of ${space.name} (${decision.name}) is ${digit}; allowed are ${firstDigit} to ${last}.`,
      );
    }
    return digit - firstDigit;
  });
}

/** The beginning of what may be long. */
const begun = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 79)}…`);

function noAlternatives({ name }: Space): GeniusError {
  return new GeniusError(
    "bad-choices",
    `${name} has no alternatives: it is one network, and there is nothing to choose. Leave out the choices.`,
  );
}

function expected(space: Space): string {
  const { firstDigit, decisions } = space;
  const example = decisions.map((decision) => firstDigit + decision.options.length - 1);
  const most = Math.max(...example);
  const joined = most <= 9 ? example.join("") : example.join(",");
  return `Write one number from ${firstDigit} to at most ${most} for each of its ${decisions.length} decisions, such as ${joined}.`;
}
