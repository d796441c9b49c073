// What a training by the clock costs beside the seconds that its process counts itself: starting processes, waiting for
// a place, being looked at. A process cannot know it, so it is measured here, on the trainings of the search, and kept
// free of the final one.

interface Followed {
  readonly milliseconds: number;
  readonly end: { readonly kind: string };
}

export interface StartCost {
  /** Follows a training; its time becomes all that passed here, where that is more than it says itself. */
  follow<T extends Followed>(training: () => Promise<T>): Promise<T>;
  /** What to expect of the next training, in seconds. @param of the time that it has */
  secondsOf(seconds: number): number;
}

/** The longest of so many counts: what starts late once may start late again. */
const recentCount = 4;
/** A queue that takes longer than this share says nothing of the next wait. */
const maxShare01 = 0.25;

/** @param usualSeconds until something was measured */
export function createStartCost(
  usualSeconds: number,
  now: () => number = () => performance.now(),
): StartCost {
  const recent: number[] = [];
  return {
    async follow(training) {
      const began = now();
      const result = await training();
      const passed = now() - began;
      // One that an earlier study had begun was followed for a part of its time only.
      if (passed < result.milliseconds) return result;
      // One that was stopped may not have said what it took.
      if (result.end.kind === "finished") recent.push((passed - result.milliseconds) / 1000);
      if (recent.length > recentCount) recent.shift();
      return { ...result, milliseconds: Math.round(passed) };
    },
    secondsOf: (seconds) =>
      Math.min(maxShare01 * seconds, recent.length === 0 ? usualSeconds : Math.max(...recent)),
  };
}
