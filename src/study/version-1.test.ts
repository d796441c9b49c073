// Journals that the first release wrote: a search of a published table, one with two trainings, and one that was killed,
// resumed to its end, and resumed beyond it.
import { copyFile, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluatorFacts } from "./fold.ts";
import { journalPath, openJournal, readJournal } from "./journal.ts";

const fixtures = join(import.meta.dirname, "fixtures", "version-1");
const names = ["table", "digits", "killed-and-resumed"] as const;

async function runOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "genius-v1-"));
  await copyFile(join(fixtures, `${name}.jsonl`), journalPath(folder));
  return folder;
}

/** The lines as the first release wrote them. */
async function linesOf(name: string) {
  const text = await readFile(join(fixtures, `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test.each(names)("every figure of %s is read under the name of its metric", async (name) => {
  const lines = await linesOf(name);
  expect(lines[0].version).toBe(1);
  const record = await readJournal(await runOf(name));
  expect(record.header.config.metric).toMatchObject({ name: "accuracy", goal: "maximise", range: [0, 1] });
  const old = lines.filter(({ kind }) => kind === "trial").map(({ trial }) => trial);
  expect(record.trials.length).toBe(old.length);
  for (const trial of old) {
    const read = record.rowOf.get(trial.number)!.trial;
    const { accuracy01, curve, ...outcome } = trial.outcome;
    expect(read.outcome).toEqual({
      ...outcome,
      metrics: { accuracy: accuracy01 },
      score: accuracy01,
      ...(curve && {
        curve: (curve as { readonly validationAccuracy01: number }[]).map(
          ({ validationAccuracy01, ...point }) => ({
            ...point,
            validation: { accuracy: validationAccuracy01 },
          }),
        ),
      }),
    });
    expect([read.cost, read.proposal.choices]).toEqual([trial.cost, trial.proposal.choices]);
  }
  const result = lines.findLast(({ kind }) => kind === "result");
  expect(record.result).toMatchObject({ best: result.best, reason: result.reason });
  expect(record.result?.testMetrics).toEqual({ accuracy: result.testAccuracy01 });
  expect(record.selected?.number).toBe(result.best);
  expect(record.standing).toBe("finished");
});

test("the baselines and the optimum of a table are read too", async () => {
  const [header, ...lines] = await linesOf("table");
  const record = await readJournal(await runOf("table"));
  expect(evaluatorFacts(record).optimum).toBe(header.provenance.evaluator.optimum01);
  const { baselines } = lines.at(-1);
  expect(record.result?.baselines?.length).toBe(baselines.length);
  expect(record.result?.baselines?.[0]?.points.at(-1)?.score).toBe(baselines[0].points.at(-1).accuracy01);
});

test("a run of the first release continues with lines of this one", async () => {
  const folder = await runOf("killed-and-resumed");
  const { journal, record } = await openJournal(folder);
  await journal.addNote({ about: "resumed", text: "resumed after 5 trials" });
  const last = record.trials.at(-1)!;
  const outcome = { ...last.outcome, metrics: { accuracy: 0.99 }, score: 0.99 } as typeof last.outcome;
  await journal.addTrial({ ...last, number: 6, outcome }, "6");
  await journal.close();
  const after = await readJournal(folder);
  expect(after.trials.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(after).toMatchObject({ standing: "stopped", selected: { number: 6, outcome: { score: 0.99 } } });
  expect(after.trials.slice(0, 5)).toEqual(record.trials);
});
