// A text as words, numbers and signs, with line ends of any system (\n, \r\n, \r) and perhaps a byte order mark. Line ends matter only outside brackets, where they end a statement; an indented
// line belongs to the block above it.
import { FaultError } from "./faults.ts";

export type TokenKind = "word" | "number" | "size" | "sign" | "line" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Of a word, number, size (`3x32x32`) or sign, as written. */
  readonly text: string;
  readonly offset: number;
  /** Of a `line`: whether the next line is indented, seen from the least indented line of the text. */
  readonly indented: boolean;
}

export const maxTextLength = 100_000;

const pattern =
  /^\uFEFF|[ \t]+|#[^\r\n]*|(?<line>\r\n?|\n)|(?<size>\d+(?:x\d+)+(?![A-Za-z0-9_]))|(?<number>\d+(?:\.\d+)?(?:e-?\d+)?(?![A-Za-z0-9_]))|(?<word>[A-Za-z_][A-Za-z0-9_]*(?:(?<=\d)\.\d+|-[A-Za-z][A-Za-z0-9]*)*)|(?<sign>[(){}|,=:*/+~-])/y;

/**
 * The tokens of a text, ending with `end`.
 * @throws FaultError for a character that the language does not have, or a text that is too long.
 */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > maxTextLength)
    throw new FaultError(maxTextLength, `the text is longer than ${maxTextLength} characters`);
  const tokens: Token[] = [];
  const base = baseOf(text);
  let depth = 0;
  pattern.lastIndex = 0;
  for (let offset = 0; offset < text.length; offset = pattern.lastIndex) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw strange(text, offset);
    const { line, size, number, word, sign } = groups;
    if (line !== undefined) {
      if (depth > 0) continue;
      const next = text[pattern.lastIndex + base];
      tokens.push({ kind: "line", text: "", offset, indented: next === " " || next === "\t" });
    } else if (sign !== undefined) {
      if (sign === "(" || sign === "{") depth += 1;
      else if (sign === ")" || sign === "}") depth = Math.max(0, depth - 1);
      tokens.push({ kind: "sign", text: sign, offset, indented: false });
    } else if (word !== undefined) tokens.push({ kind: "word", text: word, offset, indented: false });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, offset, indented: false });
    else if (size !== undefined) tokens.push({ kind: "size", text: size, offset, indented: false });
  }
  tokens.push({ kind: "end", text: "", offset: text.length, indented: false });
  return tokens;
}

/** How far the least indented line is indented, so that a text may stand indented as a whole. */
function baseOf(text: string): number {
  let base = Number.POSITIVE_INFINITY;
  for (const [, indent] of text.matchAll(/^\uFEFF?([ \t]*)[^ \t\r\n#\uFEFF]/gm))
    base = Math.min(base, (indent as string).length);
  return base === Number.POSITIVE_INFINITY ? 0 : base;
}

function strange(text: string, offset: number): FaultError {
  const character = String.fromCodePoint(text.codePointAt(offset) as number);
  if (/\d/.test(character))
    return new FaultError(offset, "a number ends in letters; put a space after the number");
  const code = `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
  const shown = /[!-~]/.test(character) ? `"${character}"` : code;
  return new FaultError(offset, `the language has no character ${shown}; comments begin with #`);
}

/** The brackets that nothing closes: each with its place, and the wrong sign that came instead, if one did. */
export function unclosedBrackets(
  tokens: readonly Token[],
): readonly { readonly token: Token; readonly closedBy?: Token }[] {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== "sign") continue;
    if (token.text === "(" || token.text === "{") open.push(token);
    if (token.text !== ")" && token.text !== "}") continue;
    const last = open.pop();
    if (last !== undefined && (last.text === "(") !== (token.text === ")"))
      return [{ token: last, closedBy: token }];
  }
  return open.map((token) => ({ token }));
}
