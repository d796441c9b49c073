// One process writes a run's folder at a time. The lock is a file that names its holder; a holder that no longer
// lives on this machine loses it, so that a killed study can be resumed.
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts it: tells a reused process number from the holder. */
  readonly started: string;
}

/**
 * Takes the folder's lock and returns what gives it back.
 * @throws GeniusError `locked` when another live process holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "lock.json");
  const self: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(path, JSON.stringify(self), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, path, "write");
    }
    const holder = await readHolder(path);
    if (holder !== undefined && (await isAlive(holder))) {
      const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
      throw new GeniusError(
        "locked",
        `${folder} is in use by process ${holder.pid}${where}. Wait until it ends, stop it, or choose another folder with --out.` +
          (where === "" ? "" : ` If that machine is gone, delete ${path}.`),
      );
    }
    // Renaming first makes sure that of two processes that find a dead holder only one removes its lock.
    const grave = `${path}.${process.pid}.stale`;
    await rename(path, grave).catch(() => {});
    await rm(grave, { force: true });
  }
  throw new GeniusError("locked", `${folder} is being opened by several processes at once. Try again.`);
}

/** The live process that holds the folder's lock, for whoever looks on; undefined when none does. */
export async function liveHolder(
  folder: string,
): Promise<{ readonly pid: number; readonly isHere: boolean } | undefined> {
  const holder = await readHolder(join(folder, "lock.json"));
  if (holder === undefined || !(await isAlive(holder))) return undefined;
  return { pid: holder.pid, isHere: holder.host === hostname() };
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, host, started } = value as Partial<Holder>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof started !== "string") return undefined;
    return { pid, host, started };
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ESRCH") return false;
  }
  const started = await startOf(holder.pid);
  return started === "" || holder.started === "" || started === holder.started;
}

/** The start time in the 22nd field of /proc/PID/stat on Linux; empty elsewhere. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
