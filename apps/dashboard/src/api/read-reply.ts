// What the server sends, as the page may show it: reasons, names and replies of models come from outside, and may hold
// characters that are not seen but act, such as overrides that reorder a line.
import { hasHidden, withoutHidden } from "../../../../src/base/hidden-characters.ts";

/** Parses JSON with U+FFFD for each hidden character, in all texts but a run's id, by which the server knows it. */
export function readReply(text: string): unknown {
  // The common case, and far faster for a table of many trials.
  if (!hasHidden(text) && !/\\[bfru]/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (name, value: unknown) =>
    typeof value === "string" && name !== "id" ? withoutHidden(value.replace(/\r\n?/g, "\n")) : value,
  );
}
