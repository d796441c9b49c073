// What Slurm says of this user's jobs: one squeue answers for all of them, and one sacct for all that Slurm's
// controller has forgotten, however many ask at once. A cluster's administrators count such calls.
import { GeniusError } from "../../../base/errors.ts";
import type { RunSlurm } from "./commands.ts";

export interface SlurmJob {
  readonly id: string;
  /** Slurm's word for the state, such as `PENDING`. */
  readonly word: string;
  /** Why it stands so, in Slurm's words; "" where Slurm gives no reason. */
  readonly reason: string;
  /** Where it runs or ran; "" where it never did. */
  readonly node: string;
}

export interface QueueState {
  readonly byId: ReadonlyMap<string, SlurmJob>;
  /** The first submitted of those with this name. */
  readonly byName: ReadonlyMap<string, SlurmJob>;
}

export interface SlurmQueue {
  /** Not older than the queue's age; `fresh`: begun after this call. */
  query(fresh?: "fresh"): Promise<QueueState>;
  /** From Slurm's accounts; undefined where none are kept or this job is not in them. */
  remembered(id: string): Promise<SlurmJob | undefined>;
}

export interface QueueSetting {
  /** The user's number, as the system knows it. */
  readonly userId: number;
  readonly maxAgeMs: number;
  /** A clock that never jumps, in milliseconds. */
  readonly now: () => number;
}

export function watchQueue(run: RunSlurm, { userId, maxAgeMs, now }: QueueSetting): SlurmQueue {
  let last: { readonly answer: Promise<QueueState>; readonly startedMs: number } | undefined;
  const startQuery = () => {
    const args = ["--noheader", "--states=all", `--user=${userId}`, "--format=%A|%T|%N|%j|%r"];
    const answer = run("squeue", args).then(parseQueue);
    last = { answer, startedMs: now() };
    // A failed query answers those who wait for it, and nobody after them.
    answer.catch(() => {
      last = undefined;
    });
    return answer;
  };
  const freshQuery = oneAfterAnother(startQuery);

  let keepsAccounts = true;
  let asked: string[] = [];
  const askAccounts = oneAfterAnother(async () => {
    const ids = asked;
    asked = [];
    if (!keepsAccounts) return new Map<string, SlurmJob>();
    const format = "--format=JobIDRaw,State,Reason,NodeList";
    const args = ["--noheader", "--parsable2", "--allocations", `--jobs=${ids.join(",")}`, format];
    try {
      return parseAccounts(await run("sacct", args));
    } catch (thrown) {
      if (!(thrown instanceof GeniusError) || thrown.code !== "launcher-refused") throw thrown;
      keepsAccounts = false;
      return new Map<string, SlurmJob>();
    }
  });

  return {
    query(fresh) {
      if (fresh === undefined && last !== undefined && now() - last.startedMs < maxAgeMs) return last.answer;
      return freshQuery();
    },
    async remembered(id) {
      asked.push(id);
      return (await askAccounts()).get(id);
    },
  };
}

/** `start` for everyone who asked before it starts; it starts once an earlier one has ended. */
function oneAfterAnother<T>(start: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const answer = start();
      running = answer.catch(() => {});
      return answer;
    });
    return next;
  };
}

/** Lines of `id|STATE|node|name|reason`; a reason is Slurm's own text and may hold anything. */
export function parseQueue(text: string): QueueState {
  const byId = new Map<string, SlurmJob>();
  const byName = new Map<string, SlurmJob>();
  for (const line of text.split("\n")) {
    const [id, word, node = "", name = "", ...reason] = line.trim().split("|");
    if (id === undefined || word === undefined) continue;
    const job = { id, word, node, reason: withoutNone(reason.join("|")) };
    byId.set(id, job);
    const other = byName.get(name);
    if (other === undefined || Number(id) < Number(other.id)) byName.set(name, job);
  }
  return { byId, byName };
}

/** Lines of `id|STATE|reason|node`; a state may be followed by words, as in `CANCELLED by 1000`. */
export function parseAccounts(text: string): Map<string, SlurmJob> {
  const jobs = new Map<string, SlurmJob>();
  for (const line of text.split("\n")) {
    const [id, state, reason = "", node = ""] = line.trim().split("|");
    if (id === undefined || state === undefined) continue;
    const [word = "", ...more] = state.split(" ");
    jobs.set(id, { id, word, node: withoutNone(node), reason: more.join(" ") || withoutNone(reason) });
  }
  return jobs;
}

const withoutNone = (words: string) => (/^(none( assigned)?|unknown)$/i.test(words) ? "" : words);
