// A run as an onlooker follows it: its journal and its conversation, read once and then further as they grow, its state, and
// its space. It changes nothing in the folder, and runs no program that the journal names unless a person has allowed it: a
// journal may be anybody's.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { JsonLine } from "../base/json-lines.ts";
import { type Given, isProgram, openSpace } from "../catalog/load.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { Limits, SpaceDefinition } from "../search/space.ts";
import { emptyJournal, foldJournal, type JournalState } from "../study/fold.ts";
import { journalPath, journalTrouble } from "../study/journal.ts";
import type { JournalHeader } from "../study/journal-lines.ts";
import { waitsForPerson } from "../study/live-file.ts";
import { liveHolder } from "../study/lock.ts";
import { located } from "../study/run-places.ts";
import { notePath, type RunNote, readNote } from "./run-note.ts";
import { type ConversationLine, type RunView, readCall, stateOf } from "./run-view.ts";
import { createTail } from "./tail.ts";

export interface FollowedRun extends RunView {
  /** Counts up when what was read before no longer holds. */
  readonly generation: number;
  /** The process that runs it, on this machine. */
  readonly pid: number | undefined;
  /** Whether it is running and goes no further without a person. */
  readonly waits: boolean;
  /** What a person wrote about it. The same object while it has not changed. */
  readonly note: RunNote;
  /** Reads on. Resolves to whether anything changed. Calls at once share one reading. */
  refresh(): Promise<boolean>;
  /** Undefined when the space cannot be loaded here, or is a program that nobody has allowed to run. */
  domain(): Promise<Domain | undefined>;
  /** Files of the user's own that its space and evaluator are, as long as they must not be run. */
  readonly programs: readonly string[];
  /** A person of this machine wants its programs run. */
  allowPrograms(): void;
}

export function followRun(id: string, folder: string): FollowedRun {
  const path = journalPath(folder);
  const callsPath = join(folder, "conversation.jsonl");
  let journal = emptyJournal;
  let calls: ConversationLine[] = [];
  let generation = 0;
  /** Why a file cannot be read now; it may pass, unlike damage. */
  let trouble: string | undefined;
  let callsDamage: string | undefined;
  let holder: Awaited<ReturnType<typeof liveHolder>>;
  let domain: Promise<Domain | undefined> | undefined;
  let mayRun = false;
  let reading: Promise<boolean> | undefined;
  let sizes = "";
  let waits = false;
  let note: RunNote = {};
  let noteSize = "";
  const journalTail = createTail(path);
  const callsTail = createTail(callsPath);

  const programs = () => {
    const { space = "", evaluator = "" } = journal.header?.config ?? {};
    return mayRun ? [] : [...new Set([space, evaluator].filter(isProgram))];
  };
  const restartJournal = () => {
    journal = emptyJournal;
    domain = undefined;
    mayRun = false;
    generation += 1;
  };
  const restartCalls = () => {
    calls = [];
    callsDamage = undefined;
    generation += 1;
  };
  const problem = () =>
    trouble ?? (journal.damage === undefined ? callsDamage : journalTrouble(journal.damage, path));
  const standing = () => stateOf(journal, { isHeld: holder !== undefined, trouble: problem() });

  const readJournal = async () => {
    let fresh: JsonLine[] = [];
    try {
      await journalTail.read(
        (line) => fresh.push(line),
        () => {
          fresh = [];
          restartJournal();
        },
      );
    } finally {
      const { header, writtenSpace } = journal;
      journal = foldJournal(journal, fresh);
      if (journal.header !== undefined && journal.header !== header) {
        journal = await withPlaces(journal, journal.header, folder);
        domain = undefined;
      }
      // All that was said of designs was said of another space.
      if (header !== undefined && journal.writtenSpace !== writtenSpace) generation += 1;
    }
  };
  const readCalls = () =>
    callsTail.read((line) => {
      if (callsDamage !== undefined) return;
      try {
        const call = readCall(line, callsPath);
        if (call !== undefined) calls.push(call);
      } catch (thrown) {
        callsDamage = messageOf(thrown);
      }
    }, restartCalls);

  const read = async (): Promise<boolean> => {
    const seen = () => [journal, calls.length, holder?.pid, problem(), generation, note, waits] as const;
    const before = seen();
    holder = await liveHolder(folder);
    waits = holder !== undefined && (await waitsForPerson(folder));
    const now = `${await sizeOf(path)} ${await sizeOf(callsPath)}`;
    if (now !== sizes) {
      try {
        await readJournal();
        await readCalls();
        trouble = undefined;
        sizes = now;
      } catch (thrown) {
        trouble = messageOf(thrown);
      }
    }
    const noteNow = await sizeOf(notePath(folder));
    if (noteNow !== noteSize) [note, noteSize] = [await readNote(folder), noteNow];
    const after = seen();
    return before.some((value, index) => value !== after[index]);
  };

  return {
    id,
    folder,
    get journal() {
      return journal;
    },
    get calls() {
      return calls;
    },
    get generation() {
      return generation;
    },
    get waits() {
      return waits;
    },
    get note() {
      return note;
    },
    get state() {
      return standing().state;
    },
    get problem() {
      return standing().problem;
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
    get programs() {
      return programs();
    },
    allowPrograms() {
      mayRun = true;
    },
    async domain() {
      const { header } = journal;
      if (header === undefined || programs().includes(header.config.space)) return undefined;
      domain ??= domainOf(header).catch(() => undefined);
      return domain;
    },
  };
}

/** @throws GeniusError `no-permission` where the run's space or evaluator is a program that nobody has allowed to run. */
export function refusePrograms({ programs }: Pick<FollowedRun, "programs">): void {
  if (programs.length === 0) return;
  throw new GeniusError(
    "no-permission",
    `The run uses ${programs.join(" and ")}, and looking at a run does not run programs. If you trust the file, allow it on the run's page in the dashboard, or use the command "genius report".`,
  );
}

/** With the paths of the configuration as they are found now. */
async function withPlaces(
  journal: JournalState,
  header: JournalHeader,
  folder: string,
): Promise<JournalState> {
  const config = await located(header.config, folder);
  return { ...journal, header: { ...header, config } };
}

async function sizeOf(path: string): Promise<string> {
  const { size, ino, mtimeMs } = await stat(path).catch(() => ({ size: 0, ino: 0, mtimeMs: 0 }));
  return `${size} ${ino} ${mtimeMs}`;
}

/**
 * @param given the space, where a script defined it and the journal holds only its name.
 * @throws GeniusError when the space cannot be loaded here.
 */
export async function domainOf({ config }: JournalHeader, given?: Given<SpaceDefinition>): Promise<Domain> {
  return createDomain(await openSpace(given ?? config.space, config.spaceOptions), config.limits as Limits);
}
