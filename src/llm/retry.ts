// Tries again: waits that double, or as long as the server asks for, within bounds; a time limit for each try; and
// the caller's signal ends it all at once. The caller says what a failure means; this file knows no providers.
import type { GeniusError } from "../base/errors.ts";
import { TimeoutReached, type Verdict } from "./failures.ts";
import type { FailedTry } from "./source.ts";
import type { Clock } from "./wait.ts";

export interface RetryPolicy {
  readonly clock: Clock;
  /** Tries after the first. */
  readonly retries: number;
  /** For each try. */
  readonly timeoutMs: number;
}

/** A server that asks for more patience than this is not waited for. */
const longestWaitMs = 120_000;
const firstWaitMs = 1000;

export async function withRetries<T>(
  attempt: (signal: AbortSignal) => PromiseLike<T>,
  policy: RetryPolicy,
  call: {
    readonly signal: AbortSignal;
    readonly failedTries: FailedTry[];
    judge(thrown: unknown): Verdict;
    gaveUp(tries: number, reason: string): GeniusError;
  },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    call.signal.throwIfAborted();
    try {
      return await withTimeLimit(attempt, policy, call.signal);
    } catch (thrown) {
      call.signal.throwIfAborted();
      const verdict = call.judge(thrown);
      const status = verdict.status === undefined ? {} : { status: verdict.status };
      if (verdict.kind === "stop") {
        call.failedTries.push({ error: verdict.reason, ...status });
        throw verdict.error;
      }
      const waitMs = verdict.afterMs ?? firstWaitMs * 2 ** (tries - 1);
      if (tries > policy.retries || waitMs > longestWaitMs) {
        const asked = waitMs > longestWaitMs ? `; it asks to wait ${Math.round(waitMs / 1000)} s` : "";
        call.failedTries.push({ error: verdict.reason, ...status });
        throw call.gaveUp(tries, `${verdict.reason}${asked}`);
      }
      call.failedTries.push({ error: verdict.reason, ...status, waitedMs: waitMs });
      await policy.clock.sleep(waitMs, call.signal).catch((failed: unknown) => {
        call.signal.throwIfAborted();
        throw failed;
      });
    }
  }
}

async function withTimeLimit<T>(
  attempt: (signal: AbortSignal) => PromiseLike<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const finished = new AbortController();
  const late = new TimeoutReached(`no answer within ${policy.timeoutMs / 1000} s`);
  policy.clock.sleep(policy.timeoutMs, finished.signal).then(
    () => limit.abort(late),
    () => {},
  );
  try {
    return await attempt(AbortSignal.any([signal, limit.signal]));
  } catch (thrown) {
    throw limit.signal.aborted ? late : thrown;
  } finally {
    finished.abort();
  }
}
