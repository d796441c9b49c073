// Whatever text goes into the templates, a conforming HTML parser must read back that text and no other element.
import fc from "fast-check";
import { parseFragment } from "parse5";
import { expect, test } from "vitest";
import { withoutHidden } from "../base/hidden-characters.ts";
import { markdownCode, markdownText } from "./markdown.ts";
import { escapeText, html, svg, toText } from "./markup.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea></title></style><svg onload=alert(1)>",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "\u202ecod.evil",
    "\ud800",
    "\u0000\u0008",
  ),
);

/** What the escape is allowed to change: hidden characters (see their own test) become U+FFFD, CR becomes LF. */
const readable = (text: string) => withoutHidden(text.replace(/\r\n?/g, "\n"));

test("text and attributes come back as they went in, in HTML", () => {
  fc.assert(
    fc.property(hostile, hostile, (text, attribute) => {
      const page = toText(html`<div title="${attribute}"><b>x${text}</b></div>`);
      const [element] = parseFragment(page).childNodes as unknown as [Element];
      expect(element.childNodes).toHaveLength(1);
      expect(element.attrs).toEqual([{ name: "title", value: readable(attribute) }]);
      const [b] = element.childNodes;
      expect(b!.childNodes.map(({ nodeName }) => nodeName).join()).toMatch(/^#text(,bdi)?$/);
      expect(textOf(b!)).toBe(`x${readable(text)}`);
    }),
    { numRuns: 500 },
  );
});

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly childNodes?: readonly Node[];
}

interface Element extends Node {
  readonly attrs: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes: readonly Element[];
}

const textOf = ({ value, childNodes }: Node): string => value ?? (childNodes ?? []).map(textOf).join("");

test("a text from right to left is set apart where it stands in text, and nowhere else", () => {
  const name = "\u05e9\u05dc\u05d5\u05dd";
  expect(toText(html`<p>${name}: 93 %</p>`)).toBe(`<p><bdi>${name}</bdi>: 93 %</p>`);
  expect(toText(html`${[name, " and ", "<\u0627>"]}`)).toBe(
    `<bdi>${name}</bdi> and <bdi>&lt;\u0627&gt;</bdi>`,
  );
  expect(toText(html`<a href="#x" title="${name}">${"left"}</a>`)).toBe(
    `<a href="#x" title="${name}">left</a>`,
  );
  expect(toText(html`<title>${name}</title><h1>${name}</h1>`)).toBe(
    `<title>${name}</title><h1><bdi>${name}</bdi></h1>`,
  );
  expect(toText(svg`<text>${name}</text>`)).toBe(`<text>${name}</text>`);
});

test("markup passes, lists are joined, absent values vanish, coordinates are rounded", () => {
  const inner = html`<i>${"a<b"}</i>`;
  expect(toText(html`<p>${[inner, " & ", undefined, null, false, 1.23456]}</p>`)).toBe(
    "<p><i>a&lt;b</i> &amp; 1.23456</p>",
  );
  expect(toText(svg`<rect x="${1.23456}"/>`)).toBe('<rect x="1.23"/>');
  expect(escapeText(`<>&"'`)).toBe("&lt;&gt;&amp;&quot;&#39;");
});

test("an object that only looks like markup is not taken for it", () => {
  const forged = JSON.parse('{"markup": "<script>"}') as never;
  expect(toText(html`${forged}`)).not.toContain("<script>");
});

test("Markdown text stays on its line, in its cell and out of HTML", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const escaped = markdownText(text);
      expect(escaped).not.toMatch(/[\n\r<>]/);
      expect(escaped.replace(/\\[\\`*_[\]{}|~!]/g, "")).not.toMatch(/[\\`*_[\]{}|~!]/);
    }),
    { numRuns: 500 },
  );
});

test("a fence is longer than any that the code holds", () => {
  expect(markdownCode("a\n````\nb").split("\n")[0]).toBe("`````");
});
