// Following a training through whatever may happen, over a launcher whose answers are scripted.
import { expect, test } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import type { JobState, Launcher, LaunchJob } from "../launchers/launcher.ts";
import { type Following, followTraining } from "./follow.ts";
import type { TorchEvent } from "./job.ts";

/** What a look at a job finds: its state, and what it has printed since the look before. */
interface Look {
  readonly state: JobState | GeniusError;
  readonly lines?: readonly (TorchEvent | string)[];
}

const epoch = (number: number, accuracy01 = 0.5): TorchEvent => ({
  event: "epoch",
  epoch: number,
  trainLoss: 1,
  validationLoss: 2,
  validationAccuracy01: accuracy01,
  learningRate: 0.1,
  imagesPerSecond: 100,
  milliseconds: 1000,
});
const finished = (epochsRun: number): TorchEvent => ({
  event: "finished",
  accuracy01: 0.75,
  loss: 1,
  weights: "last",
  parameterCount: 10,
  epochsRun,
  peakMemoryBytes: 1,
  milliseconds: 5000,
  files: [],
});
const failed = (reason: Extract<TorchEvent, { event: "failed" }>["reason"]): TorchEvent => ({
  event: "failed",
  reason,
  detail: `because of ${reason}`,
  epochsRun: 1,
  milliseconds: 700,
});
const unknown: Look = { state: { kind: "unknown" } };
const running = (...lines: (TorchEvent | string)[]): Look => ({ state: { kind: "running" }, lines });
const ended = (
  how: Extract<JobState, { kind: "ended" }>["how"],
  lines: readonly (TorchEvent | string)[] = [],
  detail = `it was ${how}`,
): Look => ({ state: { kind: "ended", how, detail }, lines });
const away = new GeniusError("launcher-unreachable", "No answer.");

/** A launcher that finds what is written for each attempt, look by look; the last look stays. */
function scripted(attempts: readonly (readonly Look[])[]) {
  const log: string[] = [];
  const looks = new Map<string, number>();
  const printed = new Map<string, string>();
  const attemptOf = ({ key }: LaunchJob) => Number(key.split("-").at(-1));
  const launcher: Launcher = {
    async submit({ key }) {
      log.push(`submit ${key}`);
    },
    async state(job) {
      const script = attempts[attemptOf(job) - 1] ?? [unknown];
      const count = looks.get(job.key) ?? 0;
      looks.set(job.key, count + 1);
      const look = script[Math.min(count, script.length - 1)] as Look;
      if (count < script.length) {
        const lines = (look.lines ?? []).map((line) =>
          typeof line === "string" ? line : JSON.stringify(line),
        );
        printed.set(job.key, [printed.get(job.key) ?? "", ...lines.map((line) => `${line}\n`)].join(""));
      }
      if (look.state instanceof GeniusError) throw look.state;
      return look.state;
    },
    async output({ key }, offset) {
      const text = (printed.get(key) ?? "").slice(offset);
      return { text, offset: offset + text.length };
    },
    async stop({ key }) {
      log.push(`stop ${key}`);
    },
  };
  return { launcher, log };
}

async function follow(attempts: readonly (readonly Look[])[], change: Partial<Following> = {}) {
  const { launcher, log } = scripted(attempts);
  const epochs: number[] = [];
  const told: string[] = [];
  const training = await followTraining({
    launcher,
    retries: 2,
    signal: new AbortController().signal,
    jobOf: (attempt) => ({
      key: `job-${attempt}`,
      folder: "/nowhere",
      command: ["python"],
      resources: { gpus: 0, cpus: 1 },
    }),
    onEpoch: ({ epoch: number }) => epochs.push(number),
    onProgress: (text) => told.push(text),
    wait: async () => {},
    ...change,
  });
  return { training, log, epochs, told };
}

test("a training is started, its epochs are told and its end is what the trainer said", async () => {
  const { training, log, epochs } = await follow([
    [unknown, running(epoch(1)), running(epoch(2)), ended("finished", [finished(2)])],
  ]);
  expect(log).toEqual(["submit job-1"]);
  expect(epochs).toEqual([1, 2]);
  expect(training.end).toMatchObject({ kind: "finished", event: { accuracy01: 0.75 } });
  expect(training.curve.map(({ epoch: number }) => number)).toEqual([1, 2]);
  expect(training).toMatchObject({ milliseconds: 5000, epochsRun: 2 });
});

test("a training that runs already, or has ended, is found and not started again", async () => {
  for (const script of [
    [running(epoch(1)), ended("finished", [finished(1)])],
    [ended("finished", [epoch(1), finished(1)])],
  ]) {
    const { training, log, epochs } = await follow([script]);
    expect(log).toEqual([]);
    expect(epochs).toEqual([1]);
    expect(training.end.kind).toBe("finished");
  }
});

