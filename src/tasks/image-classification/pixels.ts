// Access to decoded pixels wherever they are: shared memory or a file of the cache. Reads are synchronous, since
// they happen on the batch worker's thread or, for a handful of images, on the caller's.
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { fileError, GeniusError } from "../../base/errors.ts";
import type { ImageSet, PixelStore } from "./dataset.ts";

/** Reads images of a set; `close` frees the file if there is one. */
export interface PixelReader {
  /** The uint8 pixels `[C, H, W]` of image `position`: valid until the next call, not to be written to. */
  read(position: number): Uint8Array;
  close(): void;
}

/** @throws GeniusError when the file of the cache is gone or too short. */
export function openPixels(set: ImageSet): PixelReader {
  const length = set.shape[0] * set.shape[1] * set.shape[2];
  const { pixels, records } = set;
  if (pixels.kind === "memory") {
    return {
      read: (position) =>
        pixels.bytes.subarray(
          (records[position] as number) * length,
          ((records[position] as number) + 1) * length,
        ),
      close: () => undefined,
    };
  }
  const file = openFile(pixels.path);
  const buffer = new Uint8Array(length);
  return {
    read(position) {
      const at = (records[position] as number) * length;
      if (readSync(file, buffer, 0, length, at) !== length) {
        throw new GeniusError(
          "bad-file",
          `${pixels.path}: ends before image ${records[position]}. Delete its folder; it will be made again.`,
        );
      }
      return buffer;
    },
    close: () => closeSync(file),
  };
}

/** Brings `path` into shared memory when it has at most `limitBytes`, and leaves it in the file otherwise. */
export async function loadPixels(path: string, limitBytes: number): Promise<PixelStore> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > limitBytes) return { kind: "file", path };
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    const block = Buffer.alloc(Math.min(size, 8 * 1024 * 1024));
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(block, 0, block.length, at);
      if (bytesRead === 0) throw new GeniusError("bad-file", `${path}: ended while it was read.`);
      bytes.set(block.subarray(0, bytesRead), at);
      at += bytesRead;
    }
    return { kind: "memory", bytes };
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}
