// How a job stands, from what Ray tells of it. Ray has five statuses; why a job failed is in an error type (since
// Ray 2.44) and in words meant for people, which this is the only file to read. Ray's times are never looked at: its
// clock is not ours.
import type { JobState } from "../launcher.ts";
import type { RayJob } from "./api.ts";
import { scriptExitCodes } from "./script.ts";

export interface Notes {
  /** Someone asked the job to stop. */
  readonly isStopAsked: boolean;
  /** The job's script found that its time was over. */
  readonly isTimedOut: boolean;
}

type Ended = Extract<JobState, { kind: "ended" }>;

const end = (how: Ended["how"], detail: string): Ended => ({ kind: "ended", how, detail });

export function jobStateOf(job: RayJob, { isStopAsked, isTimedOut }: Notes): JobState {
  switch (job.status) {
    case "PENDING":
      // Ray cannot take back a job that waits; its script will see that it is to stop.
      if (isStopAsked) return end("stopped", "stopped before it began");
      return { kind: "queued", ...(job.message && { detail: job.message }) };
    case "RUNNING":
      return { kind: "running" };
    case "STOPPED":
      return end("stopped", "stopped on request");
    case "SUCCEEDED":
      return isTimedOut ? end("timeout", "stopped at its time limit") : end("finished", "exit code 0");
    case "FAILED": {
      const { driver_exit_code: code } = job;
      if (isTimedOut) return end("timeout", "stopped at its time limit");
      if (isStopAsked && gaveUpWaiting(job)) return end("stopped", "stopped before it began");
      return typeof code === "number" ? endOfProcess(code, job) : endWithoutProcess(job);
    }
    default:
      return job.status satisfies never;
  }
}

/** Ray stopped waiting for a place (RAY_JOB_START_TIMEOUT_SECONDS of the head, 900 by default): the job may ask again. */
export function gaveUpWaiting({ status, error_type, message }: RayJob): boolean {
  if (status !== "FAILED") return false;
  if (error_type) return error_type === "JOB_SUPERVISOR_ACTOR_START_TIMEOUT";
  return /failed to start within [\d.]+ seconds/.test(message ?? "");
}

function endOfProcess(code: number, job: RayJob): Ended {
  const where = job.driver_node_id ? ` on node ${job.driver_node_id.slice(0, 8)}` : "";
  if (code === scriptExitCodes.stoppedBefore) return end("stopped", "stopped before it began");
  if (code === scriptExitCodes.folderUnseen) {
    return end(
      "failed",
      `the job's folder is not seen${where}: a Ray cluster of several machines needs a folder that all of them mount at the same path; put the run there with --out`,
    );
  }
  const words = lastWords(job.message ?? "");
  const how = code < 0 ? `ended by signal ${-code}` : `exit code ${code}`;
  const hint = code === -9 ? ", as a system does that runs out of memory" : "";
  return end("failed", `${how}${where}${hint}${words === "" ? "" : `: ${words}`}`);
}

/** Ray's own process for the job did not live to tell how it ended. */
function endWithoutProcess({ message, error_type }: RayJob): Ended {
  const words = (message ?? "").trim();
  const detail = shorten(words === "" ? "Ray gives no reason" : words);
  if (/node was preempted|DRAIN_PREEMPTED/.test(words)) return end("preempted", detail);
  // Not "OOM": Ray names an OOM killer among the possible causes of every lost process.
  if (/memory pressure|running low on memory|OutOfMemoryError/.test(words))
    return end("out-of-memory", detail);
  if (error_type === "RUNTIME_ENV_SETUP_FAILURE" || words.startsWith("runtime_env setup failed")) {
    return end("failed", detail);
  }
  return end("lost", detail);
}

/** The last line that the trainer wrote as an error, out of the log's end that Ray puts into its message. */
function lastWords(message: string): string {
  const log = message.slice(message.indexOf("\n") + 1);
  const lines = log
    .split("\n")
    .filter((line) => line.trim() !== "" && !/job_manager\.py:|^Running entrypoint for job /.test(line));
  return message.includes("\n") ? shorten(lines.at(-1) ?? "") : "";
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, "; ");
  return line.length <= 600 ? line : `${line.slice(0, 300)} … ${line.slice(-290)}`;
}
