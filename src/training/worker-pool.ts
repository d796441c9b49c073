// Worker processes that live as long as the evaluator. As many as there are jobs at once; a worker that dies takes
// one job with it, and the next job gets a new one. It knows how jobs travel, not what they are.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GeniusError } from "../base/errors.ts";
import { longestTimerMs } from "../base/longest-timer.ts";
import type { EpochPoint } from "../search/trial.ts";
import type { End, FromWorker, Job } from "./job.ts";

export type JobEnd =
  | End
  | { readonly kind: "cancelled" }
  /** The process ended in the middle of the job, or the job threw. */
  | { readonly kind: "crashed"; readonly error: GeniusError };

export interface JobWatch {
  readonly signal: AbortSignal;
  readonly onEpoch?: (point: EpochPoint) => void;
  /** The worker is given up when the job takes longer. */
  readonly patienceMs?: number;
}

export interface WorkerPool {
  run(job: Job, watch: JobWatch): Promise<JobEnd>;
  close(): Promise<void>;
}

const everyWorker = new Set<ChildProcess>();

/** A process that ends at once takes its workers along: one in the middle of a step would finish that first. */
function endWithUs(child: ChildProcess): void {
  if (everyWorker.size === 0) process.on("exit", killAll);
  everyWorker.add(child);
  child.once("exit", () => {
    everyWorker.delete(child);
    if (everyWorker.size === 0) process.off("exit", killAll);
  });
}

const killAll = () => {
  for (const child of everyWorker) child.kill("SIGKILL");
};

/** Starts nothing yet. */
export function createWorkerPool(): WorkerPool {
  const idle: ChildProcess[] = [];
  const alive = new Set<ChildProcess>();
  let closed = false;

  const start = () => {
    // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const file = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
    const child = fork(file, { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    alive.add(child);
    endWithUs(child);
    child.once("exit", () => {
      alive.delete(child);
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
    });
    return child;
  };
  /** Idle workers do not keep the program running. */
  const hold = (child: ChildProcess, isHeld: boolean) => {
    for (const part of [child, child.channel, child.stderr as unknown as ChildProcess]) {
      if (isHeld) part?.ref?.();
      else part?.unref?.();
    }
  };

  return {
    async run(job, watch) {
      if (watch.signal.aborted) return { kind: "cancelled" };
      if (closed) throw new GeniusError("internal", "The workers were closed.");
      const child = idle.pop() ?? start();
      hold(child, true);
      const end = await runOn(child, job, watch);
      if (child.exitCode === null && child.signalCode === null && child.connected) {
        hold(child, false);
        idle.push(child);
      }
      return end;
    },
    async close() {
      closed = true;
      await Promise.all(
        [...alive].map(
          (child) =>
            new Promise<void>((done) => {
              hold(child, true);
              child.once("exit", () => done());
              child.kill("SIGKILL");
            }),
        ),
      );
    },
  };
}

/** Resolves when the job has ended in any way, and then listens no more; a cancelled worker is gone. */
function runOn(child: ChildProcess, job: Job, { signal, onEpoch, patienceMs }: JobWatch): Promise<JobEnd> {
  return new Promise((resolve) => {
    let words = "";
    let givenUp: JobEnd | undefined;
    const onWords = (text: Buffer) => {
      words = (words + text.toString()).slice(-2000);
    };
    const finish = (end: JobEnd) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      child.off("message", onMessage).off("exit", onExit).off("error", onError);
      child.stderr?.off("data", onWords);
      resolve(end);
    };
    const giveUp = (end: JobEnd) => {
      givenUp ??= end;
      child.kill("SIGKILL");
    };
    const onAbort = () => giveUp({ kind: "cancelled" });
    const onMessage = (message: FromWorker) => {
      switch (message.kind) {
        case "epoch":
          return onEpoch?.(message.point);
        case "end":
          return finish(message.end);
        case "error":
          return finish({ kind: "crashed", error: new GeniusError(message.code, message.message) });
        default:
          message satisfies never;
      }
    };
    const onExit = (code: number | null, killedBy: string | null) => {
      const how = killedBy === null ? `with exit code ${code}` : `by ${killedBy}`;
      const last = words.trim().split("\n").at(-1);
      const detail = `The worker process was ended ${how}${last ? `: ${last}` : ", perhaps for want of memory"}.`;
      finish(givenUp ?? { kind: "crashed", error: new GeniusError("training-failed", detail) });
    };
    const onError = (cause: Error) => {
      const detail = `A worker process could not be used: ${cause.message}`;
      finish({ kind: "crashed", error: new GeniusError("internal", detail, { cause }) });
    };
    const timer =
      patienceMs === undefined
        ? undefined
        : setTimeout(
            () =>
              giveUp({
                kind: "timeout",
                detail: `given up after ${Math.round(patienceMs / 1000)} s without an answer`,
                curve: [],
                epochsRun: 0,
              }),
            Math.min(patienceMs, longestTimerMs),
          );
    child.on("message", onMessage).on("exit", onExit).on("error", onError);
    child.stderr?.on("data", onWords);
    signal.addEventListener("abort", onAbort);
    child.send(job, (thrown) => {
      if (thrown) onError(thrown);
    });
  });
}
