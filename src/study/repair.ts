// Makes a damaged journal readable again: what cannot be read or is doubled is left out and named, everything else stays
// byte for byte, and the journal as it was is kept beside it.
import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import { type JsonLine, readJsonLine, splitJsonLines } from "../base/json-lines.ts";
import { writeWhole } from "../base/write-whole.ts";
import { emptyJournal, foldJournal, type JournalState } from "./fold.ts";
import { damageWords, headerWords, journalPath, readBytes } from "./journal.ts";
import { lockFolder } from "./lock.ts";

export interface Repair {
  readonly dropped: readonly DroppedLine[];
  /** The copy of the journal as it was; undefined when nothing had to be changed. */
  readonly backup: string | undefined;
  /** Trials that the journal has now. */
  readonly trialCount: number;
}

export interface DroppedLine {
  /** Counted from 1, in the journal as it was. */
  readonly line: number;
  /** What is wrong with it. */
  readonly why: string;
  /** How it begins. */
  readonly text: string;
}

/**
 * Repairs the journal of a run.
 * @throws GeniusError `not-found` when the folder holds no run, `locked` while a process writes it, `bad-file` when its
 *   header cannot be read: without it nothing else can be understood.
 */
export async function repairJournal(folder: string): Promise<Repair> {
  const path = journalPath(folder);
  await readBytes(folder);
  const unlock = await lockFolder(folder);
  try {
    const bytes = await readBytes(folder);
    const { text, dropped, state } = repaired(bytes, path);
    const trialCount = state.trials.length;
    if (dropped.length === 0) return { dropped, backup: undefined, trialCount };
    const backup = await copyBeside(path);
    await writeWhole(path, text);
    return { dropped, backup, trialCount };
  } finally {
    await unlock();
  }
}

/** What stays of a journal's bytes, and what does not. Exported for tests. */
export function repaired(
  bytes: Uint8Array,
  path: string,
): { readonly text: string; readonly dropped: readonly DroppedLine[]; readonly state: JournalState } {
  const { lines, warning } = splitJsonLines(bytes, path);
  const texts = new TextDecoder().decode(bytes).split("\n");
  const textOf = ({ lineNumber }: JsonLine) => texts[lineNumber - 1] ?? "";
  const dropped: DroppedLine[] = [];
  const kept: string[] = [];
  let state = emptyJournal;
  for (let rest: readonly JsonLine[] = lines; rest.length > 0; ) {
    const { damage, ...before } = foldJournal(state, rest);
    const at =
      damage === undefined ? rest.length : rest.findIndex((line) => line.lineNumber === damage.lineNumber);
    kept.push(...rest.slice(0, at).map(textOf));
    state = { ...before, damage: undefined };
    if (damage === undefined) break;
    if (state.header === undefined || damage.isForeign) {
      throw new GeniusError("bad-file", `${damageWords(damage, path)} ${headerWords}`);
    }
    const line = rest[at]!;
    const salvaged = line.problem === undefined ? undefined : salvage(state, textOf(line), line.lineNumber);
    if (salvaged !== undefined) {
      kept.push(salvaged.text);
      state = salvaged.state;
    }
    const why =
      damage.what.replace(/^[: ]+/, "") + (salvaged === undefined ? "" : "; a whole line at its end is kept");
    dropped.push({ line: damage.lineNumber, why, text: excerpt(textOf(line)) });
    rest = rest.slice(at + 1);
  }
  if (warning !== undefined)
    dropped.push({ line: texts.length, why: "was cut before its end", text: excerpt(texts.at(-1) ?? "") });
  if (state.header === undefined)
    throw new GeniusError(
      "bad-file",
      `${path} holds no whole header, and nothing can be repaired without it.`,
    );
  return { text: kept.map((line) => `${line}\n`).join(""), dropped, state };
}

/** A write that was cut off, with the next one on the same line: the second is whole. */
function salvage(
  state: JournalState,
  text: string,
  lineNumber: number,
): { readonly text: string; readonly state: JournalState } | undefined {
  for (let start = text.indexOf('{"kind":', 1); start !== -1; start = text.indexOf('{"kind":', start + 1)) {
    const rest = text.slice(start);
    const line = readJsonLine(rest, lineNumber);
    if (line === undefined || line.problem !== undefined) continue;
    const next = foldJournal(state, [line]);
    if (next.damage === undefined) return { text: rest, state: next };
  }
  return undefined;
}

const excerpt = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** A copy of the journal that replaces no earlier one. */
async function copyBeside(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const copy = `${path}.before-repair${number === 1 ? "" : `-${number}`}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, copy, "write");
    }
  }
}
