// Follows one training from its start to its end, whatever happens to the backend or to this process: finds it again
// by its key, reads its events, starts it again from its checkpoint when it was preempted or lost. It knows launchers
// by contract only, and nothing of networks.
import { GeniusError, messageOf } from "../../base/errors.ts";
import type { EpochPoint } from "../../search/trial.ts";
import type { JobState, Launcher, LaunchJob } from "../launchers/launcher.ts";
import { type Retrying, retryWhileUnreachable } from "../launchers/retry-while-unreachable.ts";
import { readTorchLine, type TorchEvent } from "./job.ts";

export interface Following extends Retrying {
  readonly launcher: Launcher;
  /** The job of an attempt, counted from 1; all share a folder, and with it the checkpoint. */
  readonly jobOf: (attempt: number) => LaunchJob;
  /** How often a training that was preempted or lost is started again. */
  readonly retries: number;
  /** The training is asked to stop when this aborts. */
  readonly signal: AbortSignal;
  readonly onEpoch?: (point: EpochPoint) => void;
  /** Told what a person should know: a queue, a bad line, a new start. */
  readonly onProgress?: (text: string) => void;
}

export type Finished = Extract<TorchEvent, { event: "finished" }>;
export type Started = Extract<TorchEvent, { event: "started" }>;

export type TrainingEnd =
  | { readonly kind: "finished"; readonly event: Finished }
  | { readonly kind: "cancelled" }
  | {
      readonly kind: "diverged" | "timeout" | "crashed" | "out-of-memory";
      readonly detail: string;
    }
  /** Every further training would fail in the same way. */
  | { readonly kind: "fatal"; readonly error: GeniusError };

export interface Training {
  readonly end: TrainingEnd;
  readonly curve: readonly EpochPoint[];
  readonly started?: Started;
  /** Of all attempts, as the trainer measured it. */
  readonly milliseconds: number;
  readonly epochsRun: number;
}

/** How long an interrupted study waits for its trainings to stop; they stop also when it does not wait. */
const shutdownGraceMs = 8_000;

/** @throws GeniusError `launcher-refused`, or `launcher-unreachable` after ten minutes; the training may continue. */
export async function followTraining(following: Following): Promise<Training> {
  const { jobOf, retries } = following;
  const points = new Map<number, EpochPoint>();
  const sum = { milliseconds: 0, epochsRun: 0 };
  let started: Started | undefined;
  let interruptions = 0;
  for (let attempt = 1; ; attempt += 1) {
    const job = jobOf(attempt);
    const seen = await followAttempt(following, job, points);
    started = seen.started ?? started;
    sum.milliseconds += seen.milliseconds;
    sum.epochsRun += seen.epochsRun;
    const curve = [...points.values()].sort((a, b) => a.epoch - b.epoch);
    const result = { curve, ...sum, ...(started && { started }) };
    if (seen.end.kind !== "interrupted") {
      // What an earlier study met, such as a full disk, may have been put right since.
      if (seen.end.kind === "fatal" && seen.wasOver) continue;
      return { ...result, end: seen.end };
    }
    if (following.signal.aborted) return { ...result, end: { kind: "cancelled" } };
    if (seen.end.how === "stopped" && seen.wasOver) continue;
    interruptions += 1;
    const words = `${job.key} was ${seen.end.how} (${seen.end.detail})`;
    if (interruptions > retries) {
      const detail = `${words}; interruption ${interruptions} with --retries ${retries}`;
      return { ...result, end: { kind: "crashed", detail } };
    }
    following.onProgress?.(`${words}; it continues from its checkpoint`);
  }
}

interface Attempt {
  readonly end:
    | TrainingEnd
    | {
        readonly kind: "interrupted";
        readonly how: "preempted" | "lost" | "stopped";
        readonly detail: string;
      };
  readonly started?: Started;
  readonly milliseconds: number;
  readonly epochsRun: number;
  /** It had ended before anyone looked: in an earlier study process. */
  readonly wasOver: boolean;
}

async function followAttempt(
  following: Following,
  job: LaunchJob,
  points: Map<number, EpochPoint>,
): Promise<Attempt> {
  const { launcher, signal, onEpoch, onProgress, wait } = following;
  const reading = createReading(job.key, {
    points,
    ...(onEpoch && { onEpoch }),
    ...(onProgress && { onProgress }),
  });
  const first = await retryWhileUnreachable(following, () => launcher.state(job));
  const cancelled = (): Attempt => ({ end: { kind: "cancelled" }, ...reading.sums(), wasOver: false });
  if (first.kind === "unknown") {
    if (signal.aborted) return cancelled();
    await retryWhileUnreachable(following, () => launcher.submit(job));
  }
  const pollMs = (launcher.pollSeconds ?? 1) * 1000;
  let offset = 0;
  let queuedFor: string | undefined;
  let stopAskedAt: number | undefined;
  for (;;) {
    if (signal.aborted && stopAskedAt === undefined) {
      stopAskedAt = performance.now();
      await launcher
        .stop(job)
        .catch((thrown) => onProgress?.(`${job.key} could not be stopped: ${messageOf(thrown)}`));
    }
    const state = await retryWhileUnreachable(following, () => launcher.state(job));
    // After the state: what an ended job has printed is all there is.
    const output = await retryWhileUnreachable(following, () => launcher.output(job, offset));
    offset = output.offset;
    reading.read(output.text);
    if (state.kind === "queued" && state.detail !== undefined && state.detail !== queuedFor) {
      queuedFor = state.detail;
      onProgress?.(`${job.key} waits: ${state.detail}`);
    }
    if (state.kind === "unknown" || state.kind === "ended") {
      const end = endOf(state, reading.last());
      return { end, ...reading.sums(), wasOver: first.kind === "ended" };
    }
    if (stopAskedAt !== undefined && performance.now() - stopAskedAt > shutdownGraceMs) return cancelled();
    await wait(pollMs, stopAskedAt === undefined ? signal : undefined);
  }
}

