// A worker thread of a bench: runs one job after another and sends each trace back.
import { parentPort, workerData } from "node:worker_threads";
import { type BenchJob, type BenchSetting, prepareJobs } from "./run-job.ts";

const run = await prepareJobs(workerData as BenchSetting);

parentPort!.on("message", async (job: BenchJob) => parentPort!.postMessage(await run(job)));
