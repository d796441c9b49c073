// A worker process: does one job after another, and says how each ended. It ends with the process that started it.
// Ctrl-C reaches every process of a terminal; what it means is decided by the one that started this.
import { GeniusError, messageOf } from "../base/errors.ts";
import { evaluateJob } from "./evaluate-job.ts";
import { finishJob } from "./finish-job.ts";
import type { End, FromWorker, Job } from "./job.ts";

const send = (message: FromWorker) => process.send?.(message);

process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (job: Job) => {
  run(job).then(
    (end) => send({ kind: "end", end }),
    (thrown: unknown) =>
      send({
        kind: "error",
        code: thrown instanceof GeniusError ? thrown.code : "internal",
        message: messageOf(thrown),
      }),
  );
});

function run(job: Job): Promise<End> {
  const onEpoch = (point: Extract<FromWorker, { kind: "epoch" }>["point"]) => send({ kind: "epoch", point });
  switch (job.kind) {
    case "evaluate":
      return evaluateJob(job, onEpoch);
    case "finish":
      return finishJob(job, onEpoch);
    default:
      throw new GeniusError("internal", `There is no job "${(job satisfies never as Job).kind}".`);
  }
}
