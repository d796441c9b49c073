// After the search: the selected network is trained at full length on the training part, with validation watched
// and never trained on. The moving average of its weights is taken if that is better on validation, and handed over.

import { stat } from "node:fs/promises";
import { scoreIn } from "../metrics/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { handOver } from "./hand-over.ts";
import type { End, Job } from "./job.ts";
import { runTraining } from "./run-training.ts";

export async function finishJob(
  { training, keep, folder, metadata, int8 }: Extract<Job, { kind: "finish" }>,
  onEpoch: (point: EpochPoint) => void,
): Promise<End> {
  const { network, threads, epochs, metric } = training;
  // Continues its own interrupted training, if there is one.
  const from = (await stat(keep).catch(() => undefined)) === undefined ? {} : { from: keep };
  const trained = await runTraining(
    { ...training, ...from },
    { onEpoch, keep: { path: keep, every: "epoch" }, averageDecay: 0.998 },
  );
  if (trained.kind !== "trained") return trained;
  const { last, averaged, parts, curve } = trained;
  const isAveraged =
    averaged !== undefined &&
    scoreIn(metric, averaged.measured.metrics) > scoreIn(metric, last.measured.metrics);
  const result = await handOver({
    network,
    ...(isAveraged ? averaged : last),
    averaged: isAveraged,
    parts,
    curve,
    epochs,
    threads,
    folder,
    metadata,
    ...(int8 && { int8 }),
  });
  return { kind: "finished", result };
}
