// Sentences for a terminal, broken between words, where the terminal itself would break within them.
import wrapAnsi from "wrap-ansi";
import { withUnitsHeld } from "../base/units.ts";

/**
 * The same text in lines of at most `columns` characters, each as far indented as the line that it continues. A line that
 * ends with a command stays whole, as it is copied, and so does a word that is longer than a line, such as a path.
 */
export const wrapped = (text: string, columns: number): string =>
  text
    .split("\n")
    .map((line) => {
      if (/: genius [a-z]+ \S/.test(line)) return line;
      const indent = /^ */.exec(line)?.[0] ?? "";
      const room = Math.max(20, columns - indent.length);
      const whole = withUnitsHeld(line.slice(indent.length));
      return indent + wrapAnsi(whole, room).replaceAll("\n", `\n${indent}`).replaceAll("\u00a0", " ");
    })
    .join("\n");
