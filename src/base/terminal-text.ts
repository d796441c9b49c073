// Text from outside on a terminal. Rationales of models, class and file names, notes, and what servers and foreign code
// say may hold control characters: escape sequences that clear the screen or set the window's title, overrides that
// reorder a line, characters that are not seen. All of them become visible here and harmless.
import { escapeHidden, hasHidden, withoutHidden } from "./hidden-characters.ts";

/** Longest value within a line, in characters. */
const longestValue = 1000;
/** Longest line of a message. */
const longestLine = 4000;
/**
 * Text from outside, safe within one line of a terminal: control, reordering and invisible characters are replaced by
 * U+FFFD, white space of any kind is one space, and what is longer than `max` characters is cut.
 */
export function terminalSafe(text: string, max: number = longestValue): string {
  return cut(withoutHidden(text).replace(/[\t\n]+/g, " "), max);
}

/** As `terminalSafe` for text of several lines, such as a foreign stack: its line ends and tabs stay. */
export function terminalSafeLines(text: string): string {
  return withoutHidden(text.replace(/\r\n?/g, "\n"))
    .split("\n")
    .map((line) => cut(line, longestLine))
    .join("\n");
}

/** JSON on one line, with each character that a terminal must not see written as `\u…`: the same value when it is read. */
export function jsonLine(value: unknown): string {
  return `${escapeHidden(JSON.stringify(value))}\n`;
}

function cut(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}

export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";
const styles: readonly Style[] = ["bold", "dim", "green", "yellow", "red", "cyan"];

/**
 * Our own words in a colour, where this process can show one at all. Which stream shows it is decided where it is
 * written: the other may be a file.
 */
export function style(format: Style, text: string): string {
  const isTerminal = process.stdout.isTTY === true || process.stderr.isTTY === true;
  return showsColours(process.env, isTerminal) ? coloured(format, text) : text;
}

/** Node's module is loaded for the first colour only: a help page has none, and would wait longer for it than for all else. */
function coloured(format: Style, text: string): string {
  const { styleText } = process.getBuiltinModule("node:util");
  return styleText(format, text, { validateStream: false });
}

/** The only escape sequences that pass to a terminal: those that `style` makes. */
let sequence: RegExp | undefined;

function ownSequence(): RegExp {
  if (sequence !== undefined) return sequence;
  const sequences = new Set(styles.flatMap((format) => coloured(format, "|").split("|")));
  sequence = new RegExp(`(${[...sequences].map((text) => text.replace("[", "\\[")).join("|")})`, "u");
  return sequence;
}

/**
 * The last border before a terminal, a file or a pipe, for whole texts of ours that hold values from outside: line ends
 * stay, colours of `style` stay if `colours`, and everything else that could act on a terminal is replaced.
 */
export function atBorder(text: string, colours: boolean): string {
  // The common case: nothing to do, and long reports are looked through once.
  if (!hasHidden(text)) return text;
  return text
    .split(ownSequence())
    .map((part, index) => (index % 2 === 0 ? withoutHidden(part) : colours ? part : ""))
    .join("");
}

/**
 * Whether a stream shows colours: NO_COLOR and NODE_DISABLE_COLORS forbid, FORCE_COLOR asks for them (0 forbids), else
 * a terminal that is not dumb has them.
 * @see https://no-color.org, https://force-color.org
 */
export function showsColours(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  const { NO_COLOR, NODE_DISABLE_COLORS, FORCE_COLOR, TERM } = environment;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR || NODE_DISABLE_COLORS) return false;
  return isTerminal && TERM !== "dumb";
}
