// Which candidate comes next: the one of highest expected improvement, or of highest expectation while nothing is known.

import type { Choices } from "../spaces/space.ts";
import { expectedImprovement } from "./expected-improvement.ts";
import type { Candidates } from "./surrogate.ts";

export interface Acquired {
  readonly choices: Choices;
  readonly predicted: { readonly accuracy01: number; readonly sd01: number };
  /** In units of the surrogate. */
  readonly improvement: number;
}

/** The `count` free candidates that promise most, best first. */
export function acquire(
  { designs, means, deviations, best, accuracyOf }: Candidates,
  isFree: (choices: Choices) => boolean,
  count = 1,
): readonly Acquired[] {
  const found: { readonly place: number; readonly improvement: number }[] = [];
  const isFirst = best === Number.NEGATIVE_INFINITY;
  for (let place = 0; place < designs.length; place += 1) {
    const [mean, deviation] = [means[place] as number, deviations[place] as number];
    const improvement = isFirst ? mean : expectedImprovement(mean, deviation, best);
    const last = found.at(-1);
    if (found.length === count && last !== undefined && improvement <= last.improvement) continue;
    if (!isFree(designs[place] as Choices)) continue;
    if (found.length === count) found.pop();
    const before = found.findIndex((other) => improvement > other.improvement);
    found.splice(before === -1 ? found.length : before, 0, { place, improvement });
  }
  return found.map(({ place, improvement }) => ({
    choices: designs[place] as Choices,
    predicted: accuracyOf(means[place] as number, deviations[place] as number),
    improvement,
  }));
}
