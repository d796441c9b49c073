// The folder that a run gets when none is named.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, systemCodeOf } from "../base/errors.ts";

/** `runs/2026-11-24-221503-mobile-hybrid`: in order of time, and readable. */
export function defaultFolder(space: string, strategy: string, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const word = (name: string) => name.replace(/^.*[/\\:]/, "").replace(/\.[cm]?[jt]s$/, "");
  return `runs/${time}-${word(space)}-${word(strategy)}`;
}

/** Creates that folder, or where two searches begin in one second, the same with a number at its end. */
export async function createDefaultFolder(space: string, strategy: string, now: Date): Promise<string> {
  const first = defaultFolder(space, strategy, now);
  await mkdir(dirname(first), { recursive: true }).catch((thrown: unknown) => {
    throw fileError(thrown, dirname(first), "create the folder");
  });
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? first : `${first}-${number}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, folder, "create the folder");
    }
  }
}
