// Runs one job to its end on any launcher, for programs whose result is files: it finds a job that an earlier process
// started, starts it again when it was preempted or lost, and hands over each line that it prints. What the lines say
// and what the files hold is the caller's.
import { GeniusError, messageOf } from "../../base/errors.ts";
import type { JobState, Launcher, LaunchJob } from "./launcher.ts";
import { type Retrying, retryWhileUnreachable } from "./retry-while-unreachable.ts";

export interface RunningToEnd extends Retrying {
  readonly launcher: Launcher;
  /** The job of an attempt, counted from 1; all share a folder. */
  readonly jobOf: (attempt: number) => LaunchJob;
  /** How often a job that was preempted or lost is started again. */
  readonly retries: number;
  /** A whole line of the program's standard output. */
  readonly onLine?: (line: string) => void;
}

type Ended = Extract<JobState, { kind: "ended" }>;

/**
 * Resolves when the program has finished with exit code 0.
 * @throws GeniusError `training-failed` with the backend's words, or what the launcher throws; the signal's reason when
 * it aborts, after the job was asked to stop.
 */
export async function runToEnd(running: RunningToEnd): Promise<void> {
  let interruptions = 0;
  for (let attempt = 1; ; attempt += 1) {
    const job = running.jobOf(attempt);
    const { end, wasOver } = await runAttempt(running, job);
    if (end.how === "finished") return;
    // What met an earlier process may have been put right since.
    if (wasOver) continue;
    const words = `${job.key} was ${end.how} (${end.detail})`;
    const isInterrupted = end.how === "preempted" || end.how === "lost";
    interruptions += 1;
    if (!isInterrupted || interruptions > running.retries)
      throw new GeniusError("training-failed", `The job ${words}; its folder is ${job.folder}.`);
    running.onProgress?.(`${words}; it is started again`);
  }
}

async function runAttempt(
  running: RunningToEnd,
  job: LaunchJob,
): Promise<{ readonly end: Ended; readonly wasOver: boolean }> {
  const { launcher, signal, wait, onLine, onProgress } = running;
  const ask = <T>(question: () => Promise<T>) => retryWhileUnreachable(running, question);
  const first = await ask(() => launcher.state(job));
  if (first.kind === "unknown") {
    signal.throwIfAborted();
    await ask(() => launcher.submit(job));
  }
  const pollMs = (launcher.pollSeconds ?? 1) * 1000;
  let offset = 0;
  let rest = "";
  for (;;) {
    if (signal.aborted) {
      await launcher
        .stop(job)
        .catch((thrown) => onProgress?.(`${job.key} could not be stopped: ${messageOf(thrown)}`));
      signal.throwIfAborted();
    }
    const state = await ask(() => launcher.state(job));
    // After the state: what an ended job has printed is all there is.
    const output = await ask(() => launcher.output(job, offset));
    offset = output.offset;
    const lines = (rest + output.text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
    if (state.kind === "unknown")
      return { end: { kind: "ended", how: "lost", detail: "the backend does not know it" }, wasOver: false };
    if (state.kind === "ended") {
      if (rest !== "") onLine?.(rest);
      return { end: state, wasOver: first.kind === "ended" };
    }
    await wait(pollMs, signal);
  }
}
