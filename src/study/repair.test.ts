import { appendFile, copyFile, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalPath, openJournal, readJournal } from "./journal.ts";
import { repaired, repairJournal } from "./repair.ts";

const source = join(import.meta.dirname, "fixtures", "version-1", "killed-and-resumed.jsonl");
const newFolder = () => mkdtemp(join(tmpdir(), "genius-repair-"));

/** A run of five trials with its lines changed. */
async function damaged(change: (lines: string[]) => readonly string[]): Promise<string> {
  const folder = await newFolder();
  const lines = (await readFile(source, "utf8")).trimEnd().split("\n");
  await writeFile(journalPath(folder), `${change(lines).join("\n")}\n`);
  return folder;
}

test("a damaged and a doubled line in the middle are named, left out, and nothing else is lost", async () => {
  const folder = await damaged((lines) => [...lines.slice(0, 4), "{nonsense", lines[3]!, ...lines.slice(4)]);
  const before = await readFile(journalPath(folder), "utf8");
  await expect(readJournal(folder)).rejects.toThrow(/line 5 is not JSON.*genius repair/);
  const { dropped, backup, trialCount } = await repairJournal(folder);
  expect(dropped.map(({ line, why }) => [line, why])).toEqual([
    [5, expect.stringMatching(/not JSON/)],
    [6, "trial 1 is there already"],
  ]);
  expect(trialCount).toBe(5);
  expect(await readFile(journalPath(folder), "utf8")).toBe(await readFile(source, "utf8"));
  expect(await readFile(backup!, "utf8")).toBe(before);
  expect((await readJournal(folder)).trials.length).toBe(5);
  expect((await repairJournal(folder)).backup).toBeUndefined();
});

test("a write that was cut with the next line on the same one: the whole line is kept", async () => {
  const folder = await damaged((lines) => [
    ...lines.slice(0, 3),
    lines[3]!.slice(0, 100) + lines[3]!,
    ...lines.slice(4),
  ]);
  const { dropped } = await repairJournal(folder);
  expect(dropped).toMatchObject([{ line: 4, why: expect.stringMatching(/a whole line at its end is kept/) }]);
  expect(await readFile(journalPath(folder), "utf8")).toBe(await readFile(source, "utf8"));
});

test("a trial that is dropped leaves a gap, which a resume fills", async () => {
  const folder = await damaged((lines) =>
    lines.with(4, lines[4]!.replace(/"accuracy01":[\d.]+/, '"accuracy01":null')),
  );
  const { dropped } = await repairJournal(folder);
  expect(dropped[0]).toMatchObject({ line: 5, why: expect.stringMatching(/accuracy/) });
  const { journal, record } = await openJournal(folder);
  expect(record.trials.map(({ number }) => number)).toEqual([1, 3, 4, 5]);
  await journal.close();
});

test("a torn end is told, and every repair keeps its own copy", async () => {
  const folder = await newFolder();
  await copyFile(source, journalPath(folder));
  await appendFile(journalPath(folder), '{"kind":"tri');
  expect((await repairJournal(folder)).dropped).toMatchObject([{ why: "was cut before its end" }]);
  await appendFile(journalPath(folder), "x\ny\n");
  await repairJournal(folder);
  expect((await readdir(folder)).sort()).toEqual([
    ...["journal.jsonl", "journal.jsonl.before-repair", "journal.jsonl.before-repair-2"],
  ]);
});

test("a journal without its header, of another program, and one in use are refused", async () => {
  const headless = await damaged((lines) => lines.slice(1));
  await expect(repairJournal(headless)).rejects.toThrow(/line 1: a note.*header holds/);
  const foreign = await damaged((lines) => lines.with(0, lines[0]!.replace("genius-journal", "other")));
  await expect(repairJournal(foreign)).rejects.toThrow(/not a journal of genius/);
  await expect(repairJournal(await newFolder())).rejects.toThrow(/holds no run/);
  const folder = await damaged((lines) => lines);
  const { journal } = await openJournal(folder);
  await expect(repairJournal(folder)).rejects.toMatchObject({ code: "locked" });
  await journal.close();
});

test("many damaged lines are no reason to take long or to lose any good one", async () => {
  const lines = (await readFile(source, "utf8")).trimEnd().split("\n");
  const [head, trial] = [lines[0]!, lines[3]!];
  const many = Array.from({ length: 400 }, (_, index) => {
    const numbered = trial.replace('"number":1', `"number":${index + 1}`);
    return index % 2 === 0 ? `${numbered}\n]` : numbered;
  });
  const { state, dropped } = repaired(Buffer.from(`${[head, ...many].join("\n")}\n`), "journal.jsonl");
  expect([state.trials.length, dropped.length]).toEqual([400, 200]);
});
