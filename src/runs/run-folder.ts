// The folder that a run gets when none is named.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../base/errors.ts";
import { makeNamedFolder } from "../base/folder.ts";

export interface RunName {
  /** Names or files. */
  readonly space: string;
  readonly strategy: string;
  readonly now: Date;
}

/**
 * Creates a folder below `parent`, such as `2026-11-24-221503-mobile-hybrid`: in order of time, and readable. Where several
 * searches begin in one second, the others get a number at its end.
 */
export async function createRunFolder(parent: string, name: RunName): Promise<string> {
  await makeNamedFolder(parent);
  for (let number = 1; ; number += 1) {
    const folder = join(parent, number === 1 ? wordsOf(name) : `${wordsOf(name)}-${number}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, folder, "create the folder");
    }
  }
}

function wordsOf({ space, strategy, now }: RunName): string {
  const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  return [time, wordOf(space), wordOf(strategy)].filter((part) => part !== "").join("-");
}

/** A name, or that of a file without its folder and its ending, in letters that every file system takes. */
const wordOf = (name: string) =>
  name
    .replace(/^.*[/\\:]/, "")
    .replace(/\.[cm]?[jt]s$/, "")
    .replace(/[^\w.-]+/g, "")
    .slice(0, 40);
