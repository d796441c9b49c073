// A search in a real process, stopped in every way there is. The evaluator takes its time, as a training would.
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readdir, rm, stat, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readJournal } from "../study/journal.ts";

const bin = resolve(import.meta.dirname, "../../bin/genius.js");

const slowEvaluator = `
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
const hold = import.meta.dirname + "/hold";
export default {
  name: "slow", summary: "", source: "", options: { safeParse: (data) => ({ success: true, data }), parse: (data) => data, "~standard": {}, _zod: undefined },
  create: async () => ({
    selectedOn: "validation", fidelity: { full: {} }, provenance: {},
    async evaluate({ proposal, signal }) {
      try { do await wait(90, undefined, { signal }); while (existsSync(hold)); } catch { return { kind: "failed", reason: "cancelled", detail: "", spent: { milliseconds: 0 } }; }
      return { kind: "scored", metrics: { accuracy: proposal.choices.reduce((a, b) => a + b, 0) / 16 }, spent: { milliseconds: 90 } };
    },
    test: async ({ proposal }) => ({ metrics: { accuracy: proposal.choices.reduce((a, b) => a + b, 0) / 16 } }),
  }),
};`
  .replace(/options: \{.*\},\n/, "options: z.object({}),\n")
  .replace("\n", `\nimport { z } from ${JSON.stringify(import.meta.resolve("zod"))};\n`);

/** Lets bin/genius.js see an old Node, so that it starts the newer one. */
const oldNode = [
  "--import",
  `data:text/javascript,${encodeURIComponent(`
const own = (value) => (typeof value === "function" ? value.bind(process0) : value);
const process0 = process;
globalThis.process = new Proxy(process0, {
  get: (_, name) => (name === "versions" ? { node: "20.0.0" } : own(process0[name])),
});`)}`,
];

/** Starts the command; `lines` counts what it has said of finished trials. */
function start(
  args: readonly string[],
  nodeOptions: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
) {
  const child = spawn(process.execPath, [...nodeOptions, bin, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const waiting: { isDone: () => boolean; resolve: () => void }[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    for (const waiter of waiting) if (waiter.isDone()) waiter.resolve();
  });
  const closed = new Promise<{ code: number | null; said: string }>((done) =>
    child.on("close", (code) => {
      for (const waiter of waiting) waiter.resolve();
      done({ code, said });
    }),
  );
  const until = (isDone: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ isDone, resolve });
      if (isDone()) resolve();
    });
  const trials = (count: number) =>
    until(() => said.split("\n").filter((line) => line.startsWith("#")).length >= count);
  const saying = (words: string) => until(() => said.includes(words));
  return { child, closed, trials, saying };
}

async function prepared() {
  const folder = await mkdtemp(join(tmpdir(), "genius-stop-"));
  const evaluator = join(folder, "slow.ts");
  await writeFile(evaluator, slowEvaluator);
  const search = (run: string) => [
    ...["search", "anything", "--space", "nas-bench-macro", "--strategy", "random", "--evaluator", evaluator],
    ...["--trials", "30", "--seed", "11", "--parallel", "2", "--out", join(folder, run)],
  ];
  return { folder, search };
}

test("Ctrl-C, kill -9 and a torn line in the middle: resumed, the search is the one that was never stopped", async () => {
  const { folder, search } = await prepared();
  const whole = await start(search("whole")).closed;
  expect(whole.code).toBe(0);

  const run = join(folder, "stopped");
  const first = start(search("stopped"));
  await first.trials(5);
  first.child.kill("SIGINT");
  const interrupted = await first.closed;
  expect(interrupted.code).toBe(130);
  expect(interrupted.said).toContain(`genius resume ${run}`);

  const fewer = await start(["resume", run, "--trials", "2"]).closed;
  expect(fewer.code).toBe(2);
  expect(fewer.said).toMatch(/has \d+ evaluations already, and 2 in all were asked for\..*genius finish/);

  const second = start(["resume", run]);
  await second.trials(4);
  const hold = join(folder, "hold");
  await writeFile(hold, "");
  const intruder = await start(["resume", run]).closed;
  expect(intruder.code).toBe(1);
  expect(intruder.said).toMatch(/is in use by process \d+/);
  second.child.kill("SIGKILL");
  await second.closed;
  await rm(hold);
  const kept = (await readJournal(run)).trials.length;
  expect(kept).toBeGreaterThanOrEqual(9);

  await appendFile(join(run, "journal.jsonl"), '{"kind":"trial","trial":{"numb');
  const last = await start(["resume", run]).closed;
  expect(last.said).toContain("was cut");
  expect(last.code).toBe(0);

  const [stopped, uninterrupted] = await Promise.all([readJournal(run), readJournal(join(folder, "whole"))]);
  expect(stopped.trials).toEqual(uninterrupted.trials);
  expect(stopped.result?.best).toBe(uninterrupted.result?.best);
});

