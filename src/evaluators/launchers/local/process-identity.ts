// Which process it was: a number alone may have been given to another process since. With the time at which the
// process was started and the machine's current run, it is one process for ever.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { systemCodeOf } from "../../../base/errors.ts";

export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it was started, as the system tells it; empty where the system does not. */
  readonly started: string;
}

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { pid, host: hostname(), started: await startOf(pid) };
}

/** Whether that very process lives. It must be of this machine. */
export async function isAlive({ pid, started }: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ESRCH") return false;
  }
  const now = await startOf(pid);
  return now !== "gone" && (started === "" || now === "" || now === started);
}

/** On Linux the run of the machine and the 22nd field of /proc/PID/stat, elsewhere what `ps` says. */
async function startOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // A process that has ended and was not yet asked about is a zombie.
      if (fields[0] === "Z") return "gone";
      const run = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
      return `${run.trim()}/${fields[19]}`;
    } catch {
      return "gone";
    }
  }
  const answer = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
    env: { ...process.env, LC_ALL: "C" },
  }).catch(() => ({ stdout: "" }));
  return answer.stdout.trim();
}
