// What a real shell makes of a quoted word.
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quote } from "./shell.ts";

test("gives a shell the word back, whatever is in it", () => {
  const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), (words) => {
      const { stdout } = spawnSync("/bin/sh", ["-c", `printf '%s\\0' ${words.map(quote).join(" ")}`]);
      expect(stdout.toString("utf8").split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 30, examples: [[["", "'", "''", "a'b", "$(x)", "`x`", "-n", "a\nb", "\\", "~", "*", "!"]]] },
  );
});
