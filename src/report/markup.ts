// Markup that cannot be broken by what is put into it. Text goes in through the template tags and is escaped there;
// only markup that a tag has made passes unchanged. Reports show journals, file names and replies of models, all of
// which are untrusted, so no other code in this folder builds markup from strings.
import { withoutHidden } from "../base/hidden-characters.ts";
import { hasRightToLeft } from "../base/right-to-left.ts";
import { withUnitsHeld } from "../base/units.ts";

/** A piece of HTML or SVG that is safe to place in a page. Made by `html` and `svg` only. */
export interface Markup {
  readonly [brand]: string;
}

const brand = Symbol("markup");

export type MarkupValue = Markup | string | number | null | undefined | false | readonly MarkupValue[];

/**
 * Escapes every value for text and for quoted attributes. Never put a value into an unquoted attribute. A text that is
 * read from right to left is set apart by `<bdi>`, so that it does not reorder what stands beside it; in other text a
 * figure and its unit stay on one line.
 */
export function html(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const apart = values.map((value, index) => (isInText(parts, index) ? setApart(value) : value));
  return { [brand]: fill(parts, apart, String) };
}

function setApart(value: MarkupValue): MarkupValue {
  if (typeof value === "string")
    return hasRightToLeft(value) ? { [brand]: `<bdi>${escapeText(value)}</bdi>` } : withUnitsHeld(value);
  return Array.isArray(value) ? value.map(setApart) : value;
}

/**
 * Whether a value stands between tags, where an element may be, and not in an attribute or in a title; nor in what is copied to
 * be run or read by a program, which stays as it is to the last space.
 */
function isInText(parts: TemplateStringsArray, index: number): boolean {
  const tag =
    parts
      .slice(0, index + 1)
      .join("")
      .match(/<[^<]*$/)?.[0] ?? "";
  return tag === "" || (tag.includes(">") && !/^<(title|pre|code)\b/.test(tag));
}

/** As `html`, with numbers rounded to hundredths, which is exact enough for coordinates. */
export function svg(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return { [brand]: fill(parts, values, (value) => String(Math.round(value * 100) / 100)) };
}

/** The text of a page or a file. */
export function toText(markup: Markup): string {
  return markup[brand];
}

/** A style sheet as an element. `css` must be our own text, as it is not escaped. */
export function styleElement(css: TrustedCss): Markup {
  return { [brand]: `<style>${css.css}</style>` };
}

/** CSS written in this repository. The type keeps data from ending up in a style sheet by accident. */
export interface TrustedCss {
  readonly css: string;
}

/**
 * Text that may stand in HTML and in XML: the five special characters as entities, and characters that XML forbids,
 * that reorder text, or that are not seen, replaced by U+FFFD.
 */
export function escapeText(text: string): string {
  return withoutHidden(text.replace(/\r\n?/g, "\n")).replace(
    /[&<>"']/g,
    (character) => entities[character] as string,
  );
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function fill(
  parts: TemplateStringsArray,
  values: readonly MarkupValue[],
  number: (value: number) => string,
): string {
  return parts.reduce((text, part, index) => text + show(values[index - 1], number) + part);
}

function show(value: MarkupValue, number: (value: number) => string): string {
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return escapeText(value);
  if (Array.isArray(value)) return value.map((entry: MarkupValue) => show(entry, number)).join("");
  return (value as Markup)[brand];
}
