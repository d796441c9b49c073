// Reads what a trainer has printed to a file so far, in whole lines, for launchers that can see that file.
import { open } from "node:fs/promises";
import { fileError, systemCodeOf } from "../../base/errors.ts";
import type { Output } from "./launcher.ts";

const chunkBytes = 256 * 1024;
const newline = 10;

/**
 * The lines after byte `offset`: up to the last line end, or up to the end of the file where `isComplete` says that
 * nothing more is written. Nothing where the file does not exist yet. A character of several bytes is never cut, as
 * no part of one looks like a line end.
 */
export async function readOutputFile(path: string, offset: number, isComplete: boolean): Promise<Output> {
  const file = await open(path, "r").catch((thrown) => {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  });
  if (file === undefined) return { text: "", offset };
  try {
    const parts: Buffer[] = [];
    for (let position = offset; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    const bytes = Buffer.concat(parts);
    const length = isComplete ? bytes.length : bytes.lastIndexOf(newline) + 1;
    return { text: bytes.toString("utf8", 0, length), offset: offset + length };
  } finally {
    await file.close();
  }
}
