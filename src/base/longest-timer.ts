/** The longest time that a timer can be set to, in milliseconds: 24 days. A longer one would run out at once. */
export const longestTimerMs = 2 ** 31 - 1;
