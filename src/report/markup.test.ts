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
      expect(element.childNodes[0]!.childNodes).toHaveLength(1);
      expect(element.childNodes[0]!.childNodes[0]!.value).toBe(`x${readable(text)}`);
    }),
    { numRuns: 500 },
  );
});

interface Element {
  readonly attrs: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes: readonly { readonly childNodes: readonly { readonly value?: string }[] }[];
}

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