type Failed = Extract<TorchEvent, { event: "failed" }>;

interface Reading {
  read(text: string): void;
  /** The event that ended the training, if it printed one. */
  last(): Finished | Failed | undefined;
  sums(): { readonly milliseconds: number; readonly epochsRun: number; readonly started?: Started };
}

/** Takes in what the trainer prints. A line that cannot be read is named once and skipped. */
function createReading(
  key: string,
  {
    points,
    onEpoch,
    onProgress,
  }: {
    readonly points: Map<number, EpochPoint>;
    readonly onEpoch?: (point: EpochPoint) => void;
    readonly onProgress?: (text: string) => void;
  },
): Reading {
  let last: Finished | Failed | undefined;
  let started: Started | undefined;
  let epochsMs = 0;
  let epochsSeen = 0;
  let badLines = 0;
  return {
    read(text) {
      for (const line of text.split("\n")) {
        if (line.trim() === "") continue;
        const parsed = readTorchLine(line);
        if (parsed.kind === "bad") {
          badLines += 1;
          if (badLines <= 3) onProgress?.(`${key}: a line of the trainer was skipped: ${parsed.detail}`);
        }
        if (parsed.kind !== "event") continue;
        const { event } = parsed;
        switch (event.event) {
          case "started":
            started = event;
            break;
          case "epoch": {
            epochsMs += event.milliseconds;
            epochsSeen += 1;
            const point = pointOf(event);
            if (point === undefined) break;
            const isNew = !points.has(point.epoch);
            points.set(point.epoch, point);
            if (isNew) onEpoch?.(point);
            break;
          }
          case "file":
            break;
          case "finished":
          case "failed":
            last = event;
            break;
          default:
            event satisfies never;
        }
      }
    },
    last: () => last,
    sums: () => ({
      milliseconds: Math.round(last?.milliseconds ?? epochsMs),
      epochsRun: last?.epochsRun ?? epochsSeen,
      ...(started && { started }),
    }),
  };
}

function pointOf(event: Extract<TorchEvent, { event: "epoch" }>): EpochPoint | undefined {
  const { epoch, seconds, trainLoss, validationAccuracy01, validationLoss, learningRate } = event;
  if (validationAccuracy01 === undefined) return undefined;
  return {
    epoch,
    ...(seconds !== undefined && { seconds }),
    trainLoss,
    validation: {
      accuracy: validationAccuracy01,
      ...(validationLoss !== undefined && { "cross-entropy": validationLoss }),
    },
    ...(validationLoss !== undefined && { validationLoss }),
    learningRate,
  };
}

type Over = Extract<JobState, { kind: "ended" | "unknown" }>;

/** The trainer's own word comes first; where it had none, the backend's. */
function endOf(state: Over, last: Finished | Failed | undefined): Attempt["end"] {
  if (last?.event === "finished") return { kind: "finished", event: last };
  const how = state.kind === "unknown" ? "lost" : state.how;
  const words = state.kind === "unknown" ? "the backend knows nothing of it any more" : state.detail;
  if (last !== undefined && last.reason !== "cancelled") return endOfFailure(last);
  switch (how) {
    case "preempted":
    case "lost":
    case "stopped":
      return { kind: "interrupted", how, detail: words };
    case "out-of-memory":
    case "timeout":
      return { kind: how, detail: words };
    case "finished":
    case "failed":
      if (last !== undefined) return { kind: "interrupted", how: "stopped", detail: words };
      if (/No module named/.test(words)) return { kind: "fatal", error: missingPackage(words) };
      return {
        kind: "crashed",
        detail: how === "finished" ? `the trainer ended without a result (${words})` : words,
      };
    default:
      throw new GeniusError("internal", `Unknown end "${how satisfies never}" of a job.`);
  }
}

function endOfFailure({ reason, detail }: Failed): TrainingEnd {
  switch (reason) {
    case "diverged":
    case "timeout":
    case "crashed":
    case "out-of-memory":
      return { kind: reason, detail };
    case "disk-full":
      return {
        kind: "fatal",
        error: new GeniusError(
          "disk-full",
          `A training could not write: ${detail} Then run "genius resume"; finished trials are kept.`,
        ),
      };
    case "bad-job":
      return {
        kind: "fatal",
        error: new GeniusError("training-failed", `The trainer refuses the job: ${detail}`),
      };
    case "cancelled":
      return { kind: "cancelled" };
    default:
      throw new GeniusError("internal", `Unknown failure "${reason satisfies never}" of a training.`);
  }
}

function missingPackage(words: string): GeniusError {
  return new GeniusError(
    "missing-feature",
    `The Python that runs the trainings lacks a package: ${words}. On this machine \`genius setup torch\` makes one that has all; on a cluster, name a Python that has torch, numpy and safetensors (see the launcher's options in --help).`,
  );
}
