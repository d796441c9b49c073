// The folder of one training, below the run's: job.json, model.py and what the trainer leaves there. The split of the
// data is the same for many trainings and lies beside them. Every file is written whole, and the job last, so a folder
// with a job is complete. Its name says what is trained; writing it again changes nothing of that.
import { createHash, randomUUID } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileError, systemCodeOf } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { exportPytorch } from "../../graph/export/pytorch.ts";
import type { Network } from "../../graph/network.ts";
import type { TrainingParts } from "../../training/training-data.ts";
import { jobVersion, type TorchJob, type TorchSplit } from "./job.ts";

export const checkpointName = "checkpoint.pt";

/** The trainings of a run. */
export interface JobFolders {
  /** Absolute. */
  readonly folder: string;
  /** What the keys of this run's jobs begin with: another run, or a copy of this one, has another. */
  readonly runId: string;
}

/** @throws GeniusError when the folder cannot be written. */
export async function openJobFolders(runFolder: string): Promise<JobFolders> {
  const folder = join(resolve(runFolder), "jobs");
  const path = join(folder, "run-id");
  try {
    await makeFolder(folder);
    await writeFile(path, randomUUID(), { flag: "wx" });
  } catch (thrown) {
    if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, path, "write");
  }
  const id = await readFile(path, "utf8");
  return { folder, runId: shortHash([id, folder]) };
}

export function shortHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
}

export interface JobFiles {
  readonly name: string;
  readonly network: Network;
  readonly parts: TrainingParts;
  readonly job: Omit<TorchJob, "version" | "key" | "model" | "data">;
  /** Of the decoded images, on the machine that trains. */
  readonly cachePath: string;
}

/** Writes what is not there yet or has changed. @returns the job's absolute folder. */
export async function writeJob({ folder: root }: JobFolders, files: JobFiles): Promise<string> {
  const { name, network, parts, job, cachePath } = files;
  const folder = join(root, name);
  const jobPath = join(folder, "job.json");
  const content: TorchJob = {
    version: jobVersion,
    key: name,
    model: { file: "model.py", className: "Network", trainable: "all" },
    data: {
      folder: resolve(cachePath),
      split: join("..", await writeSplit(root, parts)),
      normalisation: { mean01: [...parts.normalisation.mean01], sd01: [...parts.normalisation.sd01] },
    },
    ...job,
  };
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  const present = await readFile(jobPath, "utf8").catch(() => undefined);
  // What differs under the same name is where and on how much it runs: another machine may continue the study.
  if (present === text) return folder;
  await writeWhole(join(folder, "model.py"), exportPytorch(network));
  await writeWhole(jobPath, text);
  return folder;
}

/** @returns the file's name, which says what is in it. */
async function writeSplit(root: string, { train, validation, dataset }: TrainingParts): Promise<string> {
  const split: TorchSplit = {
    version: jobVersion,
    train: [...train.records],
    validation: [...validation.records],
    test: [...(dataset.test?.records ?? [])],
  };
  const name = `split-${shortHash(split)}.json`;
  const path = join(root, name);
  if ((await stat(path).catch(() => undefined)) === undefined) await writeWhole(path, JSON.stringify(split));
  return name;
}
