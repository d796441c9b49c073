// Designs that need no search: what a person would hand in after a glance at the space. A strategy that does not
// beat them has found nothing.
import type { AccuracyTable } from "../evaluators/tables/accuracy-table.ts";
import type { TrivialGuess } from "../report/index.ts";
import { keyOf } from "../search/choices.ts";
import { largestFeasible } from "../search/constraints/create-domain.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { Choices } from "../search/space.ts";

/** The largest allowed network and, where it is allowed, every decision at its last option. */
export function trivialGuesses(domain: Domain, table: AccuracyTable): TrivialGuess[] {
  const { space } = domain;
  const largest = largestFeasible(domain, "macCount");
  const last = space.decisions.map(({ options }) => options.length - 1);
  const guess = (name: string, reason: string, choices: Choices | undefined): TrivialGuess[] => {
    const found = choices && table.lookUp(choices);
    const rank = choices && table.rankOf(choices);
    if (choices === undefined || found === undefined || rank === undefined) return [];
    return [
      {
        name,
        key: space.tableKey?.(choices) ?? keyOf(space, choices),
        reason,
        score: found.selection01,
        ...(table.selectedOn === "validation" && found.test01 !== undefined && { testScore: found.test01 }),
        rank,
        regret01: table.optimum01 - found.selection01,
      },
    ];
  };
  const guesses = guess("largest network", "the most multiply–accumulates that are allowed", largest);
  if (largest?.join() === last.join() || !domain.isFeasible(last)) return guesses;
  return [...guesses, ...guess("all at the last option", "every decision at its last option", last)];
}
