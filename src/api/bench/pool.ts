// Hands the runs of a bench to worker threads, and puts the traces in the order of the jobs.
import { Worker } from "node:worker_threads";
import { GeniusError } from "../../base/errors.ts";
import type { BenchTrace } from "../../report/index.ts";
import type { BenchJob, BenchSetting } from "./run-job.ts";
import type { WorkerMessage } from "./worker.ts";

export interface PoolSetting {
  readonly workers: number;
  readonly setting: BenchSetting;
  readonly signal: AbortSignal;
  onDone(trace: BenchTrace): void;
}

/** Runs all jobs and resolves to their traces, in the order of `jobs`; a fault in one ends all. */
export async function runJobs(jobs: readonly BenchJob[], pool: PoolSetting): Promise<BenchTrace[]> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = new URL(`./worker.${extension}`, import.meta.url);
  const traces: BenchTrace[] = [];
  let next = 0;
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let current = -1;
      const take = () => {
        current = next;
        next += 1;
        const job = jobs[current];
        if (job === undefined) resolve();
        else worker.postMessage(job);
      };
      worker.on("message", (message: WorkerMessage) => {
        if ("error" in message) {
          reject(new GeniusError(message.error.code, message.error.message));
          return;
        }
        traces[current] = message.trace;
        pool.onDone(message.trace);
        take();
      });
      worker.once("error", reject);
      pool.signal.addEventListener("abort", () => reject(pool.signal.reason), { once: true });
      take();
    });
  const workers = Array.from(
    { length: Math.min(pool.workers, jobs.length) },
    () => new Worker(file, { workerData: pool.setting }),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return traces;
}
