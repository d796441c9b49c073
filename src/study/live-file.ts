// What a search is doing right now, in `live.json` of its folder: the trial being proposed, the trainings under way
// with their curves, a question to a person. It is for looking at only: nothing is restored from it, and it is removed
// at the end. Written whole each time, at most a few times a second.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../base/write-whole.ts";
import type { DesignCost } from "../search/constraints/domain.ts";
import type { EpochPoint, Proposal } from "../search/trial.ts";

export interface LiveFile {
  readonly proposing?: { readonly number: number; readonly since: string };
  readonly evaluating: readonly LiveEvaluation[];
  /** Of a run by the clock. */
  readonly clock?: LiveClock;
  readonly finalTraining?: LiveFinal;
  readonly question?: LiveQuestion;
  readonly held?: { readonly number: number; readonly proposal: Proposal };
  /** After the search: what it is compared with, or the training of another of its networks. */
  readonly beside?: LiveBeside;
}

export interface LiveBeside {
  readonly words: string;
  readonly share01: number;
  readonly since: string;
  readonly changed: string;
}

export interface LiveClock {
  readonly phase: "search" | "final";
  /** When the phase has to end, as ISO time. */
  readonly phaseEnds: string;
  /** When the whole run has to end. */
  readonly deadline: string;
}

/** The final training of the selected network, as far as this sitting has seen it. */
export interface LiveFinal {
  readonly number: number;
  /** Epochs in all, where it goes by epochs. */
  readonly epochs?: number;
  /** When this sitting began it, and of the curve's last point. */
  readonly since: string;
  readonly changed: string;
  readonly curve: readonly EpochPoint[];
}

export interface LiveEvaluation {
  readonly number: number;
  readonly proposal: Proposal;
  readonly cost: DesignCost;
  readonly since: string;
  readonly curve: readonly EpochPoint[];
}

export interface LiveQuestion {
  readonly id: string;
  readonly purpose: string;
  readonly prompt: string;
  readonly since: string;
}

export interface LiveWriter {
  /** Changes what is shown; it is on disk within `everyMs`. */
  update(change: (live: LiveFile) => LiveFile): void;
  /** Removes the file. */
  close(): Promise<void>;
}

const livePath = (folder: string) => join(folder, "live.json");
const nothing: LiveFile = { evaluating: [] };

/** A file that cannot be written is not worth ending a search for. */
export function createLiveWriter(folder: string, everyMs = 250): LiveWriter {
  let live = nothing;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;
  const write = async () => {
    if (closed) return;
    try {
      await writeWhole(livePath(folder), JSON.stringify(live), { isDurable: false, createsFolder: false });
    } catch {}
  };
  return {
    update(change) {
      live = change(live);
      timer ??= setTimeout(() => {
        timer = undefined;
        writing = writing.then(write);
      }, everyMs).unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await writing;
      await rm(livePath(folder), { force: true });
    },
  };
}

/** Whether what runs in the folder goes no further before a person has answered, or released a proposal. */
export async function waitsForPerson(folder: string): Promise<boolean> {
  const live = await readLive(folder);
  return (live?.question ?? live?.held) !== undefined;
}

/** What is under way in the folder; undefined when nothing is, or the file is damaged: nothing depends on it. */
export async function readLive(folder: string): Promise<LiveFile | undefined> {
  try {
    const live: unknown = JSON.parse(await readFile(livePath(folder), "utf8"));
    return typeof live === "object" && live !== null ? (live as LiveFile) : undefined;
  } catch {
    return undefined;
  }
}
