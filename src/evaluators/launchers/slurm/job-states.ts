// Slurm's words for the state of a job, and what the batch script saw, as the launcher's states.
// Source of the words: the squeue and sacct manuals, "JOB STATE CODES".
import type { JobState } from "../launcher.ts";
import type { Ended, ScriptExit } from "./job-files.ts";
import type { SlurmJob } from "./queue.ts";

const waiting: readonly string[] = [
  "PENDING",
  "CONFIGURING",
  "REQUEUED",
  "REQUEUE_FED",
  "REQUEUE_HOLD",
  "RESV_DEL_HOLD",
  "SPECIAL_EXIT",
];

/** How Slurm alone says that a job has ended; COMPLETED and FAILED the script can tell better. */
const endings: Readonly<Record<string, Ended["how"]>> = {
  COMPLETED: "finished",
  FAILED: "failed",
  CANCELLED: "stopped",
  TIMEOUT: "timeout",
  DEADLINE: "timeout",
  OUT_OF_MEMORY: "out-of-memory",
  NODE_FAIL: "lost",
  BOOT_FAIL: "lost",
  LAUNCH_FAILED: "lost",
  REVOKED: "lost",
  PREEMPTED: "preempted",
};

/** Stands for the state of a job of which Slurm knows nothing any more. */
export const forgottenWord = "FORGOTTEN";

/** Slurm tells this end by the exit code of the batch script, so the script's own note says more. */
export const isScriptsToTell = ({ word }: SlurmJob) => word === "COMPLETED" || word === "FAILED";

/** Undefined for a job that has ended. COMPLETING counts as running: what it comes to is not known yet. */
export function liveStateOf({ word, reason }: SlurmJob): Exclude<JobState, Ended> | undefined {
  if (word in endings) return undefined;
  if (!waiting.includes(word)) return { kind: "running" };
  return { kind: "queued", detail: reason === "" ? word : `${word}: ${reason}` };
}

export interface EndEvidence {
  readonly job: SlurmJob;
  /** What the batch script left; undefined where it could not. */
  readonly exit?: ScriptExit;
  /** The study asked for it. */
  readonly wasStopped: boolean;
  /** The last line of the trainer's errors, or "". */
  readonly lastWords: string;
}

/** How the job ended: in Slurm's words, then the script's, then the trainer's last. */
export function endFrom({ job, exit, wasStopped, lastWords }: EndEvidence): Ended {
  const where = job.node === "" ? "" : ` on ${job.node}`;
  const why = job.reason === "" ? "" : ` (${job.reason})`;
  const slurm = `Slurm job ${job.id}${where}: ${job.word}${why}`;
  const as = (how: Ended["how"], words: string): Ended => {
    return { kind: "ended", how, detail: words === "" ? slurm : `${slurm}; ${words}` };
  };
  const how = endings[job.word] ?? "lost";
  if (exit === undefined) {
    const isOpen = how === "failed" || job.word === forgottenWord;
    return as(isOpen && wasStopped ? "stopped" : how, "");
  }
  const code = `${codeInWords(exit.code)}${lastWords === "" ? "" : `: ${lastWords}`}`;
  const ofSlurm = how === "finished" || how === "failed" ? undefined : how;
  switch (exit.why) {
    case "exited":
      // Also where Slurm says otherwise, as when one of the trainer's helpers ran out of memory.
      if (exit.code === 0) return as("finished", "exit code 0");
      return as(ofSlurm ?? "failed", code);
    case "stopped":
      return as("stopped", `stopped on request, ${codeInWords(exit.code)}`);
    case "timeout":
      return as("timeout", `asked to end at its time limit, ${codeInWords(exit.code)}`);
    case "warned":
      return as(ofSlurm ?? "timeout", `Slurm gave warning of its end, ${codeInWords(exit.code)}`);
    case "ended":
      return as(
        ofSlurm ?? (wasStopped ? "stopped" : "preempted"),
        `ended by SIGTERM, ${codeInWords(exit.code)}`,
      );
    case "no-setup":
      return as("failed", "the node cannot read the setup file; put it in a folder that all nodes see");
    case "no-packages":
      return as("failed", "the node does not see the trainer's packages; install GENIUS in a shared folder");
    default:
      exit.why satisfies never;
      return as(how, code);
  }
}

function codeInWords(code: number): string {
  if (code === 127) return "exit code 127, the program was not found";
  if (code === 126) return "exit code 126, the program could not be started";
  return code === 128 + 9 ? "ended by SIGKILL" : `exit code ${code}`;
}