test("a line that cannot be read is named and skipped, and words that are no event are let be", async () => {
  const bad = '{"event":"epoch","epoch":"three"}';
  const { training, told } = await follow([
    [unknown, running("Downloading…", bad, epoch(1)), ended("finished", ["{ torn", finished(1)])],
  ]);
  expect(training.end.kind).toBe("finished");
  expect(training.curve).toHaveLength(1);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(bad);
});

test("a preempted or lost training continues from its checkpoint, and an epoch trained twice is told once", async () => {
  const { training, log, epochs } = await follow([
    [unknown, running(epoch(1), epoch(2)), ended("preempted", [failed("cancelled")])],
    [unknown, running(epoch(2, 0.6)), { state: { kind: "unknown" } }],
    [unknown, ended("finished", [epoch(3), finished(1)])],
  ]);
  expect(log).toEqual(["submit job-1", "submit job-2", "submit job-3"]);
  expect(epochs).toEqual([1, 2, 3]);
  expect(training.curve.map(({ validation }) => validation.accuracy)).toEqual([0.5, 0.6, 0.5]);
  expect(training).toMatchObject({
    end: { kind: "finished" },
    epochsRun: 3,
    milliseconds: 700 + 1000 + 5000,
  });
});

test("a training that is lost again and again has failed", async () => {
  const { training, log } = await follow(Array.from({ length: 9 }, () => [unknown, ended("lost")]));
  expect(log).toHaveLength(3);
  expect(training.end).toMatchObject({ kind: "crashed", detail: expect.stringContaining("--retries 2") });
});

test("what an earlier study stopped or met is tried again", async () => {
  for (const history of [
    ended("stopped", [epoch(1), failed("cancelled")]),
    ended("failed", [failed("disk-full")]),
    ended("failed", [], "exit code 1: ModuleNotFoundError: No module named 'torch'"),
  ]) {
    const { training, log } = await follow([[history], [unknown, ended("finished", [finished(1)])]], {
      retries: 0,
    });
    expect(log).toEqual(["submit job-2"]);
    expect(training.end.kind).toBe("finished");
  }
});

test("each failure of a trainer or a backend is what it is", async () => {
  const cases: readonly (readonly [Look, string, RegExp])[] = [
    [ended("failed", [failed("diverged")]), "diverged", /because of diverged/],
    [ended("failed", [failed("out-of-memory")]), "out-of-memory", /because of/],
    [ended("failed", [failed("timeout")]), "timeout", /because of/],
    [ended("failed", [failed("crashed")]), "crashed", /because of/],
    [ended("out-of-memory"), "out-of-memory", /it was out-of-memory/],
    [ended("timeout"), "timeout", /it was timeout/],
    [ended("failed", [], "exit code 3"), "crashed", /exit code 3/],
    [ended("finished"), "crashed", /without a result/],
  ];
  for (const [look, kind, words] of cases) {
    const { training } = await follow([[unknown, look]]);
    expect(training.end).toMatchObject({ kind, detail: expect.stringMatching(words) });
  }
});

test("what would meet every further training ends the study, with what to do", async () => {
  const cases: readonly (readonly [Look, string, RegExp])[] = [
    [ended("failed", [failed("disk-full")]), "disk-full", /genius resume/],
    [ended("failed", [failed("bad-job")]), "training-failed", /bad-job/],
    [ended("failed", [], "No module named 'torch'"), "missing-feature", /genius setup torch/],
  ];
  for (const [look, code, words] of cases) {
    const { training } = await follow([[unknown, look]]);
    expect(training.end).toMatchObject({
      kind: "fatal",
      error: { code, message: expect.stringMatching(words) },
    });
  }
});

test("a backend that is away for a while is asked again; one that refuses is not", async () => {
  const { training, told } = await follow([
    [{ state: away }, unknown, { state: away }, { state: away }, ended("finished", [finished(1)])],
  ]);
  expect(training.end.kind).toBe("finished");
  expect(told.filter((text) => text.includes("No answer."))).toHaveLength(2);
  const refused = new GeniusError("launcher-refused", "No such partition.");
  await expect(follow([[{ state: refused }]])).rejects.toBe(refused);
});

test("an interrupted study asks its training to stop and waits for its checkpoint", async () => {
  const stop = new AbortController();
  const { training, log } = await follow(
    [[unknown, running(epoch(1)), running(), ended("stopped", [failed("cancelled")])]],
    { signal: stop.signal, onEpoch: () => stop.abort() },
  );
  expect(log).toEqual(["submit job-1", "stop job-1"]);
  expect(training.end.kind).toBe("cancelled");
});

test("a study that was stopped before starts nothing", async () => {
  const { training, log } = await follow([[unknown]], { signal: AbortSignal.abort() });
  expect(log).toEqual([]);
  expect(training.end.kind).toBe("cancelled");
});
