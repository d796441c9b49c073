// A trial in a worker: latency first, since it needs no training and may already break a limit; then the training, by epochs
// or a slice by the clock.

import { initialWeights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import type { Network } from "../graph/network.ts";
import type { EpochPoint } from "../search/trial.ts";
import { type Checkpoint, readCheckpointFile } from "./checkpoints.ts";
import type { ClockTraining, End, Job } from "./job.ts";
import type { Measured } from "./measure.ts";
import { measureLatencyMs, openModelFile } from "./model-file.ts";
import { runSlice } from "./run-slice.ts";
import { runTraining } from "./run-training.ts";
import type { Clock } from "./timed-training.ts";
import type { EarlyEnd } from "./watch.ts";

type EvaluateJob = Extract<Job, { kind: "evaluate" }>;

export async function evaluateJob(
  job: EvaluateJob,
  onEpoch: (point: EpochPoint) => void,
  clock: Clock = { now: () => performance.now(), started: performance.now() },
): Promise<End> {
  const { training, maxLatencyMs, keep } = job;
  if ("seconds" in training) return evaluateSlice({ ...job, training }, onEpoch, clock);
  const latencyMs = job.latencyMs ?? (await latencyOf(training.network));
  if (maxLatencyMs !== undefined && latencyMs > maxLatencyMs) return { kind: "too-slow", latencyMs };
  const trained = await runTraining(training, {
    onEpoch,
    ...(keep !== undefined && { keep: { path: keep, every: "end" } }),
  });
  return trained.kind === "trained" ? endOf({ ...trained, ...trained.last, latencyMs }) : trained;
}

/** The latency is measured in the first slice, and goes along in the checkpoints. */
async function evaluateSlice(
  { training, maxLatencyMs, keep, ...given }: EvaluateJob & { readonly training: ClockTraining },
  onEpoch: (point: EpochPoint) => void,
  clock: Clock,
): Promise<End> {
  const begun = training.from === undefined ? undefined : await readCheckpointFile(training.from);
  const known = given.latencyMs === undefined ? knownLatency(begun, training) : undefined;
  const latency = known ?? {
    ms: given.latencyMs ?? (await latencyOf(training.network)),
    input: inputOf(training.network),
  };
  const latencyMs = latency.ms;
  if (maxLatencyMs !== undefined && latencyMs > maxLatencyMs) return { kind: "too-slow", latencyMs };
  const last = begun?.curve.at(-1);
  if (begun?.clock?.endOf === training.seconds && last !== undefined) {
    // It ended before and was not recorded.
    return { kind: "trained", metrics: last.validation, curve: begun.curve, latencyMs, epochsRun: 0 };
  }
  const trained = await runSlice(training, { clock, onEpoch, begun, keep, latency });
  return trained.kind === "trained" ? endOf({ ...trained, latencyMs }) : trained;
}

function endOf({
  measured,
  curve,
  latencyMs,
  epochsRun,
}: Pick<Extract<End, { kind: "trained" }>, "curve" | "latencyMs" | "epochsRun"> & {
  readonly measured: Measured;
}): Extract<End, { kind: "trained" }> | EarlyEnd {
  if (Number.isFinite(measured.loss))
    return {
      ...{ kind: "trained", metrics: measured.metrics },
      ...(measured.confused && { confused: measured.confused }),
      ...{ curve, latencyMs, epochsRun },
    };
  return { kind: "diverged", detail: "the trained network gives no finite scores", curve, epochsRun };
}

const inputOf = ({ nodes }: Network) => {
  for (const { op } of nodes) if (op.kind === "input") return op.shape;
  return [0, 0, 0] as const;
};

function knownLatency(begun: Checkpoint | undefined, { network }: ClockTraining) {
  const known = begun?.clock?.latency;
  return known?.input.join() === inputOf(network).join() ? known : undefined;
}

/** How long a network takes does not depend on its weights' values. */
async function latencyOf(network: Network): Promise<number> {
  const model = await openModelFile(exportOnnx({ network, weights: initialWeights(network.nodes, 1) }));
  try {
    return await measureLatencyMs(model);
  } finally {
    await model.dispose();
  }
}
