// What the final training left in `best/` of a run's folder, read for those who show it. Anything may have
// changed it on disk, so it is checked.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Metrics } from "../metrics/index.ts";
import { finalCurveOf, type TrainedFacts, trainedFacts } from "../report/index.ts";
import type { EpochPoint } from "../search/trial.ts";

/** The curve of the final training; undefined without one. */
export async function readFinalCurve(folder: string): Promise<readonly EpochPoint[] | undefined> {
  return finalCurveOf(await readJson(join(folder, "best", "test.json")));
}

/** What the trained network reached on test data, by the name of the metric; undefined where no training was finished. */
export async function readTestMetrics(folder: string): Promise<Metrics | undefined> {
  const read = z
    .looseObject({ metrics: z.record(z.string(), z.number()) })
    .safeParse(await readJson(join(folder, "best", "test.json")));
  return read.data?.metrics;
}

/** What the trained network takes on the machine that trained it; nothing where its files are gone. */
export async function readTrainedFacts(folder: string): Promise<TrainedFacts> {
  return trainedFacts(await readJson(join(folder, "best", "test.json")));
}

/** Undefined where the file is gone or damaged. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** The names of the files in `best/` that may be handed out: plain files, nothing that leads elsewhere. */
export async function trainedFileNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, "best"), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /^[A-Za-z0-9][\w.-]{0,80}$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}
