// Distinguishes a fault of the whole study from the crash of a trial: evaluations that all crash from the beginning, before
// any was scored, will keep crashing. Divergence and time limits are findings about a design, and never count.
import { GeniusError } from "../base/errors.ts";
import { isEvaluated, isScored, type Trial } from "../search/trial.ts";

/** Crashes from the start in the same words; in different words a few more are waited for. */
const maxSame = 3;
const maxAny = 10;

/** @returns what is told each new trial in order, and throws `training-failed` when the study is hopeless. */
export function createCrashCheck(recorded: readonly Trial[] = []): (trial: Trial) => void {
  let isSettled = recorded.some(isScored);
  const details: string[] = [];
  return (trial) => {
    if (isSettled || !isEvaluated(trial)) return;
    const { outcome } = trial;
    if (outcome.kind !== "failed" || outcome.reason !== "crashed") {
      isSettled = true;
      return;
    }
    details.push(outcome.detail);
    const isSame = details.every((detail) => detail === details[0]);
    if (details.length < (isSame ? maxSame : maxAny)) return;
    throw new GeniusError(
      "training-failed",
      `The first ${details.length} evaluations all crashed, so further ones would too. The last one: ${outcome.detail}`,
    );
  };
}
