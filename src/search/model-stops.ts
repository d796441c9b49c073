// Which trials a model does not want trained longer, read from the proposals alone, so that a race, a prompt and a report
// know the same, and a resumed search again.
import type { ModelStop, Proposal } from "./trial.ts";

/** All that it has named, in order of the proposals. */
export function stopsSaid(proposals: readonly Pick<Proposal, "stops">[]): readonly ModelStop[] {
  return proposals.flatMap(({ stops = [] }) => stops);
}

/** Numbers of the trials that are not to be trained longer. */
export function stoppedTrials(said: readonly ModelStop[]): ReadonlySet<number> {
  return new Set(said.filter(({ refused }) => refused === undefined).map(({ trial }) => trial));
}
