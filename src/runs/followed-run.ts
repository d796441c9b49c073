// A run as someone who looks on has it: its journal and its conversation, read once and then followed as they grow, its
// state, and its space. It changes nothing in the folder.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GeniusError, messageOf } from "../base/errors.ts";
import { loadSpace, resolveOptions } from "../catalog/load.ts";
import { type CallLine, checkRecordLine, type FailureLine } from "../llm/index.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { Limits, Space } from "../search/space.ts";
import type { Trial } from "../search/trial.ts";
import { journalPath } from "../study/journal.ts";
import {
  checkJournalLine,
  failureWords,
  type JournalHeader,
  type NoteLine,
  type ResultLine,
  type RunRecord,
} from "../study/journal-lines.ts";
import { liveHolder } from "../study/lock.ts";
import { createTail } from "./tail.ts";

/** `failed`: an error stopped it. `unreadable`: the journal is damaged. */
export type RunState = "running" | "stopped" | "finished" | "failed" | "unreadable";

export interface FollowedTrial {
  readonly trial: Trial;
  readonly key: string;
  readonly time: string;
}

export interface FollowedRun {
  /** Its name among the runs of a folder. */
  readonly id: string;
  readonly folder: string;
  /** Undefined until its line is whole. */
  readonly header: JournalHeader | undefined;
  /** In the order of finishing: only ever appended to, but for a journal that was replaced. */
  readonly trials: readonly FollowedTrial[];
  readonly notes: readonly NoteLine[];
  readonly result: ResultLine | undefined;
  readonly calls: readonly (CallLine | FailureLine)[];
  /** Counts up when what was read before no longer holds. */
  readonly generation: number;
  readonly state: RunState;
  /** What is wrong, for `failed` and `unreadable`. */
  readonly problem: string | undefined;
  /** The process that runs it, on this machine. */
  readonly pid: number | undefined;
  /** Reads on. Resolves to whether anything changed. Calls at once share one reading. */
  refresh(): Promise<boolean>;
  /** Undefined when the space cannot be loaded here. */
  domain(): Promise<Domain | undefined>;
  trialOf(number: number): FollowedTrial | undefined;
  /** The journal as reports take it. */
  record(): RunRecord;
}

export function followRun(id: string, folder: string): FollowedRun {
  const path = journalPath(folder);
  const callsPath = join(folder, "conversation.jsonl");
  let header: JournalHeader | undefined;
  let trials: FollowedTrial[] = [];
  let byNumber = new Map<number, FollowedTrial>();
  let notes: NoteLine[] = [];
  let result: ResultLine | undefined;
  let calls: (CallLine | FailureLine)[] = [];
  let generation = 0;
  let problem: string | undefined;
  let holder: Awaited<ReturnType<typeof liveHolder>>;
  let domain: Promise<Domain | undefined> | undefined;
  let reading: Promise<boolean> | undefined;
  let sizes = "";
  let isDamaged = false;
  const journalTail = createTail(path);
  const callsTail = createTail(callsPath);

  const takeLine = (value: unknown, lineNumber: number) => {
    const line = checkJournalLine(value, path, lineNumber);
    if (header === undefined && line.kind !== "header")
      throw new GeniusError("bad-file", `${path}, line ${lineNumber}: a journal begins with its header.`);
    switch (line.kind) {
      case "header":
        if (header !== undefined)
          throw new GeniusError("bad-file", `${path}, line ${lineNumber}: a second header.`);
        header = line;
        break;
      case "trial": {
        const { trial, key, time } = line;
        if (byNumber.has(trial.number))
          throw new GeniusError(
            "bad-file",
            `${path}, line ${lineNumber}: trial ${trial.number} is there already.`,
          );
        const followed = { trial, key, time };
        trials.push(followed);
        byNumber.set(trial.number, followed);
        break;
      }
      case "note":
        notes.push(line);
        if (line.about === "resumed") result = undefined;
        break;
      case "result":
        result = line;
        break;
      default:
        line satisfies never;
    }
  };
  const restartJournal = () => {
    [header, trials, byNumber, notes, result] = [undefined, [], new Map(), [], undefined];
    domain = undefined;
    [isDamaged, problem] = [false, undefined];
    generation += 1;
  };
  const restartCalls = () => {
    calls = [];
    generation += 1;
  };

  const read = async (): Promise<boolean> => {
    const before = [
      trials.length,
      notes.length,
      calls.length,
      result,
      holder?.pid,
      problem,
      generation,
    ].join();
    holder = await liveHolder(folder);
    const now = `${await sizeOf(path)} ${await sizeOf(callsPath)}`;
    if (now !== sizes) {
      try {
        if (!isDamaged) problem = undefined;
        await journalTail.read(({ value, lineNumber }) => takeLine(value, lineNumber), restartJournal);
        await callsTail.read(({ value, lineNumber }) => {
          const line = checkRecordLine(value, `${callsPath}, line ${lineNumber}`);
          if (line.kind !== "header") calls.push(line);
        }, restartCalls);
        sizes = now;
      } catch (thrown) {
        // A damaged line stays damaged; anything else may pass.
        problem = messageOf(thrown);
        if (thrown instanceof GeniusError && thrown.code === "bad-file") isDamaged = true;
      }
    }
    const after = [
      trials.length,
      notes.length,
      calls.length,
      result,
      holder?.pid,
      problem,
      generation,
    ].join();
    return before !== after;
  };

  const failure = () => {
    const last = notes.at(-1);
    return last?.about === "stopped" && last.text.startsWith(failureWords)
      ? last.text.slice(failureWords.length)
      : undefined;
  };

  return {
    id,
    folder,
    get header() {
      return header;
    },
    get trials() {
      return trials;
    },
    get notes() {
      return notes;
    },
    get result() {
      return result;
    },
    get calls() {
      return calls;
    },
    get generation() {
      return generation;
    },
    get state() {
      if (problem !== undefined) return "unreadable";
      if (holder !== undefined) return "running";
      if (result !== undefined) return "finished";
      return failure() === undefined ? "stopped" : "failed";
    },
    get problem() {
      return problem ?? (holder === undefined && result === undefined ? failure() : undefined);
    },
    get pid() {
      return holder?.isHere ? holder.pid : undefined;
    },
    refresh() {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    domain() {
      domain ??= header === undefined ? undefined : domainOf(header);
      return domain ?? Promise.resolve(undefined);
    },
    trialOf: (number) => byNumber.get(number),
    record() {
      if (header === undefined) throw new GeniusError("not-found", `${folder} holds no run yet.`);
      return {
        header,
        trials: trials.map(({ trial }) => trial).sort((a, b) => a.number - b.number),
        finishedAt: new Map(trials.map(({ trial, time }) => [trial.number, time])),
        notes,
        result,
        warnings: [],
      };
    },
  };
}

async function sizeOf(path: string): Promise<string> {
  const { size, ino, mtimeMs } = await stat(path).catch(() => ({ size: 0, ino: 0, mtimeMs: 0 }));
  return `${size} ${ino} ${mtimeMs}`;
}

async function domainOf({ config }: JournalHeader): Promise<Domain | undefined> {
  try {
    return createDomain(await spaceOf(config), config.limits as Limits);
  } catch {
    return undefined;
  }
}

async function spaceOf(config: JournalHeader["config"]): Promise<Space> {
  const definition = await loadSpace(config.space);
  return definition.create(
    resolveOptions(definition.options, config.spaceOptions, `the space ${config.space}`),
  );
}
