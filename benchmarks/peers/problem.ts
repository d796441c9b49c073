// The problems that peers are compared on: each published table, whole, without a limit and at most the median MACs; and how
// one of our own searches runs on one, by the rules that peers have too (problem.py).
import { createRandom } from "../../src/base/random.ts";
import { createKnownDesigns, designAt } from "../../src/search/sampling/unseen.ts";
import type { Choices } from "../../src/search/space.ts";
import type { StrategyDefinition } from "../../src/search/strategy.ts";
import { createScene, type Scene } from "../search-quality/scenes.ts";
import type { NumberedTable } from "../search-quality/tables.ts";

export interface Problem extends Scene {
  readonly name: string;
}

export function openProblem(name: string, table: NumberedTable, limited: boolean): Problem {
  return { ...createScene({ table, limited }), name };
}

/** What a peer is told of a problem. */
export function peerProblem({ table, domain }: Problem) {
  const { space, counts, selection } = table;
  const designs = Array.from(selection, (_, number) => designAt(space, number));
  const { keyOf } = createKnownDesigns(space);
  const ids = new Map<string, number>();
  const networks = designs.map((choices) => {
    const key = keyOf(choices);
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  });
  const { maxMacCount } = domain.limits;
  return {
    counts,
    ordinal: space.decisions.map(({ kind }) => kind === "ordinal"),
    scores: Array.from(selection),
    networks,
    macs: maxMacCount === undefined ? null : designs.map((choices) => domain.costOf(choices).macCount),
    maxMacs: maxMacCount ?? null,
  };
}

export interface OwnSearch {
  readonly strategy: StrategyDefinition;
  readonly seed: number;
  readonly evaluations: number;
  /** The first design, in place of the strategy's own. */
  readonly start: Choices | undefined;
}

/** What a search found: the design of each evaluation, and the search's own time. */
export interface Found {
  readonly picks: readonly number[];
  readonly milliseconds: number;
}

export async function searchOwn(
  { domain, table }: Problem,
  { strategy, seed, evaluations, start }: OwnSearch,
): Promise<Found> {
  const search = strategy.create(
    { domain, evaluations, task: "image classification", fidelity: { full: {} } },
    strategy.options.parse({}),
  );
  const signal = new AbortController().signal;
  const { keyOf } = createKnownDesigns(table.space);
  const measured = new Map<string, number>();
  const picks: number[] = [];
  let milliseconds = 0;
  for (let number = 1; picks.length < evaluations; number += 1) {
    const startedAt = performance.now();
    const random = createRandom(seed, "trial", number);
    const proposal =
      number === 1 && start !== undefined
        ? { choices: start, fidelity: {}, by: "same start" }
        : await search.propose({ trialNumber: number, random, pending: [], signal });
    milliseconds += performance.now() - startedAt;
    if (proposal === undefined) break;
    const { choices } = proposal;
    const pick = table.numberOf(choices);
    const key = keyOf(choices);
    const score = measured.get(key) ?? (table.selection[pick] as number);
    if (!measured.has(key)) picks.push(pick);
    measured.set(key, score);
    const outcome = { kind: "scored", metrics: {}, score, spent: { milliseconds: 0 } } as const;
    search.observe({ number, proposal, outcome, cost: domain.costOf(choices) });
  }
  return { picks, milliseconds };
}
