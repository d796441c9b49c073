// `genius search --space author`: the model writes the space before the search, and any strategy searches in it. Against a real
// server on the loopback interface; from the command to the report, with mistakes, with caps, stopped at every point.
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { search } from "../../api/search.ts";
import { genius as command } from "../../cli/fixtures/terminal.ts";
import { followRun } from "../../runs/followed-run.ts";
import { summaryOf } from "../../runs/summary.ts";
import type { RunRecord } from "../../study/fold.ts";
import { readJournal } from "../../study/journal.ts";
import { type Behaviour, startModelServer } from "../../testing/model-server.ts";

const text =
  "conv {8|12|16} k{3|5} s2 norm relu\nconv {16|24} k3 s2 norm relu\nglobalpool flatten linear classes\n";
const answer = `Few channels <b>early</b>.\n\`\`\`text\n${text}\`\`\``;
const quick = ["--epochs", "1", "--final-epochs", "1", "--parallel", "1"];
const data = ["digits", "--max-params", "20k", "--data-fraction01", "0.05"];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const genius = (words: readonly string[], signal?: AbortSignal) =>
  command(words, { environment: process.env, ...(signal && { signal }) });

async function scene(answers: readonly (string | Behaviour)[]) {
  const server = await startModelServer({
    respond: (_, number) => {
      const behaviour = answers[number - 1] ?? "no more";
      return typeof behaviour === "string" ? { kind: "answer", text: behaviour } : behaviour;
    },
  });
  closing.push(() => server.close());
  const run = join(await mkdtemp(join(tmpdir(), "genius-written-")), "run");
  const model = ["--model", "compatible/scripted", "--base-url", server.baseUrl];
  const ask = (...more: readonly string[]) => [
    "search",
    ...data,
    "--space",
    "author",
    ...model,
    "--out",
    run,
    ...more,
  ];
  return { server, run, ask };
}

const choicesOf = ({ trials }: Pick<RunRecord, "trials">) => trials.map(({ proposal }) => proposal.choices);

describe("by a number of evaluations", () => {
  test("the space is kept with the run, and a strategy that asks no model searches in it", {
    timeout: 300_000,
  }, async () => {
    const { server, run, ask } = await scene([answer]);
    const told = await genius(ask("--strategy", "random", "--trials", "3", ...quick));
    expect(told.error).not.toMatch(/genius:/);
    expect(told.error).toContain(
      `compatible/scripted writes the space of the search, for the run in ${run}.`,
    );
    expect(told.error).toMatch(/The space that was written, in 1 call: 3 decisions, 12 designs, about \d+ %/);
    expect(server.requests).toHaveLength(1);
    expect(await readFile(join(run, "space/author.txt"), "utf8")).toBe(text);
    const journal = await readJournal(run);
    const { config } = journal.header;
    expect(config.space).toMatch(/space.author\.txt$/);
    expect(config).toMatchObject({
      strategy: "random",
      spaceWriter: "author",
      spaceOptions: { channels: 1 },
    });
    expect(choicesOf(journal).map(({ length }) => length)).toEqual([3, 3, 3]);
    const shown = (await genius(["show", run])).out;
    expect(shown).toContain("The space that the model wrote, 3 designs tried:\n  conv {8|12|16} k{3|5} s2");
    expect(shown).toContain("its reasons (claims): Few channels <b>early</b>.");
    await genius(["report", run]);
    const report = await readFile(join(run, "report.html"), "utf8");
    expect(report).toContain("The spaces that the model wrote");
    expect(report).toContain("Few channels &lt;b&gt;early&lt;/b&gt;.");
    // Each word of a command is an element.
    expect(report.replaceAll(/<\/?code[^>]*>/g, "")).toMatch(
      /genius search digits --space author --strategy random .*--model compatible\/scripted/,
    );

    const again = `${run}-again`;
    const replayed = [
      "--model",
      `replay/${run}`,
      "--space",
      "author",
      "--strategy",
      "random",
      "--trials",
      "3",
    ];
    expect((await genius(["search", ...data, ...replayed, ...quick, "--out", again])).code).toBe(0);
    expect(choicesOf(await readJournal(again))).toEqual(choicesOf(journal));
  });

  test("mistakes are answered, and all calls count in the run's totals and caps", async () => {
    const { server, ask } = await scene(["I would use convolutions.", answer, "keep"]);
    const told = await genius(
      ask("--strategy", "llm", "--trials", "3", "--max-calls", "3", "--json", ...quick),
    );
    expect(server.requests).toHaveLength(3);
    const told2 = JSON.stringify(server.requests[1]?.body.messages);
    expect(told2).toContain("there is no text between ``` fences");
    expect(JSON.parse(told.out.trim().split("\n").at(-1)!)).toMatchObject({
      reason: "budget-spent",
      spent: { calls: 3 },
    });
  });

  test("a model that writes none ends the search with its last mistake; the run says so, and asks nothing twice", async () => {
    const { server, run, ask } = await scene(Array.from({ length: 6 }, () => "```\nconv 8\n```"));
    const told = await genius(ask("--trials", "3", ...quick));
    expect([told.code, server.requests.length]).toEqual([1, 4]);
    expect(told.error).toMatch(
      /wrote no space that can be searched, in 4 answers; the last mistake: .*one score a class/,
    );
    expect((await genius(["show", run])).out).toMatch(
      /digits · space author · strategy hybrid.*\n.*failed: .*wrote no space/,
    );
    expect((await genius(["resume", run])).error).toMatch(/wrote no space/);
    expect(server.requests).toHaveLength(4);
  });
});

