// `genius keep`: what is better over seeds beyond the noise is kept, and nothing else is; a search by the clock tries what suits it, and a
// model that writes a space is shown it. What a run had of it is the run's: a resumed or replayed one has the same.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resume, search } from "../index.ts";
import { isFromExperience } from "../search/proposed-network.ts";
import { readJournal } from "../study/journal.ts";
import { startModelServer } from "../testing/model-server.ts";
import { genius as command } from "./fixtures/terminal.ts";

const root = await mkdtemp(join(tmpdir(), "genius-keep-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const kept = join(root, "own", "experience.jsonl");
const environment = { ...process.env, GENIUS_OWN_DIR: join(root, "own") };
const genius = (...words: readonly string[]) => command(words, { environment });
const quick = ["--epochs", "1", "--final-epochs", "1", "--data-fraction01", "0.05", "--parallel", "1"];
const run = join(root, "run");

beforeAll(async () => {
  await writeFile(
    join(root, "space.txt"),
    "conv {8|10} k5 s2 norm relu\nconv {15|16} k3 s2 norm relu\nconv 16 k3 norm relu\nglobalpool flatten linear classes\n",
  );
  const search = ["search", "digits", "--space", join(root, "space.txt"), "--strategy", "random"];
  const sized = ["--max-params", "6k", "--max-macs", "1M", "--trials", "1", "--parallel", "1", "--out", run];
  const length = ["--epochs", "1", "--final-epochs", "2", "--data-fraction01", "0.5"];
  const told = await genius(...search, ...sized, ...length);
  expect(told.code).toBe(0);
});

test("what is better over seeds is kept, listed, tried by the clock, and shown to a model whose task it suits", {
  timeout: 600_000,
}, async () => {
  const told = await genius("keep", run, "--reference", "mobilenet-v1");
  expect(told.error).toMatch(
    /Confirms trial 1 \(\d+, .*parameters.*\) beside a hand-designed network \(mobilenet-v1.*\)\. Each is trained for 2 epochs once with each of the seeds 2, 3, 4: 6 trainings; how long they take shows after the first\./,
  );
  expect(told.error.indexOf("Confirms")).toBeLessThan(told.error.indexOf("seed 2: test"));
  expect(told.error).toMatch(/trial 1, seed 2: test [\d.]+ % \(1 of 6 trainings, about .* left\)/);
  expect(told.error).toMatch(/mobilenet-v1, seed 4: test [\d.]+ % \(6 of 6 trainings\)/);
  expect(told.out).toMatch(
    /^Kept as digits-1: \+[\d.]+ points \(95 %: \+[\d.]+ points to \+[\d.]+ points, 3 seeds each\) beside mobilenet-v1/,
  );
  const [line] = (await readFile(kept, "utf8")).split("\n");
  const entry = JSON.parse(line!);
  expect(entry.text).toMatch(
    /^conv (8|10) k5 s2 norm relu\nconv (15|16) k3 .*\nglobalpool flatten linear classes\n$/s,
  );
  expect(entry).toMatchObject({
    on: { dataset: "digits", classCount: 10 },
    against: { name: "mobilenet-v1" },
  });
  expect((await genius("keep", run)).error).toContain("is kept already, as digits-1");

  const listed = (await genius("list", "experience")).out;
  expect(listed).toMatch(
    /^digits-1 {6}Yours: \+[\d.]+ points .* beside mobilenet-v1.*, each trained for 2 epochs, on digits/,
  );
  expect(listed).toContain("globalpool flatten linear classes");
  const [first] = (await genius("list", "experience", "--json")).out.split("\n");
  expect(JSON.parse(first!).text).toBe(entry.text);
  await triedByTheClock(entry.text);

  const text =
    "conv {8|12} k3 s2 norm relu\nconv {16|24} k3 s2 norm relu\nglobalpool flatten linear classes\n";
  const server = await startModelServer({
    respond: () => ({ kind: "answer", text: `Few.\n\`\`\`text\n${text}\`\`\`` }),
  });
  const model = ["--model", "compatible/scripted", "--base-url", server.baseUrl];
  const ask = async (out: string, maxParams: string, ...more: readonly string[]) => {
    const words = [
      "search",
      "digits",
      "--space",
      "author",
      "--strategy",
      "random",
      "--max-params",
      maxParams,
    ];
    const { code } = await genius(...words, "--trials", "1", ...quick, "--out", join(root, out), ...more);
    expect(code).toBe(0);
    return JSON.stringify(server.requests.at(-1)?.body.messages);
  };
  const shown = await ask("shown", "6k", ...model);
  expect(shown).toContain(
    "Networks that beat a hand-designed one in other searches, confirmed over several seeds",
  );
  expect(shown).toContain(JSON.stringify(entry.text.trimEnd()).slice(1, -1));
  // A network of a hundredth of the limit says nothing of one near it.
  expect(await ask("large", "2M", ...model)).not.toContain("Networks that beat");
  expect(server.requests).toHaveLength(2);
  await server.close();

  // A replay is told what the recorded search was told, whatever is kept by now.
  await rm(kept);
  // Finished trainings are not repeated.
  const repeated = await genius("keep", run, "--reference", "mobilenet-v1", "--name", "second");
  expect(repeated.out).toMatch(/^Kept as second/);
  expect(JSON.parse(await readFile(kept, "utf8")).scores).toEqual(entry.scores);
  await rm(kept);

  // Within the noise: one of its trainings was as bad as those of the other.
  const one = join(run, "kept/by-epochs/seed-2/trial-1/best/test.json");
  const test = JSON.parse(await readFile(one, "utf8"));
  await writeFile(one, JSON.stringify({ ...test, metrics: { ...test.metrics, accuracy: 0.5 } }));
  const worse = await genius("keep", run, "--reference", "mobilenet-v1", "--json");
  const { isKept, difference, entry: measured } = JSON.parse(worse.out);
  expect([worse.code, isKept, difference.ci95[0] > 0]).toEqual([0, false, false]);
  expect([measured.seeds, measured.scores.length]).toEqual([[2, 3, 4], 3]);
  await expect(readFile(kept, "utf8")).rejects.toThrow(/ENOENT/);
  const empty = await genius("list", "experience");
  expect([empty.code, empty.error]).toEqual([0, expect.stringContaining("None of your own yet")]);

  await ask("again", "6k", "--model", `replay/${join(root, "shown")}`);
  const [before, after] = await Promise.all([
    readJournal(join(root, "shown")),
    readJournal(join(root, "again")),
  ]);
  expect(after.writtenSpace).toEqual(before.writtenSpace);
  expect(before.header.config.experience?.told).toHaveLength(1);
  expect(after.header.config.experience).toEqual(before.header.config.experience);
});

/** A search by the clock begins with what was kept, also when it is resumed after that was forgotten. */
async function triedByTheClock(text: string): Promise<void> {
  const lines = await readFile(kept, "utf8");
  await appendFile(kept, "{ damaged\n");
  const out = join(root, "clock");
  const { said, config } = await begun(out, {});
  expect(said).toContainEqual(expect.stringMatching(/^Left out of your experience: .*line 2 is not JSON/));
  const words = /kept from .*run: \+[\d.]+ points beside mobilenet-v1.* over 3 seeds on digits/;
  const { offered, told } = config.experience!;
  expect([offered.map(({ name }) => name), told]).toEqual([["digits-1", "early-resnet"], []]);
  expect(offered[0]).toMatchObject({ text, words: expect.stringMatching(words) });
  expect((await begun(`${out}-without`, { experience: false })).config.experience).toBeUndefined();

  await rm(kept);
  const { trials } = await resume(out, { environment });
  expect((await readJournal(out)).header.config.experience).toEqual(config.experience);
  // A short search has one place for what won before, on a slow machine perhaps none.
  for (const { proposal } of trials.filter((trial) => isFromExperience(trial.proposal))) {
    expect(proposal.network?.name).toMatch(/^digits-1( ×|$)/);
    expect(proposal.rationale).toMatch(/^digits-1, kept from|^among the best|once more/);
  }
  await genius("report", out);
  const report = (await readFile(join(out, "report.html"), "utf8")).replaceAll(/<[^>]*>/g, "");
  for (const words of ["--experience", "It was offered what was kept then (digits-1)"])
    expect(report.includes(words), words).toBe(true);
  await writeFile(kept, lines);
}

/** A search by the clock, stopped before its first proposal: what it said until then, and its configuration. */
async function begun(out: string, more: { readonly experience?: boolean }) {
  const stop = new AbortController();
  const said: string[] = [];
  const { reason, config } = await search({
    ...{ data: "digits", limits: { maxParams: "6k" }, environment, out, signal: stop.signal },
    budget: { minutes: 0.5, ...more },
    onEvent(event) {
      if (event.kind === "preparing") said.push(event.text);
      if (event.kind === "plan") stop.abort();
    },
  });
  expect(reason).toBe("interrupted");
  return { said, config };
}

test("what cannot be confirmed is refused before anything is trained", async () => {
  const table = join(root, "table");
  await genius("search", "nas-bench-macro", "--strategy", "random", "--trials", "3", "--out", table);
  const refusals = [
    [["keep", table], /trains no network to its end, so nothing can be confirmed over seeds/],
    [["keep", run, "--seeds", "2"], /3/],
    [["keep", run, "--trial", "7"], /no trial 7 with a score/],
    [["keep", run, "--name", "resnet-8"], /is the name of a network that comes with GENIUS/],
    [["keep", run, "--name", "../x"], /cannot be a name/],
    [["keep"], /Name one run's folder/],
  ] as const;
  for (const [words, message] of refusals) {
    const told = await genius(...words);
    expect([told.code, told.error]).toEqual([2, expect.stringMatching(message)]);
  }
});
