// One process writes a run's folder at a time. `lock.json` names its holder; a holder that no longer lives on this machine
// does not count, so that a killed study can be resumed.
//
// Taking it: a process first writes a claim of its own, then looks at what else is there, and takes the lock only while
// it sees no other living claim and no living holder. Of two processes the later one to write its claim sees the other's,
// so two never hold it, also when several find a dead holder at one moment. Of several claims the first by name stays.
import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GeniusError, systemCodeOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts it: tells a reused process number from the holder. */
  readonly started: string;
  /** Of this taking: a process may try twice. Absent in locks of older releases. */
  readonly id?: string;
}

const lockName = "lock.json";
const claimName = /^lock-[0-9a-f-]{36}\.json$/;
/** Claims live for milliseconds; a process that was stopped in between must not be waited for without end. */
const attempts = 100;
const pauseMs = 20;

/**
 * Takes the folder's lock and returns what gives it back.
 * @throws GeniusError `locked` when another live process holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const id = randomUUID();
    const claim = join(folder, `lock-${id}.json`);
    const self: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid), id };
    await writeWhole(claim, JSON.stringify(self), { isDurable: false, createsFolder: false });
    try {
      if (await isAlone(folder, id)) {
        await rename(claim, path);
        await removeDeadClaims(folder);
        return () => release(path, id);
      }
    } finally {
      await rm(claim, { force: true });
    }
    await wait(pauseMs);
  }
  throw new GeniusError("locked", `${folder} is being opened by several processes at once. Try again.`);
}

/**
 * Whether no other living process has the lock or wants it. While claims with a later name are there, it waits for them
 * to be taken back.
 * @throws GeniusError `locked` when a living process holds the lock.
 */
async function isAlone(folder: string, id: string): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    // The claims first and the lock after: a claim that becomes the lock in between is seen there.
    const others = await livingClaims(folder, id);
    const holder = await readHolder(join(folder, lockName));
    if (holder !== undefined && (await isAlive(holder))) throw inUse(folder, holder);
    if (others.length === 0) return true;
    if (others.some((other) => other < id)) return false;
    await wait(pauseMs);
  }
  return false;
}

/** The claims of other living processes, by id. */
async function livingClaims(folder: string, id: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => claimName.test(name));
  const claims = await Promise.all(names.map((name) => readHolder(join(folder, name))));
  const living: string[] = [];
  for (const claim of claims)
    if (claim?.id !== undefined && claim.id !== id && (await isAlive(claim))) living.push(claim.id);
  return living;
}

async function removeDeadClaims(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => claimName.test(each))) {
    const claim = await readHolder(join(folder, name));
    if (claim !== undefined && !(await isAlive(claim))) await rm(join(folder, name), { force: true });
  }
}

async function release(path: string, id: string): Promise<void> {
  if ((await readHolder(path))?.id === id) await rm(path, { force: true });
}

function inUse(folder: string, { pid, host }: Holder): GeniusError {
  const where = host === hostname() ? "" : ` on ${host}`;
  return new GeniusError(
    "locked",
    `${folder} is in use by process ${pid}${where}. Wait until it ends, stop it, or choose another folder with --out.` +
      (where === "" ? "" : ` If that machine is gone, delete ${join(folder, lockName)}.`),
  );
}

/** The live process that holds the folder's lock, for anyone looking on; undefined when none does. */
export async function liveHolder(
  folder: string,
): Promise<{ readonly pid: number; readonly isHere: boolean } | undefined> {
  const holder = await readHolder(join(folder, lockName));
  if (holder === undefined || !(await isAlive(holder))) return undefined;
  return { pid: holder.pid, isHere: holder.host === hostname() };
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, host, started, id } = value as Partial<Holder>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof started !== "string") return undefined;
    return { pid, host, started, ...(typeof id === "string" && { id }) };
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
