import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import type { RunRecord } from "../study/fold.ts";
import { parseRun } from "../study/journal.ts";
import type { JournalLine, StudyConfig } from "../study/journal-lines.ts";
import { writeTensorboard } from "./tensorboard.ts";
import { crc32c, eventFile } from "./tensorboard-events.ts";

const config: StudyConfig = {
  metric: metricOf(accuracy),
  ...{ dataset: "cifar10", task: "CIFAR-10", space: "nas-bench-macro", spaceOptions: {}, strategy: "random" },
  ...{ strategyOptions: {}, evaluator: "table", evaluatorOptions: {}, modelOptions: {} },
  ...{ trials: 3, limits: {}, parallel: 1, seed: 7 },
};

const record = (count: number): RunRecord => {
  const trials = Array.from({ length: count }, (_, index): Trial => {
    const curve = [1, 2, 3].map((epoch) => ({
      epoch,
      trainLoss: 2 / epoch,
      validation: { accuracy: 0.2 * epoch + index / 100 },
    }));
    return {
      number: index + 1,
      proposal: { choices: [0], fidelity: {}, by: "random" },
      outcome: {
        kind: "scored",
        metrics: { accuracy: [0.5, 0.7, 0.6, 0.8][index % 4]! },
        score: [0.5, 0.7, 0.6, 0.8][index % 4]!,
        curve,
        spent: { milliseconds: 5 },
      },
      cost: { paramCount: 1000 + index, macCount: 5_000_000 },
    };
  });
  const lines: JournalLine[] = [
    {
      kind: "header",
      format: "genius-journal",
      version: 1,
      config,
      provenance: {},
      time: "2026-01-01T00:00:00.000Z",
    },
    ...trials.map(
      (trial): JournalLine => ({
        kind: "trial",
        trial,
        key: "0",
        time: new Date(1_767_225_600_000 + trial.number * 1000).toISOString(),
      }),
    ),
  ];
  return parseRun(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")), "journal.jsonl")
    .record;
};

test("checksums are those of the standard's test vectors", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});

test("a run that has grown is appended to, and is byte for byte what one writing gives", async () => {
  const [folder, whole] = [
    await mkdtemp(join(tmpdir(), "genius-tb-")),
    await mkdtemp(join(tmpdir(), "genius-tb-")),
  ];
  await writeTensorboard(record(2), folder);
  const written = await writeTensorboard(record(4), folder);
  const once = await writeTensorboard(record(4), whole);
  expect(written.map((path) => path.slice(folder.length)).sort()).toEqual(
    once.map((path) => path.slice(whole.length)).sort(),
  );
  for (const path of once) expect(await readFile(path.replace(whole, folder))).toEqual(await readFile(path));
  expect(eventFile([]).length).toBeGreaterThan(16);
});

/** A Python that has the real TensorBoard, where there is one. */
const python = process.env.GENIUS_TENSORBOARD_PYTHON ?? "/nowhere";

test.skipIf(!existsSync(python))(
  "the real TensorBoard reads every figure back",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "genius-tb-"));
    await writeTensorboard(record(4), folder);
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
m = EventMultiplexer().AddRunsFromDirectory(sys.argv[1]).Reload()
print(json.dumps({run: {tag: [[e.step, e.wall_time, round(e.value, 5)] for e in m.Scalars(run, tag)] for tag in m.GetAccumulator(run).scalars.Keys()} for run in sorted(m.Runs())}))`;
    const { stdout } = await promisify(execFile)(python, ["-c", script, folder]);
    const read = JSON.parse(stdout) as Record<string, Record<string, [number, number, number][]>>;
    expect(Object.keys(read)).toEqual(["search", "trial-0001", "trial-0002", "trial-0003", "trial-0004"]);
    expect(read.search!["search/best_so_far"]).toEqual(
      [0.5, 0.7, 0.7, 0.8].map((value, index) => [index + 1, 1_767_225_601 + index, value]),
    );
    expect(read.search!["search/params"]!.map(([, , value]) => value)).toEqual([1000, 1001, 1002, 1003]);
    expect(
      read["trial-0002"]!["training/validation_accuracy"]!.map(([step, , value]) => [step, value]),
    ).toEqual([
      [1, 0.21],
      [2, 0.41],
      [3, 0.61],
    ]);
  },
  120_000,
);
