// Trainings as tasks of one job of a cluster that a search has: the launcher's side of it, whatever the cluster. Each
// task is ordered once and taken once. A job that is gone has lost what it had taken; what none has taken waits for the
// next job.
import { join } from "node:path";
import { GeniusError } from "../../../base/errors.ts";
import type { JobState, Launcher, LaunchJob } from "../launcher.ts";
import { readOutputFile } from "../output-file.ts";
import {
  ask,
  directoryOf,
  type Ended,
  isStopAsked,
  noteOrdered,
  type Orders,
  outputName,
  readHistory,
  type TaskHistory,
  type TaskPackages,
  takenBy,
  writeEnd,
  writeTask,
} from "./task-files.ts";

/** The job of a search. Every call throws `launcher-unreachable` or `launcher-refused`. */
export interface SearchJob {
  readonly orders: Orders;
  /** Starts it unless it waits or runs. */
  ensure(): Promise<void>;
  /** Whether the job of this key waits or runs. */
  isAlive(key: string): Promise<boolean>;
  /** For a person, why it does not. */
  goneWords(key: string): string;
}

export interface TaskSetting {
  readonly job: SearchJob;
  /** Before a task is ordered. */
  readonly prepare: (job: LaunchJob) => Promise<TaskPackages>;
  /** How a task ended that died with this node; undefined as long as the cluster does not know. */
  readonly verdictOn: (node: string | null) => Promise<Ended | undefined>;
}

export function createTaskLauncher({
  job: search,
  prepare,
  verdictOn,
}: TaskSetting): Pick<Launcher, "submit" | "state" | "output" | "stop"> {
  const takers = new Map<string, string>();
  /** Whether a task was asked to stop: by an earlier study, or by this one. */
  const stops = new Map<string, boolean>();
  const isStopped = async (directory: string) => {
    const known = stops.get(directory) ?? (await isStopAsked(directory));
    stops.set(directory, known);
    return known;
  };
  const settle = async (directory: string, end: Ended): Promise<JobState> => {
    await writeEnd(directory, end);
    // A node that trains on sees this and ends the training, before another one continues from its checkpoint.
    await ask(directory, "lost");
    return { kind: "ended", ...end };
  };
  const stateOfEnded = async (
    directory: string,
    { ended, running }: TaskHistory,
  ): Promise<JobState | undefined> => {
    if (ended === undefined) return undefined;
    const { how, detail, nodeDied = false } = ended;
    if (!nodeDied) return { kind: "ended", how, detail };
    const verdict = await verdictOn(running?.node ?? null);
    return verdict === undefined ? { kind: "running" } : settle(directory, verdict);
  };
  const stateOf = async (job: LaunchJob): Promise<JobState> => {
    const directory = directoryOf(job);
    const history = await readHistory(directory);
    if (history === undefined) return { kind: "unknown" };
    const end = await stateOfEnded(directory, history);
    if (end !== undefined) return end;
    if (history.running === undefined && (await isStopped(directory))) {
      return { kind: "ended", how: "stopped", detail: "stopped before it began" };
    }
    const key = takers.get(directory) ?? (await takenBy(directory));
    if (key === undefined) {
      await search.ensure();
      return { kind: "queued" };
    }
    takers.set(directory, key);
    if (await search.isAlive(key)) return { kind: history.running === undefined ? "queued" : "running" };
    // What it wrote before its job ended counts.
    const last = await stateOfEnded(directory, (await readHistory(directory)) ?? {});
    return last ?? settle(directory, { how: "lost", detail: search.goneWords(key) });
  };

  return {
    async submit(job) {
      const directory = directoryOf(job);
      if (job.command.length === 0) {
        throw new GeniusError("launcher-refused", `The job ${job.key} has no command. Nothing was started.`);
      }
      if ((await readHistory(directory)) !== undefined) return;
      const packages = await prepare(job);
      await search.ensure();
      await writeTask(job, packages);
      await search.orders.add({ start: directory });
      await noteOrdered(directory);
    },
    state: stateOf,
    async output(job, offset) {
      // Asked before reading: what an ended job has written is all there is.
      const { kind } = await stateOf(job);
      return readOutputFile(join(directoryOf(job), outputName), offset, kind === "ended");
    },
    async stop(job) {
      const directory = directoryOf(job);
      if ((await readHistory(directory)) === undefined) return;
      stops.set(directory, true);
      await ask(directory, "stop");
      await search.orders.add({ cancel: directory });
    },
  };
}
