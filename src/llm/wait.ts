// Time as an argument: retries and time-outs wait on this, so that tests need not, and records are stamped by it, so
// that they can be compared.
import { setTimeout } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, for durations: it never goes back, whatever is done to the machine's date. */
  monotonic(): number;
  /** Rejects at once when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};
