// `genius finish DIR --trial N`: another network of a run is trained to its end, noted in the journal, and the run stays as it is.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openJournal, readJournal } from "../study/journal.ts";
import { genius } from "./fixtures/terminal.ts";

const root = await mkdtemp(join(tmpdir(), "genius-finish-trial-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const environment = process.env;

test("a trial's training is noted beside the run; another process may have the run", async () => {
  const out = join(root, "digits");
  const small = ["--image-size", "12", "--max-ram", "16k", "--epochs", "1", "--final-epochs", "1"];
  const search = [
    "search",
    "digits",
    "--strategy",
    "random",
    "--space",
    "mobile",
    "--trials",
    "1",
    "--data-fraction01",
    "0.2",
  ];
  expect((await genius([...search, ...small, "--out", out], { environment })).code).toBe(0);
  const before = await readJournal(out);

  const { code, out: json } = await genius(["finish", out, "--trial", "1", "--json"], { environment });
  expect(code).toBe(0);
  const { testAccuracy01 } = JSON.parse(json);
  const after = await readJournal(out);
  const [note] = after.notes.slice(before.notes.length);
  expect(note).toMatchObject({ about: "trained", trialNumber: 1 });
  expect(note!.text).toContain(`accuracy ${(100 * testAccuracy01).toFixed(2)} % on test data`);
  expect(note!.text).toContain(join(out, "trials", "1"));
  expect([after.result, after.spent, after.standing]).toEqual([before.result, before.spent, before.standing]);
  // A limit of RAM asks for 8 bits, and so for C.
  expect(await readdir(join(out, "trials", "1", "best", "c"))).toContain("classifier.h");
  expect(await readdir(out)).not.toContain("live.json");

  // Another process that has the run is no hindrance; it alone writes its journal then.
  const { journal } = await openJournal(out);
  try {
    const stopped = ["finish", out, "--trial", "1", "--out", join(root, "one")];
    expect((await genius(stopped, { environment, signal: AbortSignal.abort() })).code).toBe(130);
  } finally {
    await journal.close();
  }
  expect((await readJournal(out)).notes).toEqual(after.notes);
}, 300_000);
