import { expect, test } from "vitest";
import type { ScriptExit } from "./job-files.ts";
import { endFrom, forgottenWord, liveStateOf } from "./job-states.ts";

const jobAs = (word: string, reason = "") => ({ id: "7", word, reason, node: "n1" });
const exitAs = (why: ScriptExit["why"], code: number): ScriptExit => ({ why, code, id: "7" });

test.each([
  ["PENDING", "queued"],
  ["REQUEUED", "queued"],
  ["REQUEUE_HOLD", "queued"],
  ["CONFIGURING", "queued"],
  ["RUNNING", "running"],
  ["COMPLETING", "running"],
  ["SUSPENDED", "running"],
  ["A_WORD_OF_A_LATER_SLURM", "running"],
])("%s is %s", (word, kind) => {
  expect(liveStateOf(jobAs(word))?.kind).toBe(kind);
});

test("a job that waits says why, in Slurm's words", () => {
  expect(liveStateOf(jobAs("PENDING", "Resources"))).toEqual({
    kind: "queued",
    detail: "PENDING: Resources",
  });
});

test.each([
  ["COMPLETED", exitAs("exited", 0), "finished"],
  ["FAILED", exitAs("exited", 3), "failed"],
  ["FAILED", undefined, "failed"],
  ["CANCELLED", exitAs("ended", 143), "stopped"],
  ["CANCELLED", undefined, "stopped"],
  ["TIMEOUT", exitAs("warned", 0), "timeout"],
  ["DEADLINE", undefined, "timeout"],
  ["FAILED", exitAs("timeout", 143), "timeout"],
  ["COMPLETED", exitAs("stopped", 0), "stopped"],
  ["OUT_OF_MEMORY", exitAs("exited", 137), "out-of-memory"],
  // A helper of the trainer was killed for want of memory, and the training did without it.
  ["OUT_OF_MEMORY", exitAs("exited", 0), "finished"],
  ["NODE_FAIL", undefined, "lost"],
  ["BOOT_FAIL", undefined, "lost"],
  ["PREEMPTED", exitAs("ended", 143), "preempted"],
  ["PREEMPTED", exitAs("warned", 0), "preempted"],
  ["FAILED", exitAs("ended", 143), "preempted"],
  ["FAILED", exitAs("no-setup", 1), "failed"],
  [forgottenWord, undefined, "lost"],
] as const)("%s with %o has ended as %s", (word, exit, how) => {
  const end = endFrom({ job: jobAs(word), wasStopped: false, lastWords: "", ...(exit && { exit }) });
  expect(end).toMatchObject({ kind: "ended", how, detail: expect.stringContaining(`7 on n1: ${word}`) });
  expect(liveStateOf(jobAs(word))).toEqual(word === forgottenWord ? { kind: "running" } : undefined);
});

test("what the study has asked to stop was stopped, though the script could not note it", () => {
  for (const word of ["FAILED", forgottenWord]) {
    expect(endFrom({ job: jobAs(word), wasStopped: true, lastWords: "" }).how).toBe("stopped");
  }
});

test("the trainer's last words are told", () => {
  const exit = exitAs("exited", 1);
  const { detail } = endFrom({
    job: jobAs("FAILED"),
    exit,
    wasStopped: false,
    lastWords: "No module named torch",
  });
  expect(detail).toBe("Slurm job 7 on n1: FAILED; exit code 1: No module named torch");
});
