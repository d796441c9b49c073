// `genius show` for a reader who does not know the run: every figure says which it is, and every trial that is spoken of is listed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { genius } from "./fixtures/terminal.ts";

const root = await mkdtemp(join(tmpdir(), "genius-show-"));
const run = join(root, "run");
afterAll(() => rm(root, { recursive: true, force: true }));
beforeAll(async () => {
  const search = ["search", "nas-bench-macro", "--strategy", "largest-first", "--trials", "20"];
  expect((await genius([...search, "--out", run], { environment: process.env })).code).toBe(0);
});

const shown = async (...more: readonly string[]) =>
  stripVTControlCharacters((await genius(["show", run, ...more], { environment: process.env })).out);

test("the best is listed among the last trials, and what their figures are is said", async () => {
  const text = await shown();
  const [, best] = /\ntrial (\d+) · 2\.5M parameters · 98\.9M MACs · design 22222221\n/.exec(text)!;
  expect(Number(best)).toBeLessThan(11);
  expect(text).toContain(
    "11 of 20 trials (--all shows every one), with their accuracy on test data in the search:",
  );
  expect(text).toMatch(
    new RegExp(`^#${best} 9\\d\\.\\d\\d % 27-layer depthwise residual · .* · largest-first$`, "m"),
  );
  expect(text).toContain("finished: all its evaluations were made");
  expect((await shown("--all")).match(/^#\d+ /gm)).toHaveLength(20);
});

test("in a terminal of 50 columns no line is broken within a word", async () => {
  const narrow = { environment: process.env, showsResults: true, columns: 50 };
  const text = stripVTControlCharacters((await genius(["show", run], narrow)).out);
  const tooLong = text.split("\n").filter((line) => [...line].length > 50);
  expect(tooLong).toEqual([]);
  expect(text).toMatch(/^in all: [\d.]+M parameters, [\d.]+M MACs$/m);
  const listed = stripVTControlCharacters((await genius(["list", "references"], narrow)).out);
  // Addresses stay whole.
  const long = listed.split("\n").filter((line) => [...line].length > 50 && !line.includes("https://"));
  expect(long).toEqual([]);
  expect(listed).toMatch(/^resnet-8\n {2}\S/m);
});

test("a bench fits 50 columns: its table without intervals, its verdict between words", async () => {
  const bench = ["bench", "--space", "nas-bench-macro", "--strategies", "evolution"];
  const narrow = { environment: process.env, showsResults: true, columns: 50 };
  const { out } = await genius([...bench, "--evaluations", "10", "--seeds", "6"], narrow);
  const lines = stripVTControlCharacters(out).split("\n");
  expect(lines.filter((line) => [...line].length > 50)).toEqual([]);
  expect(out).toMatch(/^evolution +9\d\.\d\d ± 0\.\d\d$/m);
});
