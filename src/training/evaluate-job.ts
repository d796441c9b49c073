// A trial in a worker: latency first, since it needs no training and may end the matter; then the training.

import { initialWeights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import type { Network } from "../graph/network.ts";
import type { EpochPoint } from "../search/trial.ts";
import type { End, Job } from "./job.ts";
import { measureLatencyMs, openModelFile } from "./model-file.ts";
import { runTraining } from "./run-training.ts";

export async function evaluateJob(
  { training, maxLatencyMs, keep }: Extract<Job, { kind: "evaluate" }>,
  onEpoch: (point: EpochPoint) => void,
): Promise<End> {
  const latencyMs = await latencyOf(training.network);
  if (maxLatencyMs !== undefined && latencyMs > maxLatencyMs) return { kind: "too-slow", latencyMs };
  const trained = await runTraining(training, {
    onEpoch,
    ...(keep !== undefined && { keep: { path: keep, every: "end" } }),
  });
  if (trained.kind !== "trained") return trained;
  const { curve, last, epochsRun } = trained;
  if (!Number.isFinite(last.measured.loss)) {
    return { kind: "diverged", detail: "the trained network gives no finite scores", curve, epochsRun };
  }
  return { kind: "trained", metrics: last.measured.metrics, curve, latencyMs, epochsRun };
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
