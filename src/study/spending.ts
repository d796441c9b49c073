// What a study cost: time and epochs from its journal, calls, tokens and money from its conversation with a model.
import type { CallLine, FailureLine } from "../llm/index.ts";
import type { JournalState, StudySpending } from "./fold.ts";

export interface Spending extends StudySpending {
  /** Requests that a provider answered; a reply with tools takes several. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; undefined without calls, and where the price of one is not known. */
  readonly usd: number | undefined;
  /** Recorded figures of a replayed conversation: nothing was paid now. */
  readonly replayed: boolean;
}

export function spendingOf(
  { spent, header }: Pick<JournalState, "spent" | "header">,
  lines: readonly (CallLine | FailureLine)[],
): Spending {
  const exchanges = lines.flatMap((line) => line.exchanges);
  const sum = (read: (exchange: (typeof exchanges)[number]) => number) =>
    exchanges.reduce((total, exchange) => total + read(exchange), 0);
  const isPriced = exchanges.length > 0 && exchanges.every(({ usd }) => usd !== undefined);
  return {
    ...spent,
    calls: exchanges.length,
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    usd: isPriced ? sum(({ usd = 0 }) => usd) : undefined,
    replayed: header?.config.model?.startsWith("replay/") === true,
  };
}
