// Folders that are worth nothing when they are unfinished: removed when this process ends in the middle, however it was
// told to.
import { rmSync } from "node:fs";

const unfinished = new Set<string>();

const removeAll = () => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
};

/** Has a folder removed when the process ends, until the function that is returned is called. */
export function removeAtExit(path: string): () => void {
  if (unfinished.size === 0) process.on("exit", removeAll);
  unfinished.add(path);
  return () => {
    unfinished.delete(path);
    if (unfinished.size === 0) process.off("exit", removeAll);
  };
}
