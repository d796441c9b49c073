import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDataset } from "../../tasks/image-classification/index.ts";
import { openTrainingData, type TrainingParts } from "../../training/training-data.ts";
import { requestOf } from "./fixtures/study.ts";
import { torchJob, torchSplit } from "./job.ts";
import { openJobFolders, writeJob } from "./job-folder.ts";

let root: string;
let parts: TrainingParts;
let cachePath: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-jobs-"));
  const dataset = await openDataset("digits", { cacheDirectory: join(root, "cache"), imageSize: 8 });
  cachePath = dataset.cachePath;
  parts = await openTrainingData({
    cachePath,
    validationFraction01: 0.2,
    splitSeed: 1,
    dataFraction01: 0.1,
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const jobOf = (threads: number) => ({
  recipe: {
    batchSize: 4,
    optimiser: { kind: "adamw", weightDecay: 0 } as const,
    learningRate: 0.1,
    labelSmoothing: 0,
    augmentation: {
      cropPadding: 0,
      flip: false,
      warp: 0,
      colourJitter: 0,
      trivialAugment: false,
      cutoutSize: 0,
      mixupAlpha: 0,
    },
  },
  epochs: 1,
  seed: 1,
  device: "cpu" as const,
  processes: 1,
  threads,
  precision: "auto" as const,
  compile: false,
  channelsLast: false,
  measureTest: false,
  filesInEvents: false,
});

test("a job folder holds what the trainer's schemas ask for, and another machine may go on with it", async () => {
  const jobs = await openJobFolders(join(root, "run"));
  const files = { name: "1-abc", network: requestOf().network, parts, cachePath };
  const folder = await writeJob(jobs, { ...files, job: jobOf(4) });
  const read = async () => torchJob.parse(JSON.parse(await readFile(join(folder, "job.json"), "utf8")));
  const job = await read();
  expect(job).toMatchObject({ threads: 4, model: { className: "Network" } });
  const split = torchSplit.parse(JSON.parse(await readFile(join(folder, job.data.split), "utf8")));
  expect([split.train.length, split.validation.length]).toEqual([parts.train.count, parts.validation.count]);
  const trained = new Set(split.train);
  expect([...split.validation, ...split.test].filter((record) => trained.has(record))).toEqual([]);
  expect(await readFile(join(folder, "model.py"), "utf8")).toContain("class Network(nn.Module)");
  expect(await writeJob(jobs, { ...files, job: jobOf(2) })).toBe(folder);
  expect((await read()).threads).toBe(2);
});

test("a run keeps its name; a copy of it, or a run made again in its place, has another", async () => {
  const run = join(root, "named");
  const { runId } = await openJobFolders(run);
  expect((await openJobFolders(run)).runId).toBe(runId);
  await cp(run, join(root, "copy"), { recursive: true });
  expect((await openJobFolders(join(root, "copy"))).runId).not.toBe(runId);
  await rm(run, { recursive: true });
  expect((await openJobFolders(run)).runId).not.toBe(runId);
});
