import { spawn } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import { createJournal, journalPath, openJournal, parseRun, readJournal } from "./journal.ts";
import type { StudyConfig } from "./journal-lines.ts";

const config: StudyConfig = {
  dataset: "cifar10",
  task: "CIFAR-10",
  metric: metricOf(accuracy),
  space: "nas-bench-macro",
  spaceOptions: {},
  strategy: "random",
  strategyOptions: {},
  evaluator: "table",
  evaluatorOptions: {},
  modelOptions: {},
  trials: 3,
  limits: { maxParamCount: 20_000 },
  parallel: 1,
  seed: 7,
};

const trialOf = (number: number): Trial => ({
  number,
  proposal: { choices: [number, 0, 2], fidelity: {}, by: "random", rationale: "naïve – “quoted”" },
  outcome: {
    kind: "scored",
    metrics: { accuracy: 0.5 + number / 100 },
    score: 0.5 + number / 100,
    spent: { milliseconds: 0 },
  },
  cost: { paramCount: 10 * number, macCount: 100 * number },
});

const newFolder = () => mkdtemp(join(tmpdir(), "genius-journal-"));

async function written(trials: number): Promise<string> {
  const folder = await newFolder();
  const journal = await createJournal(folder, async () => ({ config, provenance: { commit: "abc" } }));
  for (let number = 1; number <= trials; number += 1) await journal.addTrial(trialOf(number), String(number));
  await journal.close();
  return folder;
}

test("the first journals that began with experience say only that they did", async () => {
  const folder = await newFolder();
  const journal = await createJournal(folder, async () => ({
    config: { ...config, experience: true as never },
    provenance: {},
  }));
  await journal.close();
  const { offered, told } = (await readJournal(folder)).header.config.experience!;
  expect([offered.map(({ name, text }) => [name, text]), told]).toEqual([[["early-resnet", undefined]], []]);
});

test("a journal reads back as it was written", async () => {
  const folder = await newFolder();
  const journal = await createJournal(folder, async () => ({ config, provenance: { commit: "abc" } }));
  await journal.addTrial(trialOf(2), "202");
  await journal.addTrial(trialOf(1), "102");
  await journal.addNote({ about: "person", text: "try deeper", trialNumber: 1 });
  await journal.addResult({ reason: "trials-spent", best: 2, testMetrics: { accuracy: 0.9 } });
  await journal.close();
  const record = await readJournal(folder);
  expect(record.header.config).toEqual(config);
  expect(record.trials).toEqual([trialOf(1), trialOf(2)]);
  expect(record.notes[0]).toMatchObject({ about: "person", text: "try deeper" });
  expect(record.result).toMatchObject({ best: 2, testMetrics: { accuracy: 0.9 } });
  expect(record.warnings).toEqual([]);
});

test("cut at any byte, a journal keeps every trial whose line was whole, and continues from there", async () => {
  const folder = await written(3);
  const path = journalPath(folder);
  const bytes = await readFile(path);
  const newlines = [...bytes.keys()].filter((index) => bytes[index] === 10);
  for (let length = newlines[0]! + 1; length <= bytes.length; length += 1) {
    const { record, wholeBytes } = parseRun(bytes.subarray(0, length), path);
    const whole = newlines.filter((newline) => newline < length).length;
    expect(record.trials.length).toBe(whole - 1);
    expect(wholeBytes).toBe(newlines[whole - 1]! + 1);
    expect(record.warnings.length).toBe(length === wholeBytes ? 0 : 1);
  }
  await truncate(path, bytes.length - 5);
  const { journal, record } = await openJournal(folder);
  expect(record.trials.length).toBe(2);
  expect(record.warnings[0]).toContain("line (4) was cut");
  await journal.addTrial(trialOf(3), "3");
  await journal.close();
  expect((await readJournal(folder)).trials).toEqual([1, 2, 3].map(trialOf));
});

test("damage that is no torn end is an error that names the file, the line and the field", async () => {
  const folder = await written(1);
  const path = journalPath(folder);
  await appendFile(path, "{nonsense}\n{}\n");
  await expect(readJournal(folder)).rejects.toThrow(/journal\.jsonl, line 3 is not JSON/);
  const other = await written(1);
  const line = JSON.stringify({
    kind: "trial",
    key: "1",
    time: "",
    trial: { ...trialOf(2), cost: { paramCount: "many" } },
  });
  await appendFile(journalPath(other), `${line}\n`);
  await expect(readJournal(other)).rejects.toThrow(
    /line 3: field "trial\.cost\.paramCount" must be a number; .* was given\./,
  );
  const limited = await written(1);
  const text = await readFile(journalPath(limited), "utf8");
  await writeFile(journalPath(limited), text.replace('"limits":{', '"limits":{"maxMacCount":"many",'));
  await expect(readJournal(limited)).rejects.toThrow(
    /line 1: field "config\.limits\.maxMacCount" must be a number; "many" was given\. The header holds/,
  );
  const twice = await written(1);
  await appendFile(
    journalPath(twice),
    `${JSON.stringify({ kind: "trial", trial: trialOf(1), key: "1", time: "" })}\n`,
  );
  await expect(readJournal(twice)).rejects.toThrow(/trial 1 is there already/);
});

test("a journal of another version or program is refused, not misread", async () => {
  const folder = await written(0);
  const header = JSON.parse(await readFile(journalPath(folder), "utf8")) as Record<string, unknown>;
  await writeFile(journalPath(folder), `${JSON.stringify({ ...header, version: 99 })}\n`);
  await expect(readJournal(folder)).rejects.toThrow(/version 99/);
  await writeFile(journalPath(folder), `${JSON.stringify({ ...header, format: "other" })}\n`);
  await expect(readJournal(folder)).rejects.toThrow(/not a journal of genius/);
});

test("no bytes crash the reader", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(`${text}\n`)),
      ),
      (bytes) => {
        try {
          parseRun(bytes, "fuzz.jsonl");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GeniusError);
        }
      },
    ),
  );
});

test("a folder has one writer: a second is refused while the first lives, and may go on when it was killed", async () => {
  const folder = await written(1);
  const { journal } = await openJournal(folder);
  await expect(openJournal(folder)).rejects.toMatchObject({ code: "locked" });
  await journal.close();
  const script = `const { openJournal } = await import(${JSON.stringify(new URL("./journal.ts", import.meta.url).href)});
    await openJournal(${JSON.stringify(folder)}); console.log("open"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await expect(openJournal(folder)).rejects.toMatchObject({ code: "locked" });
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const again = await openJournal(folder);
  await again.journal.close();
});

test("a folder that holds a run is not started over, and an empty or foreign one is named", async () => {
  const folder = await written(1);
  await expect(createJournal(folder, async () => ({ config, provenance: {} }))).rejects.toThrow(
    /genius resume/,
  );
  const trained = await newFolder();
  await mkdir(join(trained, "best"));
  await writeFile(join(trained, "best", "test.json"), "{}");
  await expect(createJournal(trained, async () => ({ config, provenance: {} }))).rejects.toThrow(
    /holds a trained network, which the search's best one would replace/,
  );
  await expect(readJournal(join(folder, "nothing"))).rejects.toThrow(/holds no run/);
  await expect(openJournal(await newFolder())).rejects.toThrow(/holds no run/);
});
