// Where replies come from – a provider, a record, a person – behind one interface. A source keeps to the caps: it
// reserves on the call's log before it spends, and enters there everything it was charged.
import type { JsonValue } from "../base/json.ts";
import type { ChatReply, ChatRequest, Usage } from "./chat.ts";
import type { Ledger, Reservation } from "./ledger.ts";

/** One request that the provider answered. A reply with tools is made of several. */
export interface Exchange {
  readonly modelId: string;
  readonly finishReason: string;
  readonly usage: Usage;
  readonly usd?: number;
  readonly milliseconds: number;
  /** The provider's own id of the answer, its count of tokens as it came, and what it complained about. */
  readonly responseId?: string;
  readonly rawUsage?: JsonValue;
  readonly warnings?: readonly JsonValue[];
}

/** A try that failed, and how long was waited before the next. */
export interface FailedTry {
  readonly error: string;
  readonly status?: number;
  readonly waitedMs?: number;
}

export interface CallLog {
  readonly exchanges: Exchange[];
  readonly failedTries: FailedTry[];
  reserve: Ledger["reserve"];
  /** Adds to what was spent and ends the reservation. */
  enter(exchange: Exchange, reservation: Reservation): void;
}

type SourceReply = Omit<ChatReply, "number">;

export interface Source {
  /** What requests are keyed by: the model that gave, or once gave, the replies. */
  readonly identity: string;
  ask(
    request: ChatRequest,
    call: { readonly key: string; readonly signal: AbortSignal; readonly log: CallLog },
  ): Promise<SourceReply>;
}

export function createLog(ledger: Ledger): CallLog {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    failedTries: [],
    reserve: (call) => ledger.reserve(call),
    enter(exchange, reservation) {
      exchanges.push(exchange);
      reservation.release();
      ledger.enter({ calls: 1, usage: exchange.usage, usd: exchange.usd });
    },
  };
}

/** The counted part of a reply: the sum of its exchanges. The price is known when that of each is. */
export function totalOf(
  exchanges: readonly Exchange[],
): Pick<ChatReply, "calls" | "usage" | "usd" | "milliseconds"> {
  const sum = (figure: (exchange: Exchange) => number) =>
    exchanges.reduce((total, exchange) => total + figure(exchange), 0);
  return {
    calls: exchanges.length,
    usage: {
      inputTokens: sum(({ usage }) => usage.inputTokens),
      outputTokens: sum(({ usage }) => usage.outputTokens),
      cachedInputTokens: sum(({ usage }) => usage.cachedInputTokens),
      ...(exchanges.some(({ usage }) => usage.estimated) ? { estimated: true as const } : {}),
    },
    ...(exchanges.every(({ usd }) => usd !== undefined) ? { usd: sum(({ usd }) => usd ?? 0) } : {}),
    milliseconds: sum(({ milliseconds }) => milliseconds),
  };
}