describe("stopped", () => {
  test("while the model is asked: it is resumed as any other run", async () => {
    const { server, run, ask } = await scene([{ kind: "hang" }, answer]);
    const stop = new AbortController();
    const going = genius(ask("--strategy", "random", "--trials", "2", ...quick), stop.signal);
    await server.received(1);
    stop.abort();
    const stopped = await going;
    expect([stopped.code, stopped.error]).toEqual([130, expect.stringContaining(`genius resume ${run}`)]);
    expect((await genius(["resume", run])).code).toBe(0);
    expect(server.requests).toHaveLength(2);
    const { trials, notes } = await readJournal(run);
    expect(trials).toHaveLength(2);
    expect(notes.map(({ about }) => about)).toEqual(expect.arrayContaining(["stopped", "resumed", "space"]));
  });

  test("at any later point: no answer is asked for again, and the search is the same", {
    timeout: 300_000,
  }, async () => {
    const { server, run, ask } = await scene(["no text", answer]);
    await genius(ask("--strategy", "evolution", "--trials", "3", ...quick));
    const whole = await readJournal(run);
    const lines = (await readFile(join(run, "journal.jsonl"), "utf8")).trimEnd().split("\n");
    const space = lines.findIndex((line) => line.includes('"about":"space"'));
    expect(space).toBeGreaterThan(0);
    // Before the space was kept, after it, after a trial.
    for (const kept of [1, space + 1, space + 2]) {
      await writeFile(join(run, "journal.jsonl"), `${lines.slice(0, kept).join("\n")}\n`);
      if (kept === 1) await rm(join(run, "space"), { recursive: true });
      expect((await genius(["resume", run])).code).toBe(0);
      const resumed = await readJournal(run);
      expect(choicesOf(resumed)).toEqual(choicesOf(whole));
      expect(resumed.writtenSpace?.text).toBe(text);
    }
    expect(server.requests).toHaveLength(2);
  });
});

test("an onlooker sees the space as soon as it is written", async () => {
  const { run, ask } = await scene([answer]);
  await genius(ask("--strategy", "random", "--trials", "2", ...quick));
  const path = join(run, "journal.jsonl");
  const whole = await readFile(path, "utf8");
  const header = whole.indexOf("\n") + 1;
  await writeFile(path, whole.slice(0, header));
  const followed = followRun("run", run);
  await followed.refresh();
  expect(summaryOf(followed).space).toBe("author");
  const { generation } = followed;
  await appendFile(path, whole.slice(header));
  await followed.refresh();
  // A page that has read decisions reads them again.
  expect(followed.generation).toBeGreaterThan(generation);
  expect((await followed.domain())?.space.decisions).toHaveLength(3);
  expect(summaryOf(followed).space).toMatch(/author\.txt$/);
});

test("by the clock", { timeout: 120_000 }, async () => {
  const { server, run, ask } = await scene([answer]);
  expect((await genius(ask("--strategy", "evolution", "--minutes", "0.5"))).error).not.toMatch(/genius:/);
  expect(server.requests).toHaveLength(1);
  const journal = await readJournal(run);
  // How many designs there is time for, beside the hand-designed networks, depends on the machine.
  expect(journal.result?.reason).toBe("time-spent");
  for (const { length } of choicesOf(journal)) expect([0, 3]).toContain(length);
  const note = journal.notes.find(({ about }) => about === "space");
  const began = Date.parse(journal.header.startedAt!);
  expect(journal.openingMs).toBe(Date.parse(note!.time) - began);
});

test("a person writes it", async () => {
  const out = join(await mkdtemp(join(tmpdir(), "genius-written-")), "run");
  const purposes: string[] = [];
  const result = await search({
    ...{ data: "digits", space: "author", model: "manual", strategy: "random", out },
    ...{ limits: { maxParams: "20k" }, budget: { trials: 2 }, parallel: 1 },
    evaluatorOptions: { epochs: 1, finalEpochs: 1, dataFraction01: 0.05 },
    answers: {
      async answer({ purpose }) {
        purposes.push(purpose);
        return answer;
      },
      close() {},
    },
  });
  expect(purposes).toEqual(["space"]);
  expect(result.space.decisions.map(({ name }) => name)).toEqual(["conv1.c", "conv1.k", "conv2.c"]);
  expect(result.trials).toHaveLength(2);
});

test("answers that are piped in are all read, the space's and the search's", async () => {
  const out = join(await mkdtemp(join(tmpdir(), "genius-written-")), "run");
  const bin = resolve(import.meta.dirname, "../../../bin/genius.js");
  const words = [
    "search",
    ...data,
    "--space",
    "author",
    "--model",
    "manual",
    "--strategy",
    "llm",
    "--trials",
    "2",
  ];
  const child = spawn(process.execPath, [bin, ...words, ...quick, "--out", out], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end(`${answer}\n.\n{"choices": [2, 1, 0]}\n.\n{"choices": [1, 0, 1]}\n.\n`);
  expect(await ended).toBe(0);
  expect(choicesOf(await readJournal(out))).toEqual([
    [2, 1, 0],
    [1, 0, 1],
  ]);
});

test("what cannot be is refused before anything begins, with what to do", async () => {
  const refusals = [
    [["digits"], /add --model PROVIDER\/MODEL .* or --model manual to write it yourself/],
    [["digits", "--model", "manual", "--strategy", "author"], /leave out --space author/],
    [["nas-bench-201", "--model", "manual"], /only knows designs of a published one/],
    [["digits", "--model", "manual", "--hyperparameters"], /has no option "hyperparameters"/],
  ] as const;
  const folder = await mkdtemp(join(tmpdir(), "genius-written-"));
  for (const [words, message] of refusals) {
    const told = await genius(["search", ...words, "--space", "author", "--out", join(folder, "run")]);
    expect([told.code, told.error]).toEqual([2, expect.stringMatching(message)]);
  }
});
