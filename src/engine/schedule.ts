// Learning-rate schedules as pure functions of the step, counted from 0.
import { GeniusError } from "../base/errors.ts";

export type Schedule =
  | { readonly kind: "constant"; readonly peak: number }
  /** Linear warm-up to `peak`, then half a cosine down to `final` (0 by default). */
  | {
      readonly kind: "cosine";
      readonly peak: number;
      readonly final?: number;
      readonly warmupSteps?: number;
      readonly totalSteps: number;
    }
  /**
   * Up from peak / startFactor to peak in the first `risingFraction` of the steps, then down to
   * peak / startFactor / finalFactor, both along half a cosine; defaults 25, 0.3 and 1e4 as in PyTorch's OneCycleLR.
   * See Smith and Topin 2017, https://arxiv.org/abs/1708.07120
   */
  | {
      readonly kind: "one-cycle";
      readonly peak: number;
      readonly totalSteps: number;
      readonly risingFraction?: number;
      readonly startFactor?: number;
      readonly finalFactor?: number;
    };

/** The learning rate of a step. Steps past the end keep the last rate. */
export function learningRateAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case "constant":
      return schedule.peak;
    case "cosine": {
      const { peak, final = 0, warmupSteps = 0, totalSteps } = schedule;
      if (step < warmupSteps) return (peak * (step + 1)) / (warmupSteps + 1);
      return along(peak, final, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    }
    case "one-cycle": {
      const { peak, totalSteps, risingFraction = 0.3, startFactor = 25, finalFactor = 1e4 } = schedule;
      const start = peak / startFactor;
      const summit = risingFraction * totalSteps - 1;
      if (step <= summit) return along(start, peak, summit <= 0 ? 1 : step / summit);
      return along(peak, start / finalFactor, (step - summit) / Math.max(1, totalSteps - 1 - summit));
    }
    default:
      throw new GeniusError(
        "wrong-use",
        `There is no schedule "${(schedule satisfies never as Schedule).kind}".`,
      );
  }
}

/** Half a cosine from `from` to `to` as `fraction` goes from 0 to 1. */
function along(from: number, to: number, fraction: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * Math.min(1, fraction)));
}

/**
 * The learning rate of a training by the clock, which does not know its number of steps: a trapezoid over shares of
 * time. It rises with `risen01` to `peak`, stays there, and falls with `fallen01` to zero, both linearly.
 * See Hägele and others 2024, https://arxiv.org/abs/2405.18392
 */
export function learningRateByShare(
  peak: number,
  { risen01, fallen01 }: { readonly risen01: number; readonly fallen01: number },
): number {
  return peak * Math.min(1, risen01) * Math.max(0, 1 - fallen01);
}
