// Asks a thread of its own for what a text is, one text after the other, and ends it where a text takes too long: a space of many
// alternatives is proved by trying them, and the dashboard must stay quick.
import { Worker } from "node:worker_threads";
import { GeniusError } from "../../base/errors.ts";
import type { TextCheck } from "../api.ts";
import type { TextTask } from "./check-text.ts";

/** The first check loads the code as well. */
const patienceMs = 30_000;

interface Reply {
  readonly check?: TextCheck;
  readonly problem?: string;
}

/** Starts no thread before the first text. */
export function createTextChecker(): (task: TextTask) => Promise<TextCheck> {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const replyOf = (asked: Worker, task: TextTask) =>
    new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new GeniusError("wrong-use", tooLong)), patienceMs);
      const ended = () => reject(new GeniusError("internal", "The thread that reads texts has ended."));
      const done = (reply: Reply) => {
        clearTimeout(timer);
        asked.off("error", reject).off("exit", ended).unref();
        resolve(reply);
      };
      asked.once("error", reject).once("exit", ended).once("message", done);
      asked.postMessage(task);
    });
  const ask = async (task: TextTask): Promise<TextCheck> => {
    // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const asked = worker ?? new Worker(new URL(`./text-worker.${extension}`, import.meta.url));
    worker = asked;
    asked.ref();
    const { check, problem } = await replyOf(asked, task).catch(async (thrown: unknown) => {
      worker = undefined;
      await asked.terminate();
      throw thrown;
    });
    if (check !== undefined) return check;
    throw new GeniusError("internal", problem ?? "The text could not be read.");
  };
  return (task) => {
    const next = last.then(() => ask(task));
    last = next.catch(() => {});
    return next;
  };
}

const tooLong =
  "Reading this text takes longer than half a minute: too many alternatives meet in it. Take some of them out.";
