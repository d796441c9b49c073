// How much may run at once. A schema allows what the largest machines and clusters have, so that a run can be continued on
// another machine; what would run on this one is held against its cores when it is asked for.
import { availableParallelism } from "node:os";
import { GeniusError } from "./errors.ts";
import { counted } from "./units.ts";

/** Processes, threads or calls at once, on any machine or cluster. */
export const maxAtOnce = 512;

/** More processes a core than this only take memory and time from each other. */
const perCore = 4;
/** On a small machine as well: a run of a larger one can be repeated there. */
const always = 8;

/** @throws GeniusError `wrong-use` for more processes than this machine can carry. */
export function checkProcesses(option: string, asked: number): void {
  const cores = availableParallelism();
  const max = Math.max(always, perCore * cores);
  if (asked <= max) return;
  throw new GeniusError(
    "wrong-use",
    `${option} must be at most ${max} on this machine, where each is a process of its own and all share ${counted(cores, "core")}; ${asked} was given.`,
  );
}

/** @throws GeniusError `wrong-use` for more threads than this machine has cores. */
export function checkThreads(option: string, asked: number): void {
  const cores = availableParallelism();
  if (asked <= cores) return;
  throw new GeniusError(
    "wrong-use",
    `${option} must be at most ${cores}, as many as this machine has cores; ${asked} was given.`,
  );
}
