// A run as TensorBoard shows it: best so far, accuracy and costs by trial, and the learning curve of each training as a
// run of its own beside it. Written again, what is new is appended, so it suits a running search.

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { type Metric, scoreIn, valueOfScore } from "../metrics/index.ts";
import { bestSoFar, isScored } from "../search/trial.ts";
import type { RunRecord } from "../study/fold.ts";
import { eventFile, type ScalarEvent } from "./tensorboard-events.ts";

/** Of each training's curve; TensorBoard grows slow with more runs. The best by their last score are kept. */
const maxCurves = 100;

/** The event files, by path below the log folder. */
export function tensorboardFiles(record: RunRecord): ReadonlyMap<string, Uint8Array> {
  const seconds = (number: number) => {
    const time = Date.parse(record.rowOf.get(number)?.time ?? record.header.time) / 1000;
    return Number.isFinite(time) ? time : 0;
  };
  const events: ScalarEvent[] = [];
  const { metric } = record.header.config;
  for (const { evaluation, trial, best } of bestSoFar(record.trials)) {
    const wallTime = seconds(trial.number);
    const add = (tag: string, value: number) => events.push({ tag, step: evaluation, value, wallTime });
    if (isScored(trial)) add(`search/${tagOf(metric)}`, valueOfScore(metric, trial.outcome.score));
    if (best !== undefined) add("search/best_so_far", valueOfScore(metric, best));
    add("search/params", trial.cost.paramCount);
    if (trial.cost.ramBytes !== undefined) add("search/ram", trial.cost.ramBytes);
    if (trial.cost.flashBytes !== undefined) add("search/flash", trial.cost.flashBytes);
    add("search/macs", trial.cost.macCount);
  }
  const files = new Map([[fileName("search"), eventFile(events)]]);
  const trained = record.trials
    .flatMap(({ number, outcome }) => {
      const curve = outcome.kind === "infeasible" ? undefined : outcome.curve;
      return curve === undefined || curve.length === 0 ? [] : [{ number, curve }];
    })
    .sort((a, b) => scoreIn(metric, b.curve.at(-1)!.validation) - scoreIn(metric, a.curve.at(-1)!.validation))
    .slice(0, maxCurves);
  for (const { number, curve } of trained) {
    const points = curve.flatMap(({ epoch, trainLoss, validation }) => [
      { tag: "training/loss", step: epoch, value: trainLoss, wallTime: seconds(number) },
      {
        tag: `training/validation_${tagOf(metric)}`,
        step: epoch,
        value: validation[metric.name] ?? Number.NaN,
        wallTime: seconds(number),
      },
    ]);
    files.set(fileName(`trial-${String(number).padStart(4, "0")}`), eventFile(points));
  }
  return files;
}

const tagOf = ({ name }: Metric) => name.replaceAll("-", "_");

/** One name for good: a second writing replaces the first. */
const fileName = (run: string) => `${run}/events.out.tfevents.0000000000.genius`;

/** Writes the files, or what is new in them, and returns their paths. */
export async function writeTensorboard(record: RunRecord, folder: string): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [name, bytes] of tensorboardFiles(record)) {
    const path = join(folder, name);
    try {
      await makeFolder(join(path, ".."));
      const before = await readFile(path).catch(() => undefined);
      const grown = before?.equals(bytes.subarray(0, before.length)) === true;
      // TensorBoard follows a file that grows, and does not notice one that is replaced.
      if (grown) await appendFile(path, bytes.subarray(before.length));
      else await writeFile(path, bytes);
    } catch (thrown) {
      throw fileError(thrown, path, "write");
    }
    written.push(path);
  }
  return written;
}
