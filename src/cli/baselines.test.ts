// `genius baselines`: what a run is compared with after its end, noted in its journal and said everywhere.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readJournal } from "../study/journal.ts";
import { genius } from "./fixtures/terminal.ts";

const root = await mkdtemp(join(tmpdir(), "genius-baselines-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const environment = process.env;

test("of a stopped search of a table they are those that its end would have had", async () => {
  const whole = join(root, "whole");
  const search = ["search", "nas-bench-macro", "--strategy", "evolution", "--trials", "12"];
  expect((await genius([...search, "--out", whole], { environment })).code).toBe(0);
  const { baselines } = await readJournal(whole);
  expect(baselines).toHaveLength(26);

  const stopped = join(root, "stopped");
  await cp(whole, stopped, { recursive: true });
  const lines = (await readFile(join(whole, "journal.jsonl"), "utf8")).trim().split("\n");
  await writeFile(join(stopped, "journal.jsonl"), `${lines.slice(0, -1).join("\n")}\n`);
  expect((await genius(["show", stopped], { environment })).out).not.toContain("Beside it");

  const { code, out } = await genius(["baselines", stopped], { environment });
  expect(code).toBe(0);
  expect(out).toContain("random runs with the same evaluations");
  expect((await readJournal(stopped)).baselines).toEqual(baselines);
  expect((await genius(["show", stopped], { environment })).out).toContain(
    "Beside it, after as many evaluations:",
  );
  expect((await genius(["report", stopped], { environment })).code).toBe(0);
  expect(await readFile(join(stopped, "report.md"), "utf8")).toContain("of 25 runs of random search");
  // Resumed, the search is compared again at its own end.
  expect((await genius(["resume", stopped], { environment })).code).toBe(0);
  expect((await readJournal(stopped)).baselines).toEqual(baselines);
});

test("a trained network stands beside a known one that was trained as long, and time and result stay", async () => {
  const out = join(root, "digits");
  const small = ["--max-params", "6k", "--trials", "1", "--epochs", "1", "--final-epochs", "1"];
  expect(
    (await genius(["search", "digits", ...small, "--strategy", "random", "--out", out], { environment }))
      .code,
  ).toBe(0);
  const before = await readJournal(out);
  const { code, out: json } = await genius(["baselines", out, "--reference", "ds-cnn", "--json"], {
    environment,
  });
  expect(code).toBe(0);
  const { reference, verdict } = JSON.parse(json);
  expect(reference).toMatchObject({ name: "ds-cnn", testMetrics: { accuracy: expect.any(Number) } });
  expect(reference.paramCount).toBeLessThanOrEqual(6000);
  expect(reference.testImages).toBeGreaterThan(100);
  expect(verdict).toMatch(/ds-cnn \(.*parameters\), trained alone for as long/);
  const after = await readJournal(out);
  expect(after.result).toEqual(before.result);
  expect(after.spent).toEqual(before.spent);
  expect((await genius(["report", out], { environment })).code).toBe(0);
  expect(await readFile(join(out, "report.md"), "utf8")).toContain("trained alone for as long");
}, 120_000);

test("what has nothing to be compared with is refused in words, and an interrupt leaves the run as it was", async () => {
  const empty = await genius(["baselines", join(root, "nothing")], { environment });
  expect([empty.code, empty.error]).toEqual([1, expect.stringContaining("holds no run")]);
  const whole = join(root, "whole");
  const before = await readFile(join(whole, "journal.jsonl"), "utf8");
  expect((await genius(["baselines", whole], { environment, signal: AbortSignal.abort() })).code).toBe(130);
  expect(await readFile(join(whole, "journal.jsonl"), "utf8")).toBe(before);
});

test("a search on images tells of its baselines before and after, and each of them is a run that can be shown", async () => {
  const out = join(root, "searched");
  const small = ["--max-params", "6k", "--trials", "1", "--epochs", "1", "--final-epochs", "1"];
  const asked = ["search", "digits", ...small, "--strategy", "evolution", "--baseline", "largest-first"];
  const { code, out: json, error } = await genius([...asked, "--out", out, "--json"], { environment });
  expect(code).toBe(0);
  expect(error).toContain("2 searches of 1 evaluation each: this one (evolution), then largest-first");
  expect(error).toContain("Baseline 1 of 1: a search with largest-first");
  const lines = json.trim().split("\n");
  expect(lines.filter((line) => JSON.parse(line).event === "trial")).toHaveLength(1);
  const result = JSON.parse(lines.at(-1)!);
  expect(result.searches).toEqual([
    expect.objectContaining({ strategy: "largest-first", evaluations: 1, testMetrics: expect.any(Object) }),
  ]);
  const sentence = /(than|from) largest-first, a search with as many evaluations \(1\)/;
  expect(error).toMatch(sentence);
  expect((await genius(["show", out], { environment })).out).toMatch(sentence);
  expect((await genius(["show", join(out, "baselines", "largest-first")], { environment })).out).toContain(
    "largest-first",
  );
  expect((await genius(["report", out], { environment })).code).toBe(0);
  for (const file of ["report.md", "report.html"])
    expect(await readFile(join(out, file), "utf8")).toMatch(sentence);
  expect(await readFile(join(out, "report.md"), "utf8")).toContain("--baseline largest-first");

  const wrong = await genius([...asked.slice(0, -1), "rnadom", "--out", join(root, "none")], { environment });
  expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining('Did you mean "random"?')]);
}, 300_000);
