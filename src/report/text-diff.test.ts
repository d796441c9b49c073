import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "./text-diff.ts";

test("marks what changed, and as little as can be", () => {
  const marks = { same: " ", gone: "-", new: "+" };
  const lines = diffLines("input 1x8x8\nconv 8\nrelu\nend\n", "input 1x8x8\nconv 12\nrelu\nconv 4\nend\n");
  expect(lines.map(({ kind, text }) => `${marks[kind]} ${text}`)).toEqual([
    ...["  input 1x8x8", "- conv 8", "+ conv 12", "  relu", "+ conv 4", "  end"],
  ]);
});

test("holds both texts whole", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (from, to) => {
      const lines = diffLines(from.join("\n"), to.join("\n"));
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
      expect(without("new")).toEqual(from);
      expect(without("gone")).toEqual(to);
    }),
  );
});
