// The ends and ticks of an axis, from the values that it shows: with air, so that no mark is cut; with a range of its own
// where there is one value only; and with ticks that differ from each other.

export interface Ends {
  readonly min: number;
  readonly max: number;
}

export interface Wanted {
  readonly whole?: boolean | undefined;
  readonly isLog?: boolean | undefined;
  /** Fixed ends. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Share of the range that is left free at either end. */
  readonly air01?: number | undefined;
  /** Room on either side of a single value, and of values that hardly differ. */
  readonly room?: number | undefined;
}

/** Ends that hold all values. */
export function endsOf(values: Iterable<number>, wanted: Wanted): Ends {
  const { isLog = false, air01 = 0.05 } = wanted;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = isLog ? [1, 10] : [0, 1];
  if (isLog) {
    const air = high / low < 1.01 ? Math.SQRT2 : (high / low) ** air01;
    return { min: wanted.min ?? low / air, max: wanted.max ?? high * air };
  }
  const isPositive = low >= 0;
  const room = wanted.room ?? (wanted.whole ? 1 : Math.abs(low) / 20 || 1);
  // Values that differ in their last binary digits only are one value.
  const isOne = high - low <= 1e-9 * Math.abs(high);
  if (isOne || (wanted.room !== undefined && high - low < room / 5)) {
    const middle = (low + high) / 2;
    [low, high] = [middle - room, middle + room];
  } else {
    const air = (high - low) * air01;
    [low, high] = [low - air, high + air];
  }
  // Nothing that counts is negative: an axis of such figures begins at 0 at the lowest.
  return { min: wanted.min ?? (isPositive ? Math.max(0, low) : low), max: wanted.max ?? high };
}

/** Round values between the ends, a factor of 2 or 2.5 apart, or of 10 where there are many. */
export function logTicks({ min, max }: Ends): number[] {
  const factors = max / min > 200 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1)
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(3));
      if (tick >= min && tick <= max) ticks.push(tick);
    }
  return ticks;
}
