// A worker thread of a bench: runs one job after another and sends each trace back, or what an error says, since threads
// pass on no more of one.
import { parentPort, workerData } from "node:worker_threads";
import { type ErrorCode, GeniusError } from "../../base/errors.ts";
import { namingForeignCode } from "../../base/foreign-code.ts";
import type { BenchTrace } from "../../report/index.ts";
import { type BenchJob, type BenchSetting, prepareJobs } from "./run-job.ts";

export type WorkerMessage =
  | { readonly trace: BenchTrace }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

const run = await prepareJobs(workerData as BenchSetting);

async function answer(job: BenchJob): Promise<WorkerMessage> {
  try {
    return { trace: await run(job) };
  } catch (thrown) {
    const named = namingForeignCode(thrown);
    if (!(named instanceof GeniusError)) throw thrown;
    return { error: { code: named.code, message: named.message } };
  }
}

parentPort!.on("message", async (job: BenchJob) => parentPort!.postMessage(await answer(job)));
