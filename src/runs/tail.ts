// Follows a file of JSON lines as it grows: each call gives the lines that are whole now and were not before. A torn
// last line is simply not there yet. A file that was replaced or cut is read again from its beginning.
import { type FileHandle, open } from "node:fs/promises";
import { fileError, systemCodeOf } from "../base/errors.ts";
import { type JsonLine, readJsonLine } from "../base/json-lines.ts";

export interface Tail {
  /**
   * Reads on. `restarted`: what was read before no longer holds.
   * @throws GeniusError `no-permission` and the like; a file that is not there is empty.
   */
  read(onLine: (line: JsonLine) => void, onRestart: () => void): Promise<void>;
}

const chunkBytes = 4 << 20;
const newline = 10;

export function createTail(path: string): Tail {
  let offset = 0;
  let lineNumber = 0;
  let inode = 0n;
  const decoder = new TextDecoder();

  const readChunks = async (handle: FileHandle, size: number, onLine: (line: JsonLine) => void) => {
    let rest: Uint8Array = new Uint8Array();
    let position = offset;
    while (position < size) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - position));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const bytes =
        rest.length === 0
          ? chunk.subarray(0, bytesRead)
          : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(newline, start); end !== -1; end = bytes.indexOf(newline, start)) {
        const text = decoder.decode(bytes.subarray(start, end));
        lineNumber += 1;
        offset += end + 1 - start;
        start = end + 1;
        const line = readJsonLine(text, lineNumber);
        if (line !== undefined) onLine(line);
      }
      rest = bytes.subarray(start);
    }
  };

  return {
    async read(onLine, onRestart) {
      let handle: FileHandle;
      try {
        handle = await open(path, "r");
      } catch (thrown) {
        if (systemCodeOf(thrown) === "ENOENT") return;
        throw fileError(thrown, path, "read");
      }
      try {
        const { size, ino } = await handle.stat({ bigint: true });
        if (Number(size) < offset || (inode !== 0n && ino !== inode)) {
          [offset, lineNumber] = [0, 0];
          onRestart();
        }
        inode = ino;
        await readChunks(handle, Number(size), onLine);
      } finally {
        await handle.close();
      }
    },
  };
}
