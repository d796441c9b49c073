// Append-only files of JSON lines that survive kill -9 at any byte: a line counts once its newline is on disk.
// A torn last line is dropped and reported; damage anywhere else is an error that names the line.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fileError, GeniusError, messageOf } from "./errors.ts";
import type { JsonValue } from "./json.ts";

export interface JsonLine {
  /** Undefined for a line that is not JSON. */
  readonly value: unknown;
  /** Counted from 1. */
  readonly lineNumber: number;
  /** What is wrong with a line that is not JSON. */
  readonly problem?: string;
}

/** Reads the text of one line; undefined for an empty one. */
export function readJsonLine(text: string, lineNumber: number): JsonLine | undefined {
  if (text.trim() === "") return undefined;
  try {
    return { value: JSON.parse(text) as unknown, lineNumber };
  } catch (thrown) {
    return { value: undefined, lineNumber, problem: `is not JSON: ${messageOf(thrown)}` };
  }
}

export interface JsonLines {
  readonly lines: readonly JsonLine[];
  /** Bytes of the file up to and including the last whole line. */
  readonly wholeBytes: number;
  /** Says what was dropped at the end, if anything was. */
  readonly warning?: string;
}

/**
 * Parses the bytes of a JSON-lines file. Empty lines are skipped.
 * @throws GeniusError `bad-file` when a line other than a torn last one is not JSON.
 */
export function parseJsonLines(bytes: Uint8Array, file: string): JsonLines {
  const parsed = splitJsonLines(bytes, file);
  for (const line of parsed.lines) refuseBroken(line, file);
  return parsed;
}

/** @throws GeniusError `bad-file` for a line that is not JSON. */
export function refuseBroken({ lineNumber, problem }: JsonLine, file: string): void {
  if (problem !== undefined) throw new GeniusError("bad-file", `${file}, line ${lineNumber} ${problem}.`);
}

/** The same with lines that are not JSON left in, for a reader that can say more about them. */
export function splitJsonLines(bytes: Uint8Array, file: string): JsonLines {
  const lines: JsonLine[] = [];
  const decoder = new TextDecoder();
  let start = 0;
  for (let lineNumber = 1; start < bytes.length; lineNumber += 1) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = decoder.decode(bytes.subarray(start, end));
    if (newline === -1) {
      // The last line was never finished: its write was cut, so whatever it says was never acknowledged.
      if (text.trim() === "") return { lines, wholeBytes: start };
      const warning = `${file}: the last line (${lineNumber}) was cut after ${end - start} bytes and is left out.`;
      return { lines, wholeBytes: start, warning };
    }
    const line = readJsonLine(text, lineNumber);
    if (line !== undefined) lines.push(line);
    start = newline + 1;
  }
  return { lines, wholeBytes: bytes.length };
}

/** A file that is only ever appended to, one synced line at a time. */
export interface LineAppender {
  /** Resolves when the line is on disk. Calls are carried out in order. */
  append(value: JsonValue): Promise<void>;
  close(): Promise<void>;
}

/** Opens `path` for appending, creating it; `keepBytes` cuts off what follows, such as a torn line. */
export async function openLineAppender(path: string, keepBytes?: number): Promise<LineAppender> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o644);
    if (keepBytes !== undefined) await handle.truncate(keepBytes);
  } catch (thrown) {
    throw fileError(thrown, path, "write");
  }
  let last: Promise<void> = Promise.resolve();
  const write = async (text: string) => {
    try {
      await handle.appendFile(text);
      await handle.datasync();
    } catch (thrown) {
      throw fileError(thrown, path, "write");
    }
  };
  return {
    append(value) {
      const text = `${JSON.stringify(value)}\n`;
      last = last.then(() => write(text));
      return last;
    },
    async close() {
      await last.catch(() => {});
      await handle.close();
    },
  };
}
