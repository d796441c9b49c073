// The thread that prepares batches ahead of the training. Fills slots of shared memory in order, as long as one is
// free; batches.ts is its other end. Must not decide anything: the plan does.
import { parentPort, workerData } from "node:worker_threads";
import { GeniusError, messageOf } from "../../base/errors.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./batches.ts";
import { countBatches, createBatchFiller } from "./fill-batch.ts";

const { plan, slots } = workerData as WorkerSetup;
const send = (message: FromWorker) => parentPort?.postMessage(message);
let run: { id: number; epoch: number; next: number; free: number[] } | undefined;

try {
  const filler = createBatchFiller(plan);
  const batchCount = countBatches(plan);

  const fillFree = () => {
    while (run !== undefined && run.next < batchCount) {
      const slot = run.free.shift();
      if (slot === undefined) return;
      const index = run.next;
      run.next += 1;
      send({ kind: "filled", run: run.id, slot, index, count: filler.fill(run.epoch, index, slots[slot]!) });
    }
  };

  parentPort?.on("message", (message: ToWorker) => {
    try {
      switch (message.kind) {
        case "epoch":
          run = { id: message.run, epoch: message.epoch, next: 0, free: slots.map((_, slot) => slot) };
          break;
        case "free":
          if (run?.id === message.run) run.free.push(message.slot);
          break;
        case "stop":
          run = undefined;
          break;
        default:
          message satisfies never;
      }
      fillFree();
    } catch (thrown) {
      fail(thrown);
    }
  });
} catch (thrown) {
  fail(thrown);
}

function fail(thrown: unknown): void {
  send({
    kind: "failed",
    code: thrown instanceof GeniusError ? thrown.code : "internal",
    message: messageOf(thrown),
  });
}
