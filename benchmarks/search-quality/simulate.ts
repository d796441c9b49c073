// One search on a table as a tight loop: propose, look up, observe. No journal, no clock, nothing else to wait for.
import { createRandom } from "../../src/base/random.ts";
import { createDomain } from "../../src/spaces/create-domain.ts";
import type { Choices } from "../../src/spaces/space.ts";
import type { StrategyDefinition } from "../../src/strategies/strategy.ts";
import { relabel } from "./relabel.ts";
import type { NumberedTable } from "./tables.ts";

export interface Simulation {
  readonly strategy: StrategyDefinition;
  readonly options: unknown;
  readonly table: NumberedTable;
  readonly seed: number;
  readonly evaluations: number;
  /** Whether the search sees the space under other names and in another order (another one for each seed). */
  readonly relabelled: boolean;
}

export interface Trace {
  /** The number of the design evaluated at each step. */
  readonly picks: readonly number[];
  readonly msPerProposal: number;
}

const domains = new WeakMap<NumberedTable, ReturnType<typeof createDomain>>();

export async function simulate({
  strategy,
  options,
  table,
  seed,
  evaluations,
  relabelled,
}: Simulation): Promise<Trace> {
  const hidden = relabelled ? relabel(table.space, seed) : undefined;
  const known = domains.get(table) ?? createDomain(table.space, {});
  domains.set(table, known);
  const domain = hidden === undefined ? known : createDomain(hidden.space, {});
  const original = (choices: Choices) => hidden?.original(choices) ?? choices;
  const search = strategy.create(
    { domain, evaluations, task: "image classification", fidelity: { full: {} } },
    strategy.options.parse(options),
  );
  const signal = new AbortController().signal;
  const picks: number[] = [];
  let milliseconds = 0;
  for (let number = 1; number <= evaluations; number += 1) {
    const startedAt = performance.now();
    const random = createRandom(seed, "trial", number);
    const proposal = await search.propose({ trialNumber: number, random, pending: [], signal });
    milliseconds += performance.now() - startedAt;
    if (proposal === undefined) break;
    const pick = table.numberOf(original(proposal.choices));
    picks.push(pick);
    search.observe({
      number,
      proposal,
      outcome: { kind: "scored", accuracy01: table.selection[pick] as number, spent: { milliseconds: 0 } },
      cost: domain.costOf(proposal.choices),
    });
  }
  return { picks, msPerProposal: milliseconds / picks.length };
}
