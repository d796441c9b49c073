// How long a fuzz property runs. In the usual tests a fixed number of inputs from a fixed seed, which takes seconds; with
// GENIUS_FUZZ_MINUTES new inputs for that long in all. `npm run fuzz` counts the properties, so that each gets its share.

export interface FuzzEffort {
  readonly numRuns: number;
  readonly seed?: number;
  readonly interruptAfterTimeLimit?: number;
  readonly markInterruptAsFailure?: boolean;
}

/** The parameters for `fc.assert`; `usual` is the number of inputs in the usual tests. A failure prints its seed. */
export function fuzzEffort(
  usual: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): FuzzEffort {
  const share = shareMs(environment);
  if (share === 0) return { numRuns: usual, seed: 20261130 };
  return { numRuns: 1e9, interruptAfterTimeLimit: share, markInterruptAsFailure: false };
}

/** The time limit that a test with `properties` fuzz properties needs, in milliseconds. */
export function fuzzTimeout(properties = 1): number {
  return 180_000 + 2 * properties * shareMs(process.env);
}

function shareMs({ GENIUS_FUZZ_MINUTES, GENIUS_FUZZ_SHARES }: Readonly<Record<string, string | undefined>>) {
  const minutes = Number(GENIUS_FUZZ_MINUTES ?? 0);
  return minutes > 0 ? (minutes * 60_000) / Math.max(1, Number(GENIUS_FUZZ_SHARES ?? 1)) : 0;
}
