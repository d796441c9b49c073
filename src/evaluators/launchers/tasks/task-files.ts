// What the study and a search's job on a cluster tell each other: the orders of the search, and in the launch folder of
// each training how it stands. The other side is trainer/genius_trainer/orders.py and task.py. Files that both sides use
// are there from the beginning and only grow: a network file system shows what was added to a file when it is opened,
// and a new file only later.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError, systemCodeOf } from "../../../base/errors.ts";
import { makeFolder } from "../../../base/folder.ts";
import { writeWhole } from "../../../base/write-whole.ts";
import { checkKey } from "../job-key.ts";
import type { LaunchJob } from "../launcher.ts";

const statesName = "states.jsonl";
const askedName = "asked";
const takenName = "taken";
export const outputName = "output.txt";

const ended = z.enum(["finished", "failed", "stopped", "preempted", "out-of-memory", "timeout", "lost"]);
const taskState = z.discriminatedUnion("kind", [
  /** `node` is the backend's name of the node that it runs on. */
  z.object({ kind: z.literal("running"), node: z.string().nullable() }),
  z.object({
    kind: z.literal("ended"),
    how: ended,
    detail: z.string(),
    nodeDied: z.boolean().exactOptional(),
  }),
]);
type TaskState = z.output<typeof taskState>;
export type Ended = Omit<Extract<TaskState, { kind: "ended" }>, "kind">;

export interface TaskHistory {
  readonly running?: Extract<TaskState, { kind: "running" }>;
  /** The first word on it counts; only where a node died, the next one does, which says why. */
  readonly ended?: Ended;
}

/** The folder with everything that the launcher keeps of a job. */
export function directoryOf({ key, folder }: LaunchJob): string {
  checkKey(key);
  return join(folder, `launch-${key}`);
}

/** Where the cluster finds the packages that the program imports, if the search's job has not brought them. */
export interface TaskPackages {
  /** What Ray knows an upload by. */
  readonly packages?: string;
  /** A folder that the nodes see. */
  readonly pythonPath?: string;
}

/** Writes what is to be run, and what both sides will use. */
export async function writeTask(job: LaunchJob, packages: TaskPackages): Promise<void> {
  const { key, folder, command, resources, stopGraceSeconds = 30 } = job;
  const { cpus, gpus, memoryMb, timeLimitSeconds } = resources;
  const directory = directoryOf(job);
  await makeFolder(directory);
  const task = {
    ...{ key, folder, directory, command, cpus, gpus },
    graceSeconds: stopGraceSeconds,
    ...(memoryMb !== undefined && { memoryBytes: Math.ceil(memoryMb * 1e6) }),
    ...(timeLimitSeconds !== undefined && { timeLimitSeconds }),
    ...packages,
  };
  await writeWhole(join(directory, "task.json"), JSON.stringify(task));
  for (const name of [askedName, outputName]) await appendFile(join(directory, name), "");
}

/** Notes that the task was ordered: from here on the launcher knows it. */
export async function noteOrdered(directory: string): Promise<void> {
  await writeFile(join(directory, statesName), "", { flag: "a" });
}

/** Undefined where no such task was ordered. */
export async function readHistory(directory: string): Promise<TaskHistory | undefined> {
  const path = join(directory, statesName);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  // The last line may be half written.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const states = lines.filter((line) => line !== "").map((line) => parseChecked(line, taskState, path));
  const running = states.find((state) => state.kind === "running");
  const ends = states.filter((state) => state.kind === "ended");
  const ended = ends.find(({ nodeDied }) => !nodeDied) ?? ends[0];
  return { ...(running && { running }), ...(ended && { ended }) };
}

/** Where the task and its job are not there to write it. */
export async function writeEnd(directory: string, ended: Ended): Promise<void> {
  await appendTo(join(directory, statesName), JSON.stringify({ kind: "ended", ...ended }));
}

/** Asks a training that runs to stop with its time for a checkpoint, or to end at once since it was given up. */
export const ask = (directory: string, what: "stop" | "lost") => appendTo(join(directory, askedName), what);

export async function isStopAsked(directory: string): Promise<boolean> {
  return ((await readIfThere(join(directory, askedName))) ?? "").split("\n").includes("stop");
}

/** The key of the search's job that took the task, if one has. */
export const takenBy = (directory: string) => readIfThere(join(directory, takenName));

export interface Orders {
  /** Where the job finds them. */
  readonly folder: string;
  /** Makes the file, empty, if it is not there. */
  open(): Promise<void>;
  /** Names a task by its directory, or the job that is to take no more by its key. */
  add(
    order: { readonly start: string } | { readonly cancel: string } | { readonly end: string },
  ): Promise<void>;
}

/** @param folder of the search's job, in the run's */
export function ordersIn(folder: string): Orders {
  const path = join(folder, "orders.jsonl");
  return {
    folder,
    async open() {
      await makeFolder(folder);
      await appendFile(path, "").catch((thrown) => {
        throw fileError(thrown, path, "write");
      });
    },
    add: (order) => appendTo(path, JSON.stringify(order)),
  };
}

/** Adds a line. */
async function appendTo(path: string, line: string): Promise<void> {
  await appendFile(path, `${line}\n`).catch((thrown) => {
    throw fileError(thrown, path, "write");
  });
}

export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((thrown) => {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  });
}

export function parseChecked<T>(text: string, schema: z.ZodType<T>, path: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new GeniusError(
      "bad-file",
      `${path} is not what GENIUS wrote there. Delete the folder it is in to give up this job.`,
      { cause },
    );
  }
}
