// The thread that computes what a run teaches, one task after the other.
import { parentPort } from "node:worker_threads";
import { messageOf } from "../base/errors.ts";
import { type AnalysisTask, analyse } from "./analysis.ts";

parentPort?.on("message", async ({ id, task }: { readonly id: number; readonly task: AnalysisTask }) => {
  try {
    parentPort?.postMessage({ id, answer: await analyse(task) });
  } catch (thrown) {
    parentPort?.postMessage({ id, problem: messageOf(thrown) });
  }
});
