// A slice of a search's training by the clock: from where the last slice stopped, until its seconds are over. The
// learning rate rises briefly in the first slice and then stays at its peak, so that every further slice and the
// final training continue as if nothing had stopped; what is measured is the moving average of the weights.
import type { EpochPoint } from "../search/trial.ts";
import type { ClockState } from "./checkpoints.ts";
import type { ClockTraining } from "./job.ts";
import type { Measured } from "./measure.ts";
import { keepSeconds, openTimedTraining, type TimedHooks } from "./timed-training.ts";
import type { EarlyEnd } from "./watch.ts";

/** Of the first slice. */
const warmUpShare = 0.2;
/** Points within a slice: their distance, and their max share of the time; the one at its end is not counted. */
const [pointSeconds, pointShare] = [15, 1 / 40];

export interface SliceEnd {
  readonly kind: "trained";
  readonly curve: readonly EpochPoint[];
  /** The averaged weights. */
  readonly measured: Measured;
  readonly epochsRun: number;
}

/** Trains until the clock says `training.seconds`, the time for the measurement at the end included; one step at least. */
export async function runSlice(
  training: ClockTraining,
  hooks: TimedHooks & { readonly latency?: ClockState["latency"] },
): Promise<SliceEnd | EarlyEnd> {
  const { onEpoch, keep } = hooks;
  const latency = hooks.latency && { latency: hooks.latency };
  await using run = await openTimedTraining(training, hooks);
  const limit = training.seconds - run.secondsBefore;
  let [measuredAt, keptAt] = [0, 0];
  const early = await run.train({
    warmUpSeconds: warmUpShare * training.seconds,
    fallen01: () => 0,
    isOver: () => run.elapsed() + run.stepSeconds() / 2 + run.measureSeconds() >= limit,
    async between() {
      const spacing = Math.max(limit / 4, pointSeconds, run.measureSeconds() / pointShare);
      const isDue = run.elapsed() - measuredAt >= spacing && limit - run.elapsed() > spacing / 2;
      const point = isDue ? (await run.addPoint()).point : undefined;
      if (isDue) measuredAt = run.elapsed();
      // Before the point is shown: what was shown is not lost.
      if (keep !== undefined && (isDue || run.elapsed() - keptAt >= keepSeconds)) {
        await run.keep(keep, { ...latency });
        keptAt = run.elapsed();
      }
      if (point !== undefined) onEpoch(point);
    },
  });
  if (early !== undefined) return early;
  const { point, measured } = await run.addPoint();
  if (keep !== undefined) await run.keep(keep, { endOf: training.seconds, ...latency });
  onEpoch(point);
  return { kind: "trained", curve: run.curve, measured, epochsRun: run.epochsRun() };
}
