// Finds the objects in a reply and reads them as they were meant: in code fences or bare, with comments, single or
// curly quotes, trailing commas. Brackets inside texts are no objects. Of an object whose end is missing, the fields
// that are whole count; the one that was cut does not. Knows nothing of what the values mean.
import { jsonrepair } from "jsonrepair";
import type { JsonValue } from "../base/json.ts";

/** An object of a reply, or an array of objects, and where in the text it stands. */
export interface FoundJson {
  readonly value: JsonValue;
  readonly start: number;
  readonly end: number;
  /** Whether its end is missing. */
  readonly isCut: boolean;
}

/** A text with more beginnings of objects than this is noise, and reading it would take long. */
const maxTries = 500;

/** The outermost objects (and arrays that hold objects) of a text, in order. Never throws. */
export function jsonIn(text: string): readonly FoundJson[] {
  const found: FoundJson[] = [];
  let at = 0;
  for (let tries = 0; at < text.length && tries < maxTries; tries += 1) {
    const start = nextStart(text, at);
    if (start === undefined) break;
    const span = spanFrom(text, start);
    const end = span.end ?? text.length;
    const value =
      span.end === undefined ? wholeFields(text, start, span.lastComma) : parsed(text.slice(start, end));
    if (value !== undefined) {
      found.push({ value, start, end, isCut: span.end === undefined });
      at = end;
    } else at = start + 1;
  }
  return found;
}

function holdsObject(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.some(holdsObject) : true;
}

/** Where the next `{` that may begin an object stands, or the `[` before it. */
function nextStart(text: string, from: number): number | undefined {
  const match = /(?:\[\s*)?\{(?=\s*(?:["'“‘}\w$]|\/[/*]|#))/.exec(text.slice(from));
  return match === null ? undefined : from + match.index;
}

interface Span {
  /** One past its last bracket; undefined when the text ends first. */
  readonly end: number | undefined;
  /** The last comma between the outermost fields. */
  readonly lastComma: number | undefined;
}

const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** Follows brackets from `start`, past texts and comments. */
function spanFrom(text: string, start: number): Span {
  const open: string[] = [];
  let lastComma: number | undefined;
  const outer = text[start] === "[" ? 2 : 1;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] as string;
    const past = pastText(text, at) ?? pastComment(text, at);
    if (past !== undefined) {
      at = past - 1;
    } else if (character in closers) {
      open.push(closers[character] as string);
    } else if (character === "}" || character === "]") {
      // A bracket of the other kind: the one between was forgotten.
      while (open.length > 0 && open.pop() !== character);
      if (open.length === 0) return { end: at + 1, lastComma };
    } else if (character === "," && open.length === outer) lastComma = at;
  }
  return { end: undefined, lastComma };
}

const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", "“": "”", "‘": "’" };

/** One past the text that begins at `at`, the text's end when it has none; undefined when none begins there. */
function pastText(text: string, at: number): number | undefined {
  const quote = text[at] as string;
  const closing = quotes[quote];
  if (closing === undefined) return undefined;
  // An apostrophe within a word begins no text.
  if (quote !== '"' && !/[{[,:]\s*$/.test(text.slice(Math.max(0, at - 40), at))) return undefined;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === "\\") end += 1;
    else if (
      text[end] === closing &&
      (quote === '"' || /^\s*(?:[,:}\]]|$)/.test(text.slice(end + 1, end + 40)))
    )
      return end + 1;
  }
  return text.length;
}

function pastComment(text: string, at: number): number | undefined {
  const two = text.slice(at, at + 2);
  const isLine = two === "//" || (text[at] === "#" && /\s/.test(text[at - 1] ?? " "));
  if (!isLine && two !== "/*") return undefined;
  const end = text.indexOf(isLine ? "\n" : "*/", at + 1);
  return end === -1 ? text.length : isLine ? end + 1 : end + 2;
}

/** What of an object without an end is whole: its fields up to the last comma between them. */
function wholeFields(text: string, start: number, lastComma: number | undefined): JsonValue | undefined {
  if (lastComma === undefined) return undefined;
  const body = text.slice(start, lastComma);
  return parsed(`${body}${text[start] === "[" ? "}]" : "}"}`);
}

function parsed(text: string): JsonValue | undefined {
  for (const read of [JSON.parse, readRepaired]) {
    try {
      const value = read(text) as JsonValue;
      if (holdsObject(value)) return value;
    } catch {
      // The next reading may do.
    }
  }
  return undefined;
}

function readRepaired(text: string): unknown {
  return JSON.parse(jsonrepair(plainForm(text)));
}

/** Outside of texts: full-width punctuation as ASCII, comments after `#` and words for numbers that are none left out. */
function plainForm(text: string): string {
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const end = pastText(text, at);
    const comment = end === undefined ? pastComment(text, at) : undefined;
    if (end !== undefined) plain += text.slice(at, end);
    else if (comment !== undefined) plain += "\n";
    else plain += fullWidth[text[at] as string] ?? text[at];
    at = end ?? comment ?? at + 1;
  }
  return plain.replace(/:(\s*)(?:NaN|[+-]?Infinity|undefined|None)(?=\s*[,}\n])/g, ":$1null");
}

const fullWidth: Readonly<Record<string, string>> = { "，": ",", "：": ":", "［": "[", "］": "]" };
