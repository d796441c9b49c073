// Asks a worker thread what a run teaches, and remembers the answers for as long as the run has not grown.
import { Worker } from "node:worker_threads";
import { GeniusError } from "../base/errors.ts";
import type { AnalysisTask, Answers } from "./analysis.ts";
import { type FollowedRun, refusePrograms } from "./followed-run.ts";

export interface Analyst {
  worth(run: FollowedRun): Promise<Answers["worth"]>;
  earlyLate(run: FollowedRun): Promise<Answers["early-late"]>;
  why(run: FollowedRun, number: number): Promise<Answers["why"]>;
  /** The whole report as one text. */
  report(run: FollowedRun, form: "html" | "markdown"): Promise<string>;
  close(): Promise<void>;
}

const maxRemembered = 500;

/** Starts no thread before the first question. */
export function createAnalyst(): Analyst {
  let worker: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  const remembered = new Map<string, Promise<unknown>>();

  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    worker = undefined;
  };
  const start = () => {
    // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const started = new Worker(new URL(`./analysis-worker.${extension}`, import.meta.url));
    started.on("message", ({ id, answer, problem }: { id: number; answer?: unknown; problem?: string }) => {
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (problem === undefined) resolve?.(answer);
      else reject?.(new GeniusError("bad-file", problem));
      if (waiting.size === 0) started.unref();
    });
    started.once("error", fail);
    started.once("exit", () => fail(new GeniusError("internal", "The analysis ended before its answer.")));
    return started;
  };
  const ask = async (run: FollowedRun, task: AnalysisTask): Promise<unknown> => {
    refusePrograms(run);
    const { kind } = task;
    // What came before a trial does not change any more.
    const at =
      kind === "why"
        ? `${task.number}`
        : `${run.journal.rows.length} ${run.journal.result?.time} ${run.calls.length}`;
    const key = [kind, run.folder, run.generation, at].join("\n");
    // Reports are large and seldom asked for twice.
    const earlier = kind === "report" ? undefined : remembered.get(key);
    if (earlier !== undefined) return earlier;
    worker ??= start();
    worker.ref();
    lastId += 1;
    const id = lastId;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    worker.postMessage({ id, task });
    if (kind === "report") return answer;
    remembered.set(key, answer);
    answer.catch(() => remembered.delete(key));
    for (const old of remembered.keys()) {
      if (remembered.size <= maxRemembered) break;
      remembered.delete(old);
    }
    return answer;
  };

  return {
    worth: (run) => ask(run, { kind: "worth", folder: run.folder }) as Promise<Answers["worth"]>,
    earlyLate: (run) =>
      ask(run, { kind: "early-late", folder: run.folder }) as Promise<Answers["early-late"]>,
    why: (run, number) => ask(run, { kind: "why", folder: run.folder, number }) as Promise<Answers["why"]>,
    report: (run, form) => ask(run, { kind: "report", folder: run.folder, form }) as Promise<string>,
    async close() {
      const ending = worker;
      worker = undefined;
      await ending?.terminate();
    },
  };
}
