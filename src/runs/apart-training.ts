// Trials of a run that were trained to their end apart from its search: each in `trials/N` of the run's folder, as
// `genius finish DIR --trial N` leaves it. Anything may have changed it on disk since, so it is checked.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Metrics } from "../metrics/index.ts";
import { testMetricsOf } from "../report/index.ts";
import { holdsTraining } from "../study/journal.ts";
import { readJson, trainedFileNames } from "./trained-files.ts";

export interface ApartTraining {
  readonly trial: number;
  /** On test data, by the name of the metric. */
  readonly testMetrics?: Metrics;
  /** Names of what may be handed out. */
  readonly files: readonly string[];
}

const parent = "trials";

export const apartFolder = (run: string, trial: number): string => join(run, parent, String(trial));

/** In the order of the trials. */
export async function apartTrainings(run: string): Promise<readonly ApartTraining[]> {
  const entries = await readdir(join(run, parent), { withFileTypes: true }).catch(() => []);
  const trials = entries
    .filter((entry) => entry.isDirectory() && /^[1-9]\d{0,8}$/.test(entry.name))
    .map(({ name }) => Number(name))
    .filter((trial) => holdsTraining(apartFolder(run, trial)))
    .sort((a, b) => a - b);
  return Promise.all(trials.map((trial) => apartTraining(run, trial)));
}

async function apartTraining(run: string, trial: number): Promise<ApartTraining> {
  const folder = apartFolder(run, trial);
  const testMetrics = testMetricsOf(await readJson(join(folder, "best", "test.json")));
  const files = await trainedFileNames(folder);
  return { trial, files, ...(testMetrics !== undefined && { testMetrics }) };
}
