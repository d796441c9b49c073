// The journal of a run: `journal.jsonl` in its folder, append-only and synced. It is the truth about a study;
// everything else in the folder can be made again from it.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import { makeNamedFolder } from "../base/folder.ts";
import type { JsonValue } from "../base/json.ts";
import { openLineAppender, parseJsonLines, splitJsonLines } from "../base/json-lines.ts";
import type { Trial } from "../search/trial.ts";
import { type Damage, emptyJournal, foldJournal, type RunRecord } from "./fold.ts";
import {
  type JournalHeader,
  type JournalLine,
  journalFormat,
  journalVersion,
  type NoteLine,
  type ResultLine,
  type StudyConfig,
} from "./journal-lines.ts";
import { lockFolder } from "./lock.ts";
import { located } from "./run-places.ts";
import { withoutScore } from "./score-outcome.ts";

/** A journal open for writing. Every call resolves when its line is on disk. */
export interface Journal {
  readonly folder: string;
  addTrial(trial: Trial, key: string): Promise<void>;
  addNote(note: Omit<NoteLine, "kind" | "time">): Promise<void>;
  addResult(result: Omit<ResultLine, "kind" | "time">): Promise<void>;
  close(): Promise<void>;
}

export type Clock = () => Date;

export const journalPath = (folder: string) => join(folder, "journal.jsonl");

/** Whether a training was finished in the folder: of a search's best design, or without a journal of one network. */
export const holdsTraining = (folder: string): boolean => existsSync(join(folder, "best", "test.json"));

/** What a journal's header says. */
export interface JournalStart {
  readonly config: StudyConfig;
  readonly provenance: JournalHeader["provenance"];
  /** Of a run by the clock. */
  readonly startedAt?: string;
}

/**
 * Starts a journal in a new or empty folder. `start` is called once the folder is this process's own.
 * @throws GeniusError `wrong-use` when the folder holds a run already, `locked` when a process writes it.
 */
export async function createJournal(
  folder: string,
  start: () => Promise<JournalStart>,
  clock: Clock = () => new Date(),
): Promise<Journal> {
  await makeNamedFolder(folder);
  const unlock = await lockFolder(folder);
  const path = journalPath(folder);
  try {
    const existing = await readFile(path).catch((thrown: unknown) => {
      if (systemCodeOf(thrown) === "ENOENT") return undefined;
      throw fileError(thrown, path, "read");
    });
    if (existing === undefined && holdsTraining(folder))
      throw new GeniusError(
        "wrong-use",
        `${folder} holds a trained network, which the search's best one would replace. Choose another folder with --out.`,
      );
    // A header cut in the middle holds nothing: the folder is as good as empty.
    if (existing !== undefined && parseJsonLines(existing, path).lines.length > 0) {
      throw new GeniusError(
        "wrong-use",
        `${folder} holds a run already. Continue it with "genius resume ${folder}", or choose another folder with --out.`,
      );
    }
    const { config, provenance, startedAt } = await start();
    const journal = await openWriter(folder, unlock, clock, 0);
    await journal.write({
      kind: "header",
      format: journalFormat,
      version: journalVersion,
      config,
      provenance,
      ...(startedAt !== undefined && { startedAt }),
      time: clock().toISOString(),
    });
    return journal;
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

/** Opens a run to continue it: takes the lock, drops a torn last line, and says what was there. */
export async function openJournal(
  folder: string,
  clock: Clock = () => new Date(),
): Promise<{ readonly journal: Journal; readonly record: RunRecord }> {
  // Reading first gives a missing or foreign folder its own clear error, and leaves no lock in it.
  await readRun(folder);
  const unlock = await lockFolder(folder);
  try {
    const { record, wholeBytes } = await readRun(folder);
    const journal = await openWriter(folder, unlock, clock, wholeBytes);
    return { journal, record };
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

/** Reads a run without locking it, as a report or a dashboard does while the run continues. */
export async function readJournal(folder: string): Promise<RunRecord> {
  return (await readRun(folder)).record;
}

async function openWriter(folder: string, unlock: () => Promise<void>, clock: Clock, keepBytes: number) {
  const appender = await openLineAppender(journalPath(folder), keepBytes);
  const write = (line: JournalLine) => appender.append(line as unknown as JsonValue);
  const time = () => clock().toISOString();
  let closing: Promise<void> | undefined;
  return {
    folder,
    write,
    addTrial: (trial: Trial, key: string) =>
      appender.append({
        kind: "trial",
        trial: { ...trial, outcome: withoutScore(trial.outcome) },
        key,
        time: time(),
      } as unknown as JsonValue),
    addNote: (note: Omit<NoteLine, "kind" | "time">) => write({ kind: "note", ...note, time: time() }),
    addResult: (result: Omit<ResultLine, "kind" | "time">) =>
      write({ kind: "result", ...result, time: time() }),
    close() {
      closing ??= appender.close().then(unlock);
      return closing;
    },
  };
}

async function readRun(folder: string): Promise<{ record: RunRecord; wholeBytes: number }> {
  const { record, wholeBytes } = parseRun(await readBytes(folder), journalPath(folder));
  const config = await located(record.header.config, folder);
  return { record: { ...record, header: { ...record.header, config } }, wholeBytes };
}

/** A journal's bytes. @throws GeniusError `not-found` when the folder holds no run. */
export async function readBytes(folder: string): Promise<Uint8Array> {
  const path = journalPath(folder);
  try {
    return await readFile(path);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") {
      throw new GeniusError(
        "not-found",
        holdsTraining(folder)
          ? `${folder} holds a trained network, not a search: its figures are in ${join(folder, "best", "test.json")}. As a file: genius export ${folder} --format onnx`
          : `${folder} holds no run: there is no journal.jsonl in it.`,
        { cause: thrown },
      );
    }
    throw fileError(thrown, path, "read");
  }
}

/** Reads the bytes of a journal. Exported for tests and for readers that have the bytes already. */
export function parseRun(bytes: Uint8Array, path: string): { record: RunRecord; wholeBytes: number } {
  const parsed = splitJsonLines(bytes, path);
  const { header, damage, ...state } = foldJournal(emptyJournal, parsed.lines);
  if (damage !== undefined) throw new GeniusError("bad-file", journalTrouble(damage, path));
  if (header === undefined) {
    throw new GeniusError(
      "bad-file",
      `${path} holds no header${parsed.warning ? ": it was cut" : " and is empty"}. Delete the folder and start again.`,
    );
  }
  const warnings = parsed.warning === undefined ? [] : [parsed.warning];
  return { record: { ...state, header, damage, warnings }, wholeBytes: parsed.wholeBytes };
}

/** What is wrong with a journal and what to do about it. One of another program or release is not damaged. */
export function journalTrouble(damage: Damage, path: string): string {
  const remedy =
    damage.lineNumber === 1
      ? headerWords
      : `"genius repair ${dirname(path)}" leaves out what cannot be read, and keeps all else.`;
  return damage.isForeign ? damageWords(damage, path) : `${damageWords(damage, path)} ${remedy}`;
}

/** Why a journal without its header is lost. */
export const headerWords =
  "The header holds what the search was asked to do, so nothing can be repaired without it.";

/** Where a journal is damaged, in words. */
export function damageWords({ lineNumber, what, isForeign }: Damage, path: string): string {
  return isForeign ? `${path} is ${what}.` : `${path}, line ${lineNumber}${what}.`;
}
