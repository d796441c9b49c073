import { appendFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import { createJournal, journalPath, openJournal } from "../study/journal.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { followRun } from "./followed-run.ts";
import { createRunStore } from "./run-store.ts";
import { summaryOf } from "./summary.ts";

const config: StudyConfig = {
  metric: metricOf(accuracy),
  ...{ dataset: "cifar10", task: "CIFAR-10", space: "nas-bench-macro", spaceOptions: {}, strategy: "random" },
  ...{ strategyOptions: {}, evaluator: "table", evaluatorOptions: {}, modelOptions: {} },
  ...{ trials: 3, limits: {}, parallel: 1, seed: 7 },
};
const trialOf = (number: number): Trial => ({
  number,
  proposal: {
    choices: [number % 3, 0, 2, 1, 0, 0, 1, 2],
    fidelity: {},
    by: "random",
    rationale: "naïve – “quoted” <b>",
  },
  outcome: {
    kind: "scored",
    metrics: { accuracy: 0.5 + number / 100 },
    score: 0.5 + number / 100,
    spent: { milliseconds: 5 },
  },
  cost: { paramCount: 10 * number, macCount: 100 * number },
});
const newFolder = () => mkdtemp(join(tmpdir(), "genius-follow-"));
const startRun = (folder: string) =>
  createJournal(folder, async () => ({ config, provenance: { commit: "abc" } }));

test("a journal that comes byte by byte is followed line by line, and never misread", async () => {
  const source = await newFolder();
  const journal = await startRun(source);
  for (const number of [2, 1, 3]) await journal.addTrial(trialOf(number), String(number));
  await journal.addResult({ reason: "trials-spent", best: 3 });
  await journal.close();
  const bytes = await readFile(journalPath(source));
  const folder = await newFolder();
  const run = followRun("x", folder);
  const lineEnds = [...bytes.keys()].filter((index) => bytes[index] === 10);
  for (let length = 0; length < bytes.length; length += 97) {
    await appendFile(journalPath(folder), bytes.subarray(length, length + 97));
    const changed = await run.refresh();
    const whole = lineEnds.filter((end) => end < Math.min(length + 97, bytes.length)).length;
    expect(run.journal.rows.length).toBe(Math.min(3, Math.max(0, whole - 1)));
    expect(run.journal.rows.length > 0 && changed ? run.journal.header : true).toBeTruthy();
  }
  expect(run.journal.rows.map(({ trial }) => trial.number)).toEqual([2, 1, 3]);
  expect(run.journal.trials.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(run.state).toBe("finished");
  expect(await run.refresh()).toBe(false);
  expect(summaryOf(run)).toMatchObject({
    evaluations: 3,
    best: { trial: 3, score: 0.53 },
    state: "finished",
  });
  expect(summaryOf(run)).toBe(summaryOf(run));
});

test("a run is running while a live process holds it, then stopped, then failed if an error ended it", async () => {
  const folder = await newFolder();
  const run = followRun("x", folder);
  const journal = await startRun(folder);
  await run.refresh();
  expect([run.state, run.pid]).toEqual(["running", process.pid]);
  await journal.close();
  await run.refresh();
  expect(run.state).toBe("stopped");
  const again = await openJournal(folder);
  await again.journal.addNote({ about: "stopped", text: "failed: the disk is full" });
  await again.journal.close();
  await run.refresh();
  expect([run.state, run.problem]).toEqual(["failed", "the disk is full"]);
  // A process that no longer lives holds nothing.
  await writeFile(
    join(folder, "lock.json"),
    JSON.stringify({ pid: 2 ** 22 + 1, host: (await import("node:os")).hostname(), started: "1" }),
  );
  await run.refresh();
  expect(run.state).toBe("failed");
});

test("a journal that is replaced is read again, and a damaged one says where", async () => {
  const folder = await newFolder();
  const journal = await startRun(folder);
  await journal.addTrial(trialOf(1), "1");
  await journal.close();
  const run = followRun("x", folder);
  await run.refresh();
  const { generation } = run;
  const [header] = (await readFile(journalPath(folder), "utf8")).split("\n");
  await writeFile(journalPath(folder), `${header}\n`);
  await run.refresh();
  expect(run.journal.rows.length).toBe(0);
  expect(run.generation).toBe(generation + 1);
  await appendFile(journalPath(folder), "{nonsense}\n");
  await run.refresh();
  expect(run.state).toBe("unreadable");
  expect(run.problem).toMatch(/line 2 is not JSON/);
  await appendFile(journalPath(folder), "\n");
  await run.refresh();
  expect(run.state).toBe("unreadable");
});

test("ids lead to runs below the folder and nowhere else", async () => {
  const root = await newFolder();
  const name = "<img src=x onerror=alert(1)> ünï %2e";
  await (await startRun(join(root, name))).close();
  await (await startRun(join(root, "experiment", "seed 1"))).close();
  const outside = await newFolder();
  await (await startRun(outside)).close();
  await (await import("node:fs/promises")).symlink(outside, join(root, "linked"));
  const store = createRunStore(root);
  expect((await store.list()).map(({ id }) => id).sort()).toEqual([name, "experiment/seed 1"].sort());
  expect((await store.open(name)).journal.header?.config.seed).toBe(7);
  for (const id of [
    "../",
    "linked",
    `../${outside.split("/").at(-1)}`,
    outside,
    "",
    ".",
    "experiment",
    "nothing",
    "\0",
  ])
    await expect(store.open(id)).rejects.toThrow(/There is no run/);
});

test("the folder of one run is a folder of runs with that one, under its own name", async () => {
  const folder = join(await newFolder(), "mine");
  await (await startRun(folder)).close();
  const store = createRunStore(folder);
  expect((await store.list()).map(({ id }) => id)).toEqual(["mine"]);
  expect((await store.open("mine")).folder).toBe(folder);
});
