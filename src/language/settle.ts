// The text of one design of a space that is a text: every pair of braces replaced by the option that was chosen, everything else as
// it was written, comments too. It reads to the same network as the design.
import type { Choices, Space } from "../search/space.ts";
import type { Program } from "./program.ts";
import { readProgram } from "./read.ts";

/** The text of a design of a space; undefined where the space has none. */
export function designText(space: Space, choices: Choices): string | undefined {
  const text = space.asText?.();
  return text === undefined || "unsayable" in text
    ? undefined
    : settledText(readProgram(text.text, space.name), choices);
}

/** @param choices One option's index per open choice of the program. */
export function settledText(
  { text, choices }: Pick<Program, "text" | "choices">,
  chosen: readonly number[],
): string {
  let settled = text;
  // From the last to the first, so that what is nested is settled before what it is nested in, and places stay where they are.
  for (let index = choices.length - 1; index >= 0; index -= 1) {
    const choice = choices[index] as Program["choices"][number];
    const { parts, end } = bracesAt(settled, choice.offset);
    const option = (parts[chosen[index] as number] ?? "").trim();
    settled =
      settled.slice(0, choice.offset) +
      bare(option, settled, { from: choice.offset, to: end }) +
      settled.slice(end);
  }
  return settled;
}

/** The parts between the signs of a pair of braces, and the place behind it. */
function bracesAt(text: string, from: number): { readonly parts: readonly string[]; readonly end: number } {
  const parts: string[] = [];
  let depth = 0;
  let begun = from + 1;
  for (let place = from; place < text.length; place += 1) {
    const sign = text[place] as string;
    if (sign === "#")
      place = Math.max(place, text.indexOf("\n", place) === -1 ? text.length : text.indexOf("\n", place));
    if (sign === "{" || sign === "(") depth += 1;
    if (sign === "}" || sign === ")") depth -= 1;
    const isBetween = depth === 1 && sign === "|";
    if (isBetween || depth === 0) {
      parts.push(text.slice(begun, place));
      begun = place + 1;
    }
    if (depth === 0) return { parts, end: place + 1 };
  }
  return { parts, end: text.length };
}

/** An option in the place of its braces: `k{3|5}` becomes k3, and several layers with a repeat stay in brackets. */
function bare(
  option: string,
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const isGlued = /[A-Za-z_]/.test(text[from - 1] ?? "");
  if (isGlued) return /^\d+(x\d+)?$/.test(option) ? option : `=${option}`;
  const isNumber = /^[\d.x]+$/.test(option);
  const isRepeated = /^\s*x[\d{=]/.test(text.slice(to));
  return !isNumber && isRepeated ? `(${option})` : option;
}