const stoppingWords = "Stopping … Ctrl-C again ends at once.";

test.each([
  ["directly", []],
  ["under an old Node", oldNode],
] as const)(
  "a first Ctrl-C is answered, a second one waits for nothing, started %s",
  async (_, nodeOptions) => {
    const { folder, search } = await prepared();
    // An evaluator that hears of no signal.
    await writeFile(
      join(folder, "slow.ts"),
      slowEvaluator.replace("wait(90, undefined, { signal })", "wait(90)"),
    );
    const run = join(folder, "run");
    const { child, closed, trials, saying } = start(search("run"), nodeOptions);
    await trials(3);
    await writeFile(join(folder, "hold"), "");
    child.kill("SIGINT");
    await saying(stoppingWords);
    child.kill("SIGINT");
    const { code, said } = await closed;
    expect(code).toBe(130);
    expect(said.split(stoppingWords)).toHaveLength(2);
    await rm(join(folder, "hold"));
    expect((await readJournal(run)).trials.length).toBeGreaterThanOrEqual(3);
    expect((await start(["resume", run]).closed).code).toBe(0);
    expect((await readJournal(run)).trials).toHaveLength(30);
  },
);

/** A dataset without end. */
const endlessFormat = `
import { setTimeout as wait } from "node:timers/promises";
import { writeSync } from "node:fs";
const bytes = new Uint8Array(16);
export default {
  name: "endless", summary: "", source: "",
  detect: async () => true,
  list: async () => ({
    name: "endless", classNames: ["a", "b"], mirrorable: true, files: [], recordCount: 1_000_000, ignoredFiles: [], notes: [],
    async *records() {
      for (let index = 0; ; index += 1) {
        if (index === 200) writeSync(2, "# reading\\n");
        if (index >= 200) await wait(1);
        yield { part: "train", label: index % 2, where: String(index), image: { kind: "raw", bytes, shape: [1, 4, 4] } };
      }
    },
  }),
};`;

test.each([
  ["data", (folder: string) => ["data", folder]],
  ["search", (folder: string) => ["search", folder, "--out", join(folder, "run"), "--trials", "1"]],
  ["train", (folder: string) => ["train", "resnet-8", folder, "--out", join(folder, "run")]],
] as const)(
  "Ctrl-C ends %s while it still reads the images, and leaves nothing behind",
  async (_, argsOf) => {
    const folder = await mkdtemp(join(tmpdir(), "genius-endless-"));
    const format = join(folder, "endless.ts");
    await writeFile(format, endlessFormat);
    const environment = { ...process.env, GENIUS_CACHE_DIR: join(folder, "cache") };
    const { child, closed, trials } = start([...argsOf(folder), "--format", format], [], environment);
    await trials(1);
    child.kill("SIGINT");
    const { code, said } = await closed;
    expect(said).toContain(stoppingWords);
    expect(code).toBe(130);
    expect(await readdir(join(folder, "cache", "datasets"))).toEqual([]);
    await expect(stat(join(folder, "run"))).rejects.toThrow();
  },
);

test("kill -9 of the process that an old Node started ends the search in the newer one", async () => {
  const { folder, search } = await prepared();
  expect((await start(search("whole")).closed).code).toBe(0);
  const run = join(folder, "stopped");
  const wrapped = start(search("stopped"), oldNode);
  await wrapped.trials(3);
  const hold = join(folder, "hold");
  await writeFile(hold, "");
  wrapped.child.kill("SIGKILL");
  // Its output closes when the search has ended as well; held trainings would not end by themselves.
  await wrapped.closed;
  await rm(hold);
  expect((await start(["resume", run], oldNode).closed).code).toBe(0);
  const [stopped, whole] = await Promise.all([readJournal(run), readJournal(join(folder, "whole"))]);
  expect(stopped.trials).toEqual(whole.trials);
});

