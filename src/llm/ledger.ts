// Enforces the caps. A caller reserves an estimate before it spends, and enters the real usage afterwards.
// Reservations count against the caps, so that calls which overlap cannot pass them together.
import { GeniusError } from "../base/errors.ts";
import type { Spent, Usage } from "./chat.ts";
import type { DaySpending } from "./day-spending.ts";
import { type Price, usdOf } from "./prices.ts";

/** Each absent when there is no such cap. Tokens are those read and those written, together. */
export interface Caps {
  readonly maxUsd?: number;
  /** In one day (UTC), by all runs of this user on this machine that have such a cap. */
  readonly maxUsdPerDay?: number;
  readonly maxTokens?: number;
  readonly maxCalls?: number | undefined;
}

export interface Reservation {
  /** Ask the provider for no more than this; undefined when neither the caller nor a cap sets a limit. */
  readonly maxOutputTokens: number | undefined;
  /** Releases what was reserved. Must be called once, however the call ends. */
  release(): void;
}

export interface Ledger {
  readonly spent: Spent;
  /** @throws GeniusError `budget-exhausted` when the call would pass a cap. */
  reserve(call: { readonly inputTokens: number; readonly maxOutputTokens: number | undefined }): Reservation;
  enter(used: Used): void;
  /** Spent in an earlier sitting of the run, and so not counted for today again. */
  restore(used: Used): void;
}

interface Used {
  readonly calls: number;
  readonly usage: Usage;
  readonly usd: number | undefined;
}

/** The estimate for a reply without a limit. */
const expectedReplyTokens = 1000;

/** @param day of the whole user; without, there is no cap for a day */
export function createLedger(caps: Caps, price: Price | undefined, day?: DaySpending): Ledger {
  let spent: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  const held = { calls: 0, tokens: 0, usd: 0 };
  const restore = ({ calls, usage, usd }: Used) => {
    spent = {
      calls: spent.calls + calls,
      inputTokens: spent.inputTokens + usage.inputTokens,
      outputTokens: spent.outputTokens + usage.outputTokens,
      usd: spent.usd + (usd ?? 0),
    };
  };
  return {
    restore,
    get spent() {
      return spent;
    },
    reserve({ inputTokens, maxOutputTokens }) {
      const left = {
        calls: (caps.maxCalls ?? Number.POSITIVE_INFINITY) - spent.calls - held.calls,
        tokens:
          (caps.maxTokens ?? Number.POSITIVE_INFINITY) - spent.inputTokens - spent.outputTokens - held.tokens,
        usd: (caps.maxUsd ?? Number.POSITIVE_INFINITY) - spent.usd - held.usd,
      };
      const today = caps.maxUsdPerDay === undefined ? undefined : day?.spentUsd();
      const leftToday = (caps.maxUsdPerDay ?? 0) - (today ?? 0) - held.usd;

      const inputUsd = price === undefined ? 0 : usdOf(price, { inputTokens, outputTokens: 0 });
      const leastOutput = Math.min(maxOutputTokens ?? expectedReplyTokens, expectedReplyTokens);
      const leastUsd = price === undefined ? 0 : usdOf(price, { inputTokens, outputTokens: leastOutput });
      if (left.calls < 1) throw exhausted(caps, spent, "a call more");
      if (left.tokens < inputTokens + leastOutput) {
        throw exhausted(caps, spent, `about ${inputTokens + leastOutput} tokens more`);
      }
      if (left.usd < leastUsd) throw exhausted(caps, spent, `about $${leastUsd.toFixed(4)} more`);
      if (today !== undefined) {
        if (leftToday < leastUsd) throw exhaustedToday(caps.maxUsdPerDay as number, today, leastUsd);
        left.usd = Math.min(left.usd, leftToday);
      }
      const affordable =
        price === undefined || price.output === 0
          ? Number.POSITIVE_INFINITY
          : ((left.usd - inputUsd) / price.output) * 1e6;
      const limit = Math.floor(
        Math.min(maxOutputTokens ?? Number.POSITIVE_INFINITY, left.tokens - inputTokens, affordable),
      );
      const output = maxOutputTokens === undefined ? leastOutput : limit;
      const usd = price === undefined ? 0 : usdOf(price, { inputTokens, outputTokens: output });
      held.calls += 1;
      held.tokens += inputTokens + output;
      held.usd += usd;
      return {
        maxOutputTokens: Number.isFinite(limit) ? limit : undefined,
        release() {
          held.calls -= 1;
          held.tokens -= inputTokens + output;
          held.usd -= usd;
        },
      };
    },
    enter(used) {
      restore(used);
      if (used.usd !== undefined) day?.enter(used.usd);
    },
  };
}

function exhaustedToday(limit: number, today: number, need: number): GeniusError {
  return new GeniusError(
    "budget-exhausted",
    `The limit for a day is used up: models have cost $${today.toFixed(4)} today in all runs that have one, the next call needs about $${need.toFixed(4)}, and the limit is $${limit} (--max-usd-per-day). The call was not made. Go on tomorrow (days are in UTC), or raise the limit.`,
  );
}

function exhausted(caps: Caps, spent: Spent, need: string): GeniusError {
  const limits = [
    caps.maxUsd === undefined ? [] : [`$${caps.maxUsd}`],
    caps.maxTokens === undefined ? [] : [`${caps.maxTokens} tokens`],
    caps.maxCalls === undefined ? [] : [`${caps.maxCalls} calls`],
  ].flat();
  const tokens = spent.inputTokens + spent.outputTokens;
  return new GeniusError(
    "budget-exhausted",
    `The model's budget is used up: it has cost $${spent.usd.toFixed(4)}, ${tokens} tokens and ${spent.calls} calls, the next call needs ${need}, and the limit is ${limits.join(", ")}. The call was not made. To go on, raise the limit (--max-usd, --max-tokens, --max-calls).`,
  );
}
