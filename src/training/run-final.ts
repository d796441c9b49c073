// The final training by the clock: it continues from the search's training of the selected network, and the learning
// rate falls linearly to zero over the time that is left for it, so that it ends on time whatever the machine does.
import type { Weights } from "../engine/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import type { ClockTraining } from "./job.ts";
import type { Measured } from "./measure.ts";
import { keepSeconds, openTimedTraining, type TimedHooks } from "./timed-training.ts";
import type { TrainingParts } from "./training-data.ts";
import type { EarlyEnd } from "./watch.ts";

/** Steps that are made even when the time is over. */
const minSteps = 4;
/** Of the time, where nothing was trained before. */
const warmUpShare = 0.05;
/** A point is due after a 25th of the time, and is measured where that costs a 20th of the time or less. */
const [pointSpacing, measureShare] = [1 / 25, 1 / 20];
/** How late it may end, as a share of its time, or a second. */
const lateShare = 0.03;

export interface MeasuredWeights {
  readonly weights: Weights;
  readonly measured: Measured;
}

export interface FinalTraining {
  readonly kind: "trained";
  readonly curve: readonly EpochPoint[];
  /** Absent where there was no time left to measure them. */
  readonly last?: MeasuredWeights;
  readonly averaged: MeasuredWeights;
  readonly parts: TrainingParts;
  /** In all, with the search's. */
  readonly epochs: number;
  readonly seconds: number;
  readonly remark?: string;
}

/**
 * Trains such that all is over when the clock says `training.seconds`, with what `rehearse` says of the rest. An
 * interrupted one has the seconds that it had left, or those that it is given now, if these are fewer.
 * @param rehearse gives the seconds of testing and exporting by those that measuring one image takes
 */
export async function runFinal(
  training: ClockTraining,
  hooks: TimedHooks & {
    readonly rehearse: (parts: TrainingParts) => Promise<(imageSeconds: number) => number>;
  },
): Promise<FinalTraining | EarlyEnd> {
  const { onEpoch, keep, begun } = hooks;
  await using run = await openTimedTraining(training, hooks);
  const { parts } = run;
  const handOverSeconds = await hooks.rehearse(parts);
  const interrupted = begun?.clock?.final;
  const limit = Math.min(training.seconds, interrupted?.secondsLeft ?? Number.POSITIVE_INFINITY);
  const restSeconds = (measurements: number) => {
    const each = run.measureSeconds();
    return measurements * each + handOverSeconds(each / parts.validation.count);
  };
  const end = () => limit - restSeconds(2);
  const fallenBefore = interrupted?.fallen01 ?? 0;
  const trainedFrom = run.elapsed();
  let fallen = fallenBefore;
  const stateNow = () => ({ final: { fallen01: fallen, secondsLeft: Math.max(0, limit - run.elapsed()) } });
  let [shownAt, measuredAt, keptAt] = [trainedFrom, trainedFrom, trainedFrom];
  const isShort = fallenBefore < 1 && end() <= trainedFrom;
  const early =
    fallenBefore >= 1
      ? undefined
      : await run.train({
          warmUpSeconds: warmUpShare * limit,
          fallen01() {
            const left = Math.max(1e-9, end() - trainedFrom);
            const byTime = Math.min(1, (run.elapsed() - trainedFrom) / left);
            const share = run.stepsRun() < minSteps ? Math.min(byTime, run.stepsRun() / minSteps) : byTime;
            fallen = Math.max(fallen, fallenBefore + (1 - fallenBefore) * share);
            return fallen;
          },
          isOver: () => run.stepsRun() >= minSteps && run.elapsed() + run.stepSeconds() / 2 >= end(),
          async between() {
            const isDue = run.elapsed() - shownAt >= pointSpacing * limit;
            const isMeasured =
              run.curve.length === 0 || run.elapsed() - measuredAt >= run.measureSeconds() / measureShare;
            const measured = isDue && isMeasured ? (await run.addPoint()).point : undefined;
            // Before the point is shown: what was shown is not lost.
            if (keep !== undefined && (isDue || run.elapsed() - keptAt >= keepSeconds)) {
              await run.keep(keep, stateNow());
              keptAt = run.elapsed();
            }
            if (!isDue) return;
            shownAt = run.elapsed();
            if (measured !== undefined) measuredAt = shownAt;
            const point = measured ?? run.progress();
            if (point !== undefined) onEpoch(point);
          },
        });
  if (early !== undefined) return early;
  // At the end both are nearly the same: where the machine has become slow, the second measurement is left out.
  // A training that is finished already measures what it measured then, so that the same weights are chosen again.
  let isLate = interrupted?.isLate ?? false;
  const measureAveraged = async () => {
    if (run.stepsRun() === 0) return run.measure(run.averagedWeights());
    const { point, measured } = await run.addPoint();
    fallen = 1;
    isLate = run.elapsed() + restSeconds(1) > limit + Math.max(1, lateShare * limit);
    if (keep !== undefined) await run.keep(keep, { final: { ...stateNow().final, isLate } });
    onEpoch(point);
    return measured;
  };
  const averaged = { weights: run.averagedWeights(), measured: await measureAveraged() };
  const weights = run.weights();
  const last = isLate ? undefined : { weights, measured: await run.measure(weights) };
  return {
    kind: "trained",
    curve: run.curve,
    ...(last !== undefined && { last }),
    averaged,
    parts,
    epochs: run.epochs(),
    seconds: run.curve.at(-1)?.seconds ?? 0,
    ...(isShort && {
      remark: `The time was over before the final training began: it made ${run.stepsRun()} steps only.`,
    }),
  };
}
