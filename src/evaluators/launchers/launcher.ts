// The contract of a launcher: where a PyTorch training runs – a subprocess, a Ray cluster, a Slurm cluster.
// It starts a job folder, says how the job stands, hands over what the trainer printed, and stops it. Queues and
// fan-out are the backend's work. It knows nothing of networks, trials or the words the trainer prints.
import type { z } from "zod";

/** One training, as a folder: `job.json` and whatever it names. Everything that a job needs lies in it or is a path in it. */
export interface LaunchJob {
  /** Unique for ever, and fit for a file name and a shell: `[A-Za-z0-9_-]{1,100}`. The same key is the same job. */
  readonly key: string;
  /**
   * Absolute path of the job's folder on the machine of the study, and the command's working directory. What the
   * command leaves there is there for the study too once the job has ended: a backend without our disk needs a
   * shared folder, and says so. Files a launcher keeps there begin with `launch-<key>`, as two jobs may share a
   * folder: one that continues from the checkpoint of another.
   */
  readonly folder: string;
  /**
   * Program and arguments, run in `folder` and never put together for a shell. A first word `python` is the Python
   * that the launcher runs trainers with; any other first word is a program, taken as it is.
   */
  readonly command: readonly string[];
  /** A folder with Python packages that the command imports: `PYTHONPATH`, or an upload to a backend without our disk. */
  readonly pythonPath?: string;
  /** From being asked to stop to being killed: the time to write a checkpoint. Default 30. */
  readonly stopGraceSeconds?: number;
  readonly resources: Resources;
}

export interface Resources {
  /** Graphics processors; 0 for a training on processors only. */
  readonly gpus: number;
  readonly cpus: number;
  readonly memoryMb?: number;
  readonly timeLimitSeconds?: number;
}

export type JobState =
  /** The backend has never heard of this key. */
  | { readonly kind: "unknown" }
  | { readonly kind: "queued"; readonly detail?: string }
  | { readonly kind: "running" }
  | {
      readonly kind: "ended";
      readonly how: "finished" | "failed" | "stopped" | "preempted" | "out-of-memory" | "timeout" | "lost";
      /** For a person: the exit code, the node, the backend's own words. */
      readonly detail: string;
    };

export interface Output {
  /** What the trainer printed from `offset` on: whole lines, except at the end of an ended job. */
  readonly text: string;
  /** Where the next reading starts, in bytes. */
  readonly offset: number;
}

export interface Launcher {
  /**
   * Starts a job, or does nothing where this key was started before, also by another process.
   * @throws GeniusError `launcher-unreachable` or `launcher-refused`; then nothing was started.
   */
  submit(job: LaunchJob): Promise<void>;
  /** @throws GeniusError `launcher-unreachable` when the backend does not answer; the job may continue. */
  state(job: LaunchJob): Promise<JobState>;
  /** The trainer's standard output. */
  output(job: LaunchJob, offset: number): Promise<Output>;
  /** Asks the trainer to stop, with the time to write a checkpoint; resolves when the backend has been told. */
  stop(job: LaunchJob): Promise<void>;
  /**
   * Looks, where that can be done without a job, whether the trainers' Python has a package.
   * @throws GeniusError `missing-feature` that says what was found, where, and what to do.
   */
  requirePackage?(name: string, atLeast: string): Promise<void>;
  /** What there is in all for trainings, where the launcher knows. */
  readonly capacity?: { readonly gpus: number; readonly cpus: number };
  /** Seconds between two queries of a job; 1 by default. */
  readonly pollSeconds?: number;
  /** Releases the backend. Jobs continue. */
  close?(): Promise<void>;
}

export interface LauncherSetting {
  /** The run's folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (text: string) => void;
}

export interface LauncherDefinition<Options = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: z.ZodType<Options>;
  /** Its jobs are processes of this machine, one for each that runs at once. */
  readonly startsProcesses?: boolean;
  /** Checks what can be checked before the first job. @throws GeniusError that says what is missing and what to do. */
  create(setting: LauncherSetting, options: Options): Promise<Launcher>;
}

export function defineLauncher<Options>(
  definition: LauncherDefinition<Options>,
): LauncherDefinition<Options> {
  return definition;
}