test("kill -9 in the middle of trainings loses no finished trial, and the end is the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-stop-"));
  const search = (run: string) => [
    ...["search", "digits", "--max-params", "20k", "--max-macs", "500k", "--trials", "2", "--parallel", "1"],
    ...[
      "--epochs",
      "2",
      "--final-epochs",
      "4",
      "--data-fraction01",
      "0.1",
      "--validation-fraction01",
      "0.5",
      "--seed",
      "4",
    ],
    ...["--out", join(folder, run)],
  ];
  expect((await start(search("whole")).closed).code).toBe(0);

  const run = join(folder, "stopped");
  const first = start(search("stopped"));
  await first.trials(1);
  first.child.kill("SIGKILL");
  await first.closed;
  expect((await readJournal(run)).trials.length).toBe(1);

  // The final training keeps its state after every epoch; it is killed in a later one.
  const second = start(["resume", run]);
  const kept = watch(run, { recursive: true, signal: AbortSignal.timeout(100_000) });
  for await (const { filename } of kept) if (filename?.includes("final-")) break;
  second.child.kill("SIGKILL");
  await second.closed;
  const before = await readJournal(run);
  expect(before.trials.length).toBe(2);
  expect(before.result).toBeUndefined();

  expect((await start(["resume", run]).closed).code).toBe(0);
  const [stopped, whole] = await Promise.all([readJournal(run), readJournal(join(folder, "whole"))]);
  const found = ({ trials, result }: Awaited<ReturnType<typeof readJournal>>) => ({
    trials: trials.map(({ outcome, proposal }) => [
      proposal.choices,
      outcome.kind === "scored" && outcome.curve,
    ]),
    testMetrics: result?.testMetrics,
  });
  expect(found(stopped)).toEqual(found(whole));
}, 300_000);

test("a place that is a file is one clear sentence", async () => {
  const { folder, search } = await prepared();
  await writeFile(join(folder, "file"), "");
  const { code, said } = await start(search("file/run")).closed;
  expect(code).toBe(1);
  expect(said).toMatch(/genius: Cannot create the folder .*is a file, not a folder/);
});

const busySpace = `
import { writeSync } from "node:fs";
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
export default {
  name: "busy", summary: "", source: "", options: z.object({}),
  create: () => ({
    name: "busy", summary: "", input: [3, 8, 8], classCount: 2, firstDigit: 0,
    decisions: [{ name: "a", meaning: "", kind: "ordinal", about: "architecture", options: [{ label: "1" }] }],
    decode() {
      writeSync(2, "# calculating\\n");
      for (const end = Date.now() + 60_000; Date.now() < end; );
    },
  }),
};`;

test.each([
  ["directly", []],
  ["under an old Node", oldNode],
] as const)("a signal ends an export in the middle of a calculation, started %s", async (_, nodeOptions) => {
  const folder = await mkdtemp(join(tmpdir(), "genius-busy-"));
  const space = join(folder, "busy.ts");
  await writeFile(space, busySpace);
  const { child, closed, trials } = start(
    ["export", "--space", space, "--choices", "0", "--format", "pytorch"],
    nodeOptions,
  );
  await trials(1);
  child.kill("SIGTERM");
  const { code } = await closed;
  expect([child.signalCode, code]).toEqual(nodeOptions.length === 0 ? ["SIGTERM", null] : [null, 130]);
  await rm(folder, { recursive: true });
});

test("an evaluator that waits for nothing ends the search with words", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-stuck-"));
  const evaluator = join(folder, "stuck.ts");
  await writeFile(
    evaluator,
    slowEvaluator.replace("async evaluate({ proposal, signal }) {", "$& return new Promise(() => {});"),
  );
  const args = ["search", "anything", "--space", "nas-bench-macro", "--strategy", "random"];
  const { code, said } = await start([...args, "--evaluator", evaluator, "--out", join(folder, "run")])
    .closed;
  expect(said).toMatch(/genius: A program of your own returned a promise that never settles/);
  expect(code).toBe(1);
  await rm(folder, { recursive: true, force: true });
});

test("a file that is no TypeScript is named with its line", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-syntax-"));
  const strategy = join(folder, "wrong.ts");
  await writeFile(strategy, "const a = 1;\nexport default a b;\n");
  const args = ["search", "nas-bench-macro", "--strategy", strategy, "--out", join(folder, "run")];
  const { code, said } = await start(args).closed;
  expect(said).toContain(`${strategy}:2\n    const a = 1;\n    export default a b;\n`);
  expect(code).toBe(1);
  await rm(folder, { recursive: true, force: true });
});
