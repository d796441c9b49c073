// How long the evaluation of a design takes beside others', from what the earlier ones took: in the logarithm it grows
// linearly with the multiply–accumulates. For searches that are to be quick by the clock rather than by evaluations.
import { mean } from "../../math/statistics.ts";
import type { Domain } from "../constraints/domain.ts";
import { isDesignOf } from "../proposed-network.ts";
import type { Choices } from "../space.ts";
import { isScored, type Trial } from "../trial.ts";

/** Believed before anything was measured: time in proportion to the work. */
const growth = { mean: 1, sd: 0.3 };
/** What the logarithm of a time is off by, beside its growth. */
const residual = 0.2;

export interface TrainingTime {
  observe(trial: Trial): void;
  /**
   * The time of each design to the power `alpha01`, in units of the middle of what was measured; undefined while no
   * evaluation took any time, as with tables.
   */
  relative(designs: readonly Choices[], alpha01: number): Float64Array | undefined;
}

export function createTrainingTime(domain: Domain): TrainingTime {
  const logMacs: number[] = [];
  const logTimes: number[] = [];
  const logOf = (choices: Choices) => Math.log(1 + domain.costOf(choices).macCount);
  return {
    observe(trial) {
      const { proposal, outcome } = trial;
      // Evaluations at a lower fidelity and those that were broken off say nothing of a whole one.
      if (!isScored(trial) || Object.keys(proposal.fidelity).length > 0) return;
      if (!isDesignOf(domain.space, proposal)) return;
      if (!(outcome.spent.milliseconds > 0)) return;
      logMacs.push(logOf(proposal.choices));
      logTimes.push(Math.log(outcome.spent.milliseconds));
    },
    relative(designs, alpha01) {
      if (logTimes.length === 0) return undefined;
      const centre = mean(logMacs);
      const level = mean(logTimes);
      let [squares, products] = [0, 0];
      logMacs.forEach((value, index) => {
        squares += (value - centre) ** 2;
        products += (value - centre) * ((logTimes[index] as number) - level);
      });
      const prior = (residual / growth.sd) ** 2;
      const slope = Math.max(0, (products + prior * growth.mean) / (squares + prior));
      return Float64Array.from(designs, (choices) => Math.exp(alpha01 * slope * (logOf(choices) - centre)));
    },
  };
}
