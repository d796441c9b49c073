// Text of the C language: names, strings, comments and numbers, written so that nothing that comes from outside (class names,
// names of networks and nodes) can become code.
import { GeniusError } from "../../base/errors.ts";

/** Headers that `#include <…>` must still find when the exported folder is searched first. */
const standardHeaders = new Set(
  "assert complex ctype errno fenv float inttypes iso646 limits locale main math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar unistd wchar wctype".split(
    " ",
  ),
);

/** A name for functions and files: letters, digits and underscores, at most 40. `fallback` where nothing is left of it. */
export function identifier(name: string, fallback = "network"): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  if (plain === "") return fallback;
  if (/^[0-9]/.test(plain)) return `${fallback}_${plain}`;
  return standardHeaders.has(plain) ? `${plain}_${fallback}` : plain;
}

/**
 * The inside of a comment: printable ASCII without what ends or starts a comment, joins lines (a backslash) or is a trigraph.
 */
export function commentText(text: string): string {
  return text
    .replaceAll("×", "x")
    .replace(/[^ -~]/g, "_")
    .replace(/[\\?]/g, "_")
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *");
}

/** A string literal: UTF-8, with everything but plain ASCII as octal escapes, which always have three digits. */
export function stringLiteral(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const characters = Array.from(bytes, (byte) =>
    // A question mark is escaped because two of them begin a trigraph; a NUL would end the string.
    byte === 0
      ? " "
      : byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c || byte === 0x3f
        ? `\\${byte.toString(8).padStart(3, "0")}`
        : String.fromCharCode(byte),
  );
  return `"${characters.join("")}"`;
}

/** A float literal that reads back to exactly the same float. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (single === Number.POSITIVE_INFINITY) return "INFINITY";
  if (single === Number.NEGATIVE_INFINITY) return "-INFINITY";
  if (Number.isNaN(single)) throw new GeniusError("internal", "NaN has no place in an exported network.");
  let digits = 6;
  while (digits < 9 && Math.fround(Number(single.toPrecision(digits))) !== single) digits += 1;
  const text = String(Number(single.toPrecision(digits)));
  return `${Object.is(single, -0) ? "-" : ""}${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** An integer literal; the smallest 32-bit number has none of its own in C. */
export function integerLiteral(value: number): string {
  return value === -(2 ** 31) ? "(-2147483647 - 1)" : String(value);
}

const lineLength = 100;

/** The numbers of an array between braces, in lines. */
export function arrayText(values: ArrayLike<number>, literal: (value: number) => string): string {
  const lines: string[] = [];
  let line = "";
  for (let index = 0; index < values.length; index += 1) {
    const text = literal(values[index] as number);
    if (line.length + text.length + 2 > lineLength) {
      lines.push(line);
      line = "";
    }
    line += `${line === "" ? "  " : " "}${text},`;
  }
  if (line !== "") lines.push(line);
  return `{\n${lines.join("\n")}\n}`;
}
