// Which candidate comes next: the one of highest expected improvement, weighted by how likely it is to keep to measured
// limits and by the time it takes; or of highest expectation while nothing was scored.

import type { Choices } from "../space.ts";
import { expectedImprovement } from "./expected-improvement.ts";
import type { Beliefs } from "./posterior.ts";
import type { Candidates } from "./surrogate.ts";

export interface Acquired {
  readonly choices: Choices;
  readonly predicted: { readonly score: number; readonly sd: number };
  /** Absent while nothing was scored. */
  readonly outlook?: { readonly gain: number; readonly noise: number };
  /** In units of the surrogate. */
  readonly promise: number;
}

/** Below every design that is likely to keep to the limits. */
const hopeless = -1e6;

/** What the candidate of a row promises, if `mean` and `deviation` are believed of its value. */
export function promiseOf(
  { best, feasible01, times }: Pick<Candidates, "best" | "feasible01" | "times">,
  place: number,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): number {
  const likely01 = feasible01?.[place] ?? 1;
  if (best === Number.NEGATIVE_INFINITY) return likely01 < 0.5 ? hopeless + likely01 : mean;
  return (expectedImprovement(mean, deviation, best) * likely01) / (times?.[place] ?? 1);
}

/** What is believed of the candidate of a row. */
export function beliefAt({ means, deviations }: Beliefs, place: number) {
  return { mean: means[place] as number, deviation: deviations[place] as number };
}

/** The `count` free candidates that have the highest acquisition value, best first. */
export function acquire(
  candidates: Candidates,
  isFree: (choices: Choices) => boolean,
  count = 1,
): readonly Acquired[] {
  const { designs, means, deviations, scoreOf } = candidates;
  const found: { readonly place: number; readonly promise: number }[] = [];
  for (let place = 0; place < designs.length; place += 1) {
    const promise = promiseOf(candidates, place, beliefAt(candidates, place));
    const last = found.at(-1);
    if (found.length === count && last !== undefined && promise <= last.promise) continue;
    if (!isFree(designs[place] as Choices)) continue;
    if (found.length === count) found.pop();
    const before = found.findIndex((other) => promise > other.promise);
    found.splice(before === -1 ? found.length : before, 0, { place, promise });
  }
  return found.map(({ place, promise }) => ({
    choices: designs[place] as Choices,
    predicted: scoreOf(means[place] as number, deviations[place] as number),
    ...outlookOf(candidates, place),
    promise,
  }));
}

/** What evaluating the candidate of a row is expected to add, for {@link Acquired}. */
export function outlookOf(candidates: Candidates, place: number): Pick<Acquired, "outlook"> {
  const { best, feasible01, noiseDeviation, scoreOf } = candidates;
  if (best === Number.NEGATIVE_INFINITY) return {};
  const { mean, deviation } = beliefAt(candidates, place);
  const gain = expectedImprovement(mean, deviation, best) * (feasible01?.[place] ?? 1);
  const now = scoreOf(best, noiseDeviation);
  return {
    outlook: { gain: scoreOf(best + gain, 0).score - now.score, noise: now.sd },
  };
}
