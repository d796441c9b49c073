// What a test that starts searches as processes of their own puts into its teardown: such a process outlives the program that
// started it, so a test that failed would leave it waiting for a person's answer.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemCodeOf } from "../base/errors.ts";
import { liveHolder } from "../study/lock.ts";

const patienceMs = 10_000;
const pauseMs = 20;

/** Kills the processes that still run a search in a folder directly below `root`, their trainings with them. */
export async function endSearchesBelow(root: string): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  await Promise.all(folders.map(endSearchIn));
}

async function endSearchIn(folder: string): Promise<void> {
  const holder = await liveHolder(folder);
  if (holder?.isHere !== true || holder.pid === process.pid) return;
  // The leader of its own group, unless a test ran it to its end itself.
  for (const target of [-holder.pid, holder.pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "ESRCH") throw thrown;
    }
  }
  for (let waited = 0; waited < patienceMs && (await liveHolder(folder)) !== undefined; waited += pauseMs)
    await wait(pauseMs);
}
