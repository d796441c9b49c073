// `genius keep`: what is better over seeds beyond the noise enters the book of blocks, and nothing else does; a model that writes a
// space is shown what suits its task.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJournal } from "../study/journal.ts";
import { startModelServer } from "../testing/model-server.ts";
import { genius as command } from "./fixtures/terminal.ts";

const root = await mkdtemp(join(tmpdir(), "genius-keep-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const book = join(root, "own", "blocks.jsonl");
const genius = (...words: readonly string[]) =>
  command(words, { environment: { ...process.env, GENIUS_OWN_DIR: join(root, "own") } });
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

test("what is better over seeds is kept, listed, and shown to a model whose task it suits", {
  timeout: 600_000,
}, async () => {
  const told = await genius("keep", run, "--reference", "mobilenet-v1");
  expect(told.error).toMatch(/mobilenet-v1, seed 4: test [\d.]+ % \(6 of 6 trainings\)/);
  expect(told.out).toMatch(
    /^Kept as digits-1: \+[\d.]+ points \(95 %: \+[\d.]+ points to \+[\d.]+ points, 3 seeds each\) beside mobilenet-v1/,
  );
  const [line] = (await readFile(book, "utf8")).split("\n");
  const entry = JSON.parse(line!);
  expect(entry.text).toMatch(
    /^conv (8|10) k5 s2 norm relu\nconv (15|16) k3 .*\nglobalpool flatten linear classes\n$/s,
  );
  expect(entry).toMatchObject({
    on: { dataset: "digits", classCount: 10 },
    against: { name: "mobilenet-v1" },
  });
  expect((await genius("keep", run)).error).toContain("in the book already, as digits-1");

  const listed = (await genius("list", "blocks")).out;
  expect(listed).toMatch(
    /digits-1 {2}\+[\d.]+ points .* beside mobilenet-v1, each trained by epochs, on digits/,
  );
  expect(listed).toContain("globalpool flatten linear classes");
  expect(JSON.parse((await genius("list", "blocks", "--json")).out).text).toBe(entry.text);

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

  // A replay is told what the recorded search was told, whatever the book has by now.
  await rm(book);
  // Finished trainings are not repeated.
  const repeated = await genius("keep", run, "--reference", "mobilenet-v1", "--name", "second");
  expect(repeated.out).toMatch(/^Kept as second/);
  expect(JSON.parse(await readFile(book, "utf8")).scores).toEqual(entry.scores);
  await rm(book);

  // Within the noise: one of its trainings was as bad as those of the other.
  const one = join(run, "kept/by-epochs/seed-2/trial-1/best/test.json");
  const test = JSON.parse(await readFile(one, "utf8"));
  await writeFile(one, JSON.stringify({ ...test, metrics: { ...test.metrics, accuracy: 0.5 } }));
  const worse = await genius("keep", run, "--reference", "mobilenet-v1", "--json");
  const { isKept, difference, block } = JSON.parse(worse.out);
  expect([worse.code, isKept, difference.ci95[0] > 0]).toEqual([0, false, false]);
  expect([block.seeds, block.scores.length]).toEqual([[2, 3, 4], 3]);
  await expect(readFile(book, "utf8")).rejects.toThrow(/ENOENT/);
  const empty = await genius("list", "blocks");
  expect([empty.code, empty.error]).toEqual([0, expect.stringContaining("The book of blocks is empty")]);

  await ask("again", "6k", "--model", `replay/${join(root, "shown")}`);
  const [before, after] = await Promise.all([
    readJournal(join(root, "shown")),
    readJournal(join(root, "again")),
  ]);
  expect(after.writtenSpace).toEqual(before.writtenSpace);
  expect(after.header.config.book).toEqual(before.header.config.book);
});

test("what cannot be confirmed is refused before anything is trained", async () => {
  const table = join(root, "table");
  await genius("search", "nas-bench-macro", "--strategy", "random", "--trials", "3", "--out", table);
  const refusals = [
    [["keep", table], /trains no network to its end, so nothing can be confirmed over seeds/],
    [["keep", run, "--seeds", "2"], /3/],
    [["keep", run, "--trial", "7"], /no trial 7 with a score/],
    [["keep", run, "--name", "../x"], /cannot be a name in the book/],
    [["keep"], /Name one run's folder/],
  ] as const;
  for (const [words, message] of refusals) {
    const told = await genius(...words);
    expect([told.code, told.error]).toEqual([2, expect.stringMatching(message)]);
  }
});
