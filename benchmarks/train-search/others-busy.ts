// How busy other programs keep this machine, so that a measurement by the clock can say what ran beside it.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * Processor time in seconds of everything but this process and its children, since the machine was started. Only Linux tells that
 * of the children, once they have ended, as those of a search have when it has.
 */
export function othersBusySeconds(): number {
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  // utime, stime, cutime, cstime (proc_pid_stat(5)), in hundredths of a second
  const own = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ").slice(11, 15).map(Number);
  return busy / 1000 - own.reduce((sum, ticks) => sum + ticks, 0) / 100;
}
