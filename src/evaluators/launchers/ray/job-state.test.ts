// Answers that a Ray 2.60 gave while what they tell of was done to it: processes killed, nodes killed and drained.
import { describe, expect, test } from "vitest";
import type { RayJob } from "./api.ts";
import { gaveUpWaiting, jobStateOf } from "./job-state.ts";

const quiet = { isStopAsked: false, isTimedOut: false };
const died = (cause: string): RayJob => ({
  status: "FAILED",
  message: `Job supervisor actor died: The actor died unexpectedly before finishing this task.\n\tclass_name: JobSupervisor\n\tactor_id: 782579d0fa42850fb93f159001000000\n\tpid: 22926\n\tname: _ray_internal_job_actor_g2\n\tnamespace: SUPERVISOR_ACTOR_RAY_NAMESPACE\n\tip: 192.0.2.2\n${cause}`,
  error_type: "JOB_SUPERVISOR_ACTOR_DIED",
  driver_exit_code: null,
});
const exited = (code: number, log = ""): RayJob => ({
  status: "FAILED",
  message: `Job entrypoint command failed with exit code ${code}, last available logs (truncated to 20,000 chars):\n2026-11-25 01:09:39,633\tINFO job_manager.py:581 -- Runtime env is setting up.\nRunning entrypoint for job f1: exec sleep 30\n${log}`,
  error_type: "JOB_ENTRYPOINT_COMMAND_ERROR",
  driver_exit_code: code,
  driver_node_id: "48e61d6dbde50d9928ed9f3cc1227008452ecf3cf3a4b286cc17d5e5",
});

describe("jobStateOf", () => {
  test("tells why a job ended without its process", () => {
    const lost = died(
      "The actor died because its node has died. Node Id: 1e40\n\tthe actor's node was terminated unexpectedly: health check failed due to missing too many heartbeats",
    );
    expect(jobStateOf(lost, quiet)).toMatchObject({ how: "lost", detail: /missing too many heartbeats/ });
    const preempted = died(
      "The actor died because its node has died. Node Id: 1695\n\tthe actor's node was preempted: spot taken away",
    );
    expect(jobStateOf(preempted, quiet)).toMatchObject({ how: "preempted", detail: /spot taken away/ });
    const killed = died(
      "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker exit detail: Worker unexpectedly exits with a connection error code 2. End of file. Some common causes include: (1) the process was killed by the OOM killer due to high memory usage, (2) ray stop --force was called, or (3) the worker crashed unexpectedly due to SIGSEGV or another unexpected error.",
    );
    expect(jobStateOf(killed, quiet)).toMatchObject({ how: "lost" });
  });

  test("tells how a process ended, with the last thing that it said as an error", () => {
    expect(jobStateOf(exited(3, "a warning\nRuntimeError: no such file\n"), quiet)).toEqual({
      kind: "ended",
      how: "failed",
      detail: "exit code 3 on node 48e61d6d: RuntimeError: no such file",
    });
    expect(jobStateOf(exited(-9), quiet)).toEqual({
      kind: "ended",
      how: "failed",
      detail: "ended by signal 9 on node 48e61d6d, as a system does that runs out of memory",
    });
    expect(jobStateOf(exited(78), quiet)).toMatchObject({ how: "failed", detail: /mount.*--out/ });
    expect(jobStateOf(exited(79), quiet)).toMatchObject({ how: "stopped" });
  });

  test("takes a job that ended at its time limit for a timeout, however it ended", () => {
    const timedOut = { ...quiet, isTimedOut: true };
    expect(jobStateOf({ status: "SUCCEEDED", driver_exit_code: 0 }, timedOut)).toMatchObject({
      how: "timeout",
    });
    expect(jobStateOf(exited(-9), timedOut)).toMatchObject({ how: "timeout" });
  });

  test("knows a job that found no place in time, and one that is to stop while it waits", () => {
    const late: RayJob = {
      status: "FAILED",
      message: "Job supervisor actor failed to start within 900.0 seconds. This timeout can be configured …",
      error_type: "JOB_SUPERVISOR_ACTOR_START_TIMEOUT",
    };
    expect(gaveUpWaiting(late)).toBe(true);
    expect(gaveUpWaiting({ ...late, error_type: null })).toBe(true);
    expect(gaveUpWaiting(exited(3, "failed to start within 900.0 seconds"))).toBe(false);
    const stopping = { ...quiet, isStopAsked: true };
    expect(jobStateOf(late, stopping)).toMatchObject({ how: "stopped" });
    expect(jobStateOf({ status: "PENDING", message: "Job has not started yet." }, stopping)).toMatchObject({
      how: "stopped",
    });
    expect(jobStateOf({ status: "RUNNING" }, stopping)).toEqual({ kind: "running" });
  });
});
