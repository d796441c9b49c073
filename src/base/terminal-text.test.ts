// What may reach a terminal: hostile text becomes visible and harmless, honest text in any script stays as it is.
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withoutHidden } from "./hidden-characters.ts";
import { atBorder, jsonLine, showsColours, style, terminalSafe, terminalSafeLines } from "./terminal-text.ts";

beforeEach(() => vi.stubEnv("FORCE_COLOR", "1"));
afterEach(() => vi.unstubAllEnvs());

const esc = "\u001b";

test.each([
  ["clears the screen", `a${esc}[2Jb`],
  ["sets the window's title", `a${esc}]0;owned\u0007b`],
  ["writes to the clipboard", `a${esc}]52;c;aGk=\u0007b`],
  ["uses 8-bit controls", "a\u009b2Jb\u009d0;x\u009cb"],
  ["overwrites the line", "a\rb"],
  ["deletes what was written", "a\b\b\u007fb"],
  ["reorders the line", "a\u202egnp.exe\u2066x\u2069b"],
  ["hides characters", "a\u200b\u200d\u2060\ufeff\u00adb"],
  ["breaks the line", "a\u2028b\u2029c\u0085d\vb\fb"],
  ["smuggles tags", "a\u{e0041}\u{e0042}b"],
  ["is half a pair", "a\ud800b\udc00"],
])("text that %s comes out without it", (_, text) => {
  const safe = terminalSafe(text);
  expect(safe).toMatch(/^a/);
  expect(safe).not.toMatch(/[^\P{C}\ufffd]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u);
  expect(safe.isWellFormed()).toBe(true);
  expect(atBorder(text, true)).not.toMatch(/(?![\t\n])\p{Cc}|[\u202e\u2028]/u);
});

test.each([
  "naïve café – “Größe” №5",
  "網路架構 ニューラル 신경망",
  "شبکه‌های عصبی", // Persian needs its joiner
  "क्‍ष",
  "👩‍💻 👍🏽 ☎️",
  "x\u0301\u0323y",
])("honest text stays: %s", (text) => {
  expect(terminalSafe(text)).toBe(text);
  expect(atBorder(`${text}\n`, false)).toBe(`${text}\n`);
});

test("a value is one line of bounded length, with few marks on a character", () => {
  expect(terminalSafe("a\n\tb\r\nc")).toBe("a b\ufffd c");
  expect(terminalSafe("x".repeat(5000))).toHaveLength(1000);
  expect(terminalSafe("ab\u{1f600}cd", 4)).toBe("ab…");
  expect(terminalSafe(`a${"\u0300".repeat(500)}b`)).toHaveLength(6);
  expect(terminalSafeLines(`one\r\ntwo${esc}[1A\n${"y".repeat(9000)}`)).toMatch(
    /^one\ntwo\ufffd\[1A\ny{3999}…$/,
  );
});

test("JSON keeps its value, and no byte of it acts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.json(), (text, json) => {
      const line = jsonLine({ text, value: JSON.parse(json) });
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ text, value: JSON.parse(json) })));
      expect(atBorder(line, true)).toBe(line);
    }),
  );
  expect(jsonLine("\u202e\u{e0041}\u009b")).toBe('"\\u202e\\udb40\\udc41\\u009b"\n');
});

test("at the border only our own colours pass, and those only where colours are shown", () => {
  const text = `${style("green", "best")} ${esc}[8m${style("bold", `a${esc}[2Jb`)}\n`;
  expect(atBorder(text, true)).toBe(`${style("green", "best")} \ufffd[8m${style("bold", "a\ufffd[2Jb")}\n`);
  expect(atBorder(text, false)).toBe("best \ufffd[8ma\ufffd[2Jb\n");
});

test("nothing that acts on a terminal passes, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const safe = withoutHidden(text);
      expect(safe).not.toMatch(/(?![\t\n])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      expect(withoutHidden(safe)).toBe(safe);
    }),
    { numRuns: 2000 },
  );
});

test.each<[Record<string, string>, boolean, boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: "dumb" }, true, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ NODE_DISABLE_COLORS: "1" }, true, false],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ FORCE_COLOR: "3", NO_COLOR: "1" }, false, true],
])("with %o and a terminal %s, colours are shown: %s", (environment, isTerminal, expected) => {
  expect(showsColours(environment, isTerminal)).toBe(expected);
});
