// The time of a search and of those that it is compared with: all have the same, and a person names the sum.

/** An equal share of some minutes, in whole thousandths where that leaves any. */
export function shareOf(minutes: number, searches: number): number {
  if (searches === 1) return minutes;
  return Math.floor((1000 * minutes) / searches + 1e-6) / 1000 || minutes / searches;
}

/** The time of all searches together, of which each has these minutes. */
export const togetherOf = (minutes: number, searches: number): number =>
  Number((minutes * searches).toPrecision(12));
