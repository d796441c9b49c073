// The result of a run, read from its folder: the same as `search` resolved to.
import type { Given } from "../catalog/load.ts";
import { openRun } from "../runs/open-run.ts";
import type { SpaceDefinition } from "../search/space.ts";
import { evaluatorFacts, type JournalState } from "../study/fold.ts";
import { spendingOf } from "../study/spending.ts";
import { resultOf, type SearchResult } from "./search-result.ts";

/**
 * What came of a run so far, read from its folder. A run without an end is `interrupted`.
 * @throws GeniusError `not-found` when the folder holds no run, `bad-file` when its journal is damaged.
 * @example
 * ```ts
 * import { readRunResult } from "genius-nas";
 *
 * const { best } = await readRunResult("runs/first");
 * ```
 */
export async function readRunResult(
  folder: string,
  given: { readonly space?: Given<SpaceDefinition> | undefined } = {},
): Promise<SearchResult> {
  const { journal, calls, space } = await openRun(folder, given.space);
  const { config } = journal.header;
  const { calls: requests, inputTokens, outputTokens, usd = 0 } = spendingOf(journal, calls);
  return resultOf({
    ...{ folder, config, space, trials: journal.trials, result: resultWithBaselines(journal) },
    searches: journal.searches,
    selectedOn: evaluatorFacts(journal).selectedOn,
    provenance: journal.header.provenance,
    reason: journal.result?.reason ?? "interrupted",
    ...(config.model !== undefined && {
      model: { model: config.model, calls: requests, inputTokens, outputTokens, usd },
    }),
  });
}

/** The last line, with the baselines that were run after it. */
function resultWithBaselines({ result, baselines }: JournalState) {
  return result && { ...result, baselines };
}
