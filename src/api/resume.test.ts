// Runs that are resumed elsewhere, after a move, or on other data.
import { createHash } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openRun } from "../runs/open-run.ts";
import { summaryOf } from "../runs/summary.ts";
import { journalPath, readJournal } from "../study/journal.ts";
import { resume, search } from "./search.ts";

const home = process.cwd();
afterEach(() => process.chdir(home));

/** An evaluator of a person's own: the data are one file, and a design's figure follows from its choices. */
const evaluator = `
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
export default {
  name: "own", summary: "own", source: "own", options: z.object({ extra: z.string().optional() }),
  async create({ dataset }, { extra }) {
    const datasetHash = createHash("sha256").update(readFileSync(dataset)).digest("hex");
    if (extra !== undefined) readFileSync(extra);
    return {
      selectedOn: "validation", fidelity: { full: {} }, provenance: { datasetHash },
      async evaluate({ proposal }) {
        const accuracy = (proposal.choices.reduce((sum, choice) => sum + choice, 0) + 1) / 30;
        return { kind: "scored", metrics: { accuracy }, accuracy01: accuracy, spent: { milliseconds: 1 } };
      },
    };
  },
};
`;
const strategy = `
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
export default {
  name: "own", summary: "own", source: "own", model: "none", options: z.object({}),
  create: ({ domain }) => ({
    async propose({ random }) { return { choices: domain.sample(random), fidelity: {}, by: "own" }; },
    observe() {},
  }),
};
`;

/** A project folder with data, an evaluator, a strategy, and a run of two trials in it, begun there by relative paths. */
async function project() {
  const root = await mkdtemp(join(tmpdir(), "genius-moved-"));
  const folder = join(root, "project");
  await mkdir(join(folder, "own"), { recursive: true });
  await writeFile(join(folder, "data.bin"), "images");
  await writeFile(join(folder, "extra.txt"), "extra");
  await writeFile(join(folder, "own", "evaluator.ts"), evaluator);
  await writeFile(join(folder, "own", "strategy.ts"), strategy);
  process.chdir(folder);
  await search({
    data: "data.bin",
    space: "nas-bench-macro",
    strategy: "own/strategy.ts",
    evaluator: "./own/evaluator.ts",
    evaluatorOptions: { extra: "./extra.txt" },
    budget: { trials: 2 },
    out: "runs/first",
  });
  return { root, folder };
}

test("a run resumes from any folder, and after it was moved together with its data and its own files", async () => {
  const { root, folder } = await project();
  process.chdir(tmpdir());
  expect((await resume(join(folder, "runs/first"), { trials: 3 })).trials.length).toBe(3);
  const moved = join(root, "elsewhere");
  await rename(folder, moved);
  process.chdir(root);
  expect((await resume("elsewhere/runs/first", { trials: 4 })).trials.length).toBe(4);
  process.chdir("/");
  const { journal } = await openRun(relative("/", join(moved, "runs/first")));
  expect(journal.header.config.dataset).toBe(join(moved, "data.bin"));
  expect(journal.trials.length).toBe(4);
  // Only the run was moved: the data are found where they were.
  await rename(join(moved, "runs/first"), join(root, "alone"));
  expect((await resume(join(root, "alone"), { trials: 5 })).trials.length).toBe(5);
});

test("a journal that kept no places finds its parts from the folders above the run", async () => {
  const { folder } = await project();
  const path = journalPath(join(folder, "runs/first"));
  const [header, ...rest] = (await readFile(path, "utf8")).split("\n");
  const { places: _, ...config } = JSON.parse(header!).config;
  await writeFile(path, [JSON.stringify({ ...JSON.parse(header!), config }), ...rest].join("\n"));
  process.chdir("/");
  // A bare name may be that of a dataset, and is left alone: only what is written as a path is looked for.
  const record = await readJournal(join(folder, "runs/first"));
  expect(record.header.config).toMatchObject({
    ...{ dataset: "data.bin", space: "nas-bench-macro", strategy: join(folder, "own/strategy.ts") },
    evaluator: join(folder, "own/evaluator.ts"),
  });
});

test("changed data are refused with what to do, and accepted on request, which the journal notes", async () => {
  const { folder } = await project();
  const run = join(folder, "runs/first");
  await appendFile(join(folder, "data.bin"), "more");
  await expect(resume(run, { trials: 3 })).rejects.toThrow(
    /data.bin changed.*start a new search, or accept it with .*--accept-changed-data/,
  );
  expect((await readJournal(run)).trials.length).toBe(2);
  const { trials } = await resume(run, { trials: 3, acceptChangedData: true });
  expect(trials.length).toBe(3);
  const hash = createHash("sha256").update("imagesmore").digest("hex");
  const { notes, dataHash } = await readJournal(run);
  expect(dataHash).toBe(hash);
  expect(notes.find((note) => note.dataHash === hash)?.text).toMatch(/trials after number 2 were measured/);
  // Accepted once, it is the data of the run.
  expect((await resume(run, { trials: 4 })).trials.length).toBe(4);
  await appendFile(join(folder, "data.bin"), "yet more");
  await expect(resume(run, { trials: 5 })).rejects.toMatchObject({ code: "data-changed" });
});

test("a run that is resumed for more trials is of that many everywhere, and goes on to them", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "genius-longer-")), "run");
  await search({ data: "nas-bench-macro", strategy: "random", budget: { trials: 9 }, out: folder });
  await resume(folder, { trials: 11 });
  const run = await openRun(folder);
  expect(summaryOf(run)).toMatchObject({ evaluations: 11, budget: 11, state: "finished" });
  // Resumed without a number, it is finished.
  await resume(folder);
  expect((await readJournal(folder)).trials).toHaveLength(11);
});
