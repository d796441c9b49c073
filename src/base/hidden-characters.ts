// Characters that a reader does not see but that act: controls and escape sequences, marks that reorder a line,
// characters without a shape. One pattern for the terminal, for pages and for Markdown, so that all agree.

/** What stands in place of such a character. */
const replacement = "\ufffd";
/** Combining marks that one character may carry; more of them run over the lines above and below. */
const markLimit = 4;

/** Joiners belong to Persian, to Indian scripts and to emoji; between other characters they only hide. */
const scripts = ["Arabic", "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati"];
const joinable = () => [
  ...scripts.map((name) => `\\p{Script=${name}}`),
  "\\p{Extended_Pictographic}",
  "\\p{Emoji_Modifier}",
  "\\u{fe0f}",
];

interface Patterns {
  /**
   * C0 and C1 controls but tab and line feed; bidirectional marks, embeddings, overrides and isolates; zero-width and
   * other characters that show nothing; line and paragraph separators; tags; noncharacters.
   */
  readonly hidden: RegExp;
  readonly loneJoiner: RegExp;
  readonly manyMarks: RegExp;
}

let made: Patterns | undefined;

/** Made for the first text that needs them: Unicode's classes take milliseconds to build, and most text is plain. */
function patterns(): Patterns {
  made ??= {
    hidden:
      /(?![\t\n])\p{Cc}|[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]|[\u{fe00}-\u{fe0d}]|[\u{e0000}-\u{e0fff}]/gu,
    loneJoiner: new RegExp(`(?<!${joinable().join("|")})[\\u200c\\u200d]`, "gu"),
    manyMarks: new RegExp(`(\\p{M}{${markLimit}})\\p{M}+`, "gu"),
  };
  return made;
}

/** Text of Latin letters and usual punctuation only, which is most text: nothing in it hides. */
const plain = /^[\t\n\x20-\x7e\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027\u2190-\u21ff\u2200-\u22ff]*$/;

/** Whether there is anything in the text that `withoutHidden` would change. */
export function hasHidden(text: string): boolean {
  if (plain.test(text)) return false;
  const { hidden, loneJoiner, manyMarks } = patterns();
  return (
    !text.isWellFormed() || [hidden, loneJoiner, manyMarks].some((pattern) => text.search(pattern) !== -1)
  );
}

/** The text with U+FFFD for each hidden character and each half of a pair; tabs and line feeds stay. */
export function withoutHidden(text: string): string {
  if (plain.test(text)) return text;
  const { hidden, loneJoiner, manyMarks } = patterns();
  return text
    .toWellFormed()
    .replace(hidden, replacement)
    .replace(loneJoiner, replacement)
    .replace(manyMarks, "$1");
}

/** What a person typed, without the control characters that no key types; tabs and line ends stay. */
export const withoutControls = (text: string): string =>
  text.replace(/\r\n?/g, "\n").replace(/(?![\t\n])\p{Cc}/gu, "");

/** As `withoutControls`, on one line. */
export const lineWithoutControls = (text: string): string => withoutControls(text).replace(/[\t\n]+/g, " ");

/** JSON with its hidden characters written as `\u…`, which reads back as the same value. */
export function escapeHidden(json: string): string {
  if (plain.test(json)) return json;
  const { hidden, loneJoiner } = patterns();
  const escaped = (found: string) =>
    Array.from(
      { length: found.length },
      (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join("");
  return json.replace(hidden, escaped).replace(loneJoiner, escaped);
}
