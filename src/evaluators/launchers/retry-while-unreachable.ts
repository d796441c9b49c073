// Asks a backend again while it does not answer: a head that restarts, a network that is away. It knows launchers by
// their error code only.
import { GeniusError, messageOf } from "../../base/errors.ts";

const unreachableLimitMs = 10 * 60_000;

export interface Retrying {
  readonly signal: AbortSignal;
  /** Told once that the backend does not answer. */
  readonly onProgress?: (text: string) => void;
  /** Resolves after that time, or when the signal aborts. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** @throws GeniusError `launcher-unreachable` after ten minutes, or what else `ask` throws. */
export async function retryWhileUnreachable<T>(
  { wait, onProgress, signal }: Retrying,
  ask: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  for (let pause = 1000; ; pause = Math.min(15_000, pause * 2)) {
    try {
      return await ask();
    } catch (thrown) {
      const isAway = thrown instanceof GeniusError && thrown.code === "launcher-unreachable";
      if (!isAway || signal.aborted || performance.now() - begun > unreachableLimitMs) throw thrown;
      if (pause === 1000) onProgress?.(`${messageOf(thrown)} Trying again for ten minutes.`);
      await wait(pause, signal);
    }
  }
}
