// A training by the clock in progress: steps, points of the curve, the kept state, and what each of them takes. When
// to end, how the learning rate goes and when to measure is decided by those who run it: run-slice.ts and
// run-final.ts. The clock comes in, so that tests have their own.
import { learningRateByShare, type Weights } from "../engine/index.ts";
import { mean } from "../math/statistics.ts";
import type { EpochPoint } from "../search/trial.ts";
import { type Checkpoint, type ClockState, writeCheckpointFile } from "./checkpoints.ts";
import type { ClockTraining } from "./job.ts";
import type { Measured } from "./measure.ts";
import { openTraining } from "./open-training.ts";
import { averageDecay } from "./plan.ts";
import type { TrainingParts } from "./training-data.ts";
import { createWatch, type EarlyEnd } from "./watch.ts";

/** An interruption loses at most this much. */
export const keepSeconds = 20;

/** A step's time is the mean of the last `all` steps; after `some` it is an estimate, after `enough` a good one. */
const recentSteps = { some: 3, enough: 16, all: 32 };
/** How far a change of it may move what measuring is expected to take: there is more to that than steps. */
const largestChange = 2;

export interface Clock {
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** When the seconds of the job began, by `now`. */
  readonly started: number;
}

export interface TimedHooks {
  readonly clock: Clock;
  readonly onEpoch: (point: EpochPoint) => void;
  /** What it continues from. */
  readonly begun?: Checkpoint | undefined;
  /** Where the state is kept, regularly and at the end. */
  readonly keep?: string | undefined;
}

export interface StepPolicy {
  /** While less than this was trained, and less than an epoch, the learning rate rises. */
  readonly warmUpSeconds: number;
  /** How far the learning rate has fallen, before a step. */
  fallen01(): number;
  /** Whether the step that was made was the last. */
  isOver(): boolean;
  /** Between two steps. */
  between(): Promise<void>;
}

export interface TimedTraining extends AsyncDisposable {
  readonly parts: TrainingParts;
  readonly curve: readonly EpochPoint[];
  /** Of the trainings that this one continues from. */
  readonly secondsBefore: number;
  /** Since the job began. */
  elapsed(): number;
  stepsRun(): number;
  epochsRun(): number;
  /** In all, with those of before. */
  epochs(): number;
  /** What a step takes, lately. */
  stepSeconds(): number;
  /** What measuring the validation part takes: measured, or estimated once there are some steps to do so by. */
  measureSeconds(): number;
  /** Makes one step at least. */
  train(policy: StepPolicy): Promise<EarlyEnd | undefined>;
  weights(): Weights;
  averagedWeights(): Weights;
  measure(weights: Weights): Promise<Measured>;
  /** Measures the averaged weights as a further point of the curve. */
  addPoint(): Promise<{ readonly point: EpochPoint; readonly measured: Measured }>;
  /** How far it is, with the validation as it was measured last. */
  progress(): EpochPoint | undefined;
  keep(path: string, state: Pick<ClockState, "endOf" | "latency" | "final">): Promise<void>;
}

export async function openTimedTraining(
  training: ClockTraining,
  { clock, begun }: Pick<TimedHooks, "clock" | "begun">,
): Promise<TimedTraining> {
  const before = begun?.clock;
  const epochsBefore = begun?.epochs ?? 0;
  const secondsBefore = before?.seconds ?? 0;
  const open = await openTraining(training, { begun, averageDecay });
  const { parts, seed, trainer, batches } = open;
  const elapsed = () => (clock.now() - clock.started) / 1000;
  const watch = createWatch(training, parts.train.classCount, () => 1000 * elapsed());
  const curve = [...(begun?.curve ?? [])];
  let steps = 0;
  let nextEpoch = before?.nextEpoch ?? 0;
  /** Seconds of the last steps. The first of a session is slower than those that follow, and is not among them. */
  const recent: number[] = [];
  let measuring = before?.measuring;
  let learningRate = 0;
  let losses = { sum: 0, count: 0 };

  const stepSeconds = () => (recent.length === 0 ? 0 : mean(recent));
  /** Follows what a step takes: a busier machine, more threads or larger images change both alike. */
  const measureSeconds = () => {
    if (measuring !== undefined) {
      const isComparable = recent.length >= recentSteps.enough && measuring.stepSeconds > 0;
      const change = isComparable ? stepSeconds() / measuring.stepSeconds : 1;
      return measuring.seconds * Math.min(largestChange, Math.max(1 / largestChange, change));
    }
    // A step goes forward and back and updates; measuring goes forward only, in a session that is opened for it.
    return recent.length < recentSteps.some
      ? 0
      : 0.1 + (0.4 * stepSeconds() * parts.validation.count) / training.plan.batchSize;
  };
  const epochs = () => epochsBefore + steps / batches.batchCount;
  const measure = async (weights: Weights) => {
    const since = elapsed();
    const measured = await open.measureWeights(weights);
    measuring = { seconds: elapsed() - since, stepSeconds: stepSeconds() };
    return measured;
  };
  const averagedWeights = () => trainer.averagedWeights() as Weights;
  const stand = () => ({
    epoch: rounded(epochs()),
    seconds: rounded(secondsBefore + elapsed()),
    trainLoss: losses.count > 0 ? losses.sum / losses.count : (curve.at(-1)?.trainLoss ?? 0),
    learningRate,
  });

  return {
    parts,
    curve,
    secondsBefore,
    elapsed,
    stepsRun: () => steps,
    epochsRun: () => rounded(epochs() - epochsBefore),
    epochs: () => rounded(epochs()),
    stepSeconds,
    measureSeconds,
    async train({ warmUpSeconds, fallen01, isOver, between }) {
      const trainedFrom = elapsed();
      const risen01 = () => {
        const seconds = secondsBefore + elapsed() - trainedFrom;
        return Math.max(
          (trainer.stepCount() + 1) / batches.batchCount,
          seconds / Math.max(warmUpSeconds, 1e-3),
        );
      };
      let since = trainedFrom;
      for (;;) {
        nextEpoch += 1;
        for await (const batch of batches.epoch(nextEpoch - 1)) {
          learningRate = learningRateByShare(training.plan.learningRate, {
            risen01: risen01(),
            fallen01: fallen01(),
          });
          const { loss } = await trainer.step({ ...batch, learningRate });
          steps += 1;
          losses = { sum: losses.sum + loss, count: losses.count + 1 };
          const trouble = watch(loss);
          if (trouble !== undefined)
            return { ...trouble, curve, epochsRun: rounded(steps / batches.batchCount) };
          if (steps > 1) recent.push(elapsed() - since);
          if (recent.length > recentSteps.all) recent.shift();
          if (isOver()) return undefined;
          await between();
          since = elapsed();
        }
      }
    },
    weights: () => trainer.weights(),
    averagedWeights,
    measure,
    async addPoint() {
      const measured = await measure(averagedWeights());
      const point = { ...stand(), validation: measured.metrics, validationLoss: measured.loss };
      losses = { sum: 0, count: 0 };
      curve.push(point);
      return { point, measured };
    },
    progress() {
      const last = curve.at(-1);
      return last && { ...last, ...stand() };
    },
    keep: (path, state) =>
      writeCheckpointFile(path, {
        epochs: epochs(),
        seed,
        curve,
        clock: {
          seconds: secondsBefore + elapsed(),
          steps: trainer.stepCount(),
          nextEpoch,
          ...(measuring !== undefined && { measuring }),
          ...state,
        },
        state: trainer.checkpoint(),
      }),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

/** To thousandths, as a person reads it. */
const rounded = (value: number) => Math.round(1000 * value) / 1000;
