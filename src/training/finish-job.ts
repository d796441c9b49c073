// After the search: the selected network is trained at full length on the training part, with validation watched
// and never trained on. The moving average of its weights is taken if that is better on validation, and handed over.

import { stat } from "node:fs/promises";
import { GeniusError } from "../base/errors.ts";
import { scoreIn } from "../metrics/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { readCheckpointFile } from "./checkpoints.ts";
import { handOver } from "./hand-over.ts";
import type { ClockTraining, End, Job, Training } from "./job.ts";
import { averageDecay } from "./plan.ts";
import { rehearseHandOver } from "./rehearse-hand-over.ts";
import { type MeasuredWeights, runFinal } from "./run-final.ts";
import { runTraining } from "./run-training.ts";
import type { Clock } from "./timed-training.ts";

type FinishJob = Extract<Job, { kind: "finish" }>;

export async function finishJob(
  job: FinishJob,
  onEpoch: (point: EpochPoint) => void,
  clock: Clock = clockSince(job.begunAt),
): Promise<End> {
  const { training, keep, folder, metadata, int8 } = job;
  const { network, threads, metric } = training;
  // Continues its own interrupted training, if there is one.
  const isInterrupted = (await stat(keep).catch(() => undefined)) !== undefined;
  const from = isInterrupted ? keep : training.from;
  const begun = { ...(from !== undefined && { from }) };
  const trained =
    "seconds" in training
      ? await finishByClock({ ...job, training: { ...training, ...begun } }, onEpoch, clock)
      : await finishByEpochs({ ...training, ...begun }, keep, onEpoch);
  if (trained.kind !== "trained") return trained;
  const { last, averaged, parts, curve, length } = trained;
  const score = ({ measured }: MeasuredWeights) => scoreIn(metric, measured.metrics);
  const isAveraged = averaged !== undefined && (last === undefined || score(averaged) > score(last));
  const chosen = isAveraged ? averaged : last;
  if (chosen === undefined) throw new GeniusError("internal", "A final training measured no weights.");
  const result = await handOver({
    network,
    ...chosen,
    averaged: isAveraged,
    parts,
    curve,
    ...length,
    threads,
    folder,
    metadata,
    ...(int8 && { int8 }),
  });
  return { kind: "finished", result };
}

async function finishByEpochs(training: Training, path: string, onEpoch: (point: EpochPoint) => void) {
  const trained = await runTraining(training, { onEpoch, keep: { path, every: "epoch" }, averageDecay });
  return trained.kind === "trained" ? { ...trained, length: { epochs: training.epochs } } : trained;
}

async function finishByClock(
  { training, keep, int8 = false }: FinishJob & { readonly training: ClockTraining },
  onEpoch: (point: EpochPoint) => void,
  clock: Clock,
) {
  const { network, threads, from } = training;
  const trained = await runFinal(training, {
    clock,
    onEpoch,
    keep,
    begun: from === undefined ? undefined : await readCheckpointFile(from),
    rehearse: (parts) => rehearseHandOver({ network, parts, threads, int8 }, clock.now),
  });
  if (trained.kind !== "trained") return trained;
  const { epochs, seconds, remark } = trained;
  return { ...trained, length: { epochs, seconds, ...(remark !== undefined && { remark }) } };
}

/** The clock of this process, set to when another one began to count. */
function clockSince(begunAt: number): Clock {
  const now = () => performance.now();
  return { now, started: now() - Math.max(0, Date.now() - begunAt) };
}
