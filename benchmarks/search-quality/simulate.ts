// One search on a table as a tight loop: propose, look up, observe. No journal, no clock, nothing else to wait for.
import { createRandom } from "../../src/base/random.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import { designAt } from "../../src/search/sampling/unseen.ts";
import type { Choices } from "../../src/search/space.ts";
import type { StrategyDefinition } from "../../src/search/strategy.ts";
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
  /**
   * How long the search lasts by a made-up clock on which a training takes time in proportion to its MACs, in units of
   * the table's mean; absent: every evaluation counts the same, and takes no time.
   */
  readonly trainings?: number;
}

export interface Trace {
  /** The number of the design evaluated at each step. */
  readonly picks: readonly number[];
  readonly msPerProposal: number;
  /** The made-up time at the end of each evaluation, in mean trainings, where there is a clock. */
  readonly finishedAt: readonly number[];
}

const domains = new WeakMap<NumberedTable, ReturnType<typeof createDomain>>();

export async function simulate({
  strategy,
  options,
  table,
  seed,
  evaluations,
  relabelled,
  trainings,
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
  const finishedAt: number[] = [];
  const meanMacs = trainings === undefined ? 1 : meanMacsOf(table, known);
  let milliseconds = 0;
  let clock = 0;
  const isOver = (number: number) => (trainings === undefined ? number > evaluations : clock >= trainings);
  for (let number = 1; !isOver(number); number += 1) {
    const startedAt = performance.now();
    const random = createRandom(seed, "trial", number);
    const proposal = await search.propose({ trialNumber: number, random, pending: [], signal });
    milliseconds += performance.now() - startedAt;
    if (proposal === undefined) break;
    const pick = table.numberOf(original(proposal.choices));
    const time = trainings === undefined ? 0 : domain.costOf(proposal.choices).macCount / meanMacs;
    clock += time;
    picks.push(pick);
    finishedAt.push(clock);
    search.observe({
      number,
      proposal,
      outcome: {
        kind: "scored",
        metrics: {},
        score: table.selection[pick] as number,
        spent: { milliseconds: 1000 * time },
      },
      cost: domain.costOf(proposal.choices),
    });
  }
  return { picks, msPerProposal: milliseconds / picks.length, finishedAt };
}

const means = new WeakMap<NumberedTable, number>();

function meanMacsOf(table: NumberedTable, domain: ReturnType<typeof createDomain>): number {
  const earlier = means.get(table);
  if (earlier !== undefined) return earlier;
  let sum = 0;
  for (let number = 0; number < table.selection.length; number += 1)
    sum += domain.costOf(designAt(table.space, number)).macCount;
  const mean = sum / table.selection.length;
  means.set(table, mean);
  return mean;
}
