// Problems made from a published table: whole or without some of its designs, with or without a limit, with or without
// designs whose training fails. Ranks are among the designs that remain and can succeed.
import { createRandom } from "../../src/base/random.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Domain } from "../../src/search/constraints/domain.ts";
import { designAt } from "../../src/search/sampling/unseen.ts";
import type { Choices, Space } from "../../src/search/space.ts";
import type { StrategyDefinition } from "../../src/search/strategy.ts";
import type { Outcome } from "../../src/search/trial.ts";
import type { NumberedTable } from "./tables.ts";

export interface SceneSetting {
  readonly table: NumberedTable;
  /** At most the median MACs of the space. */
  readonly limited?: boolean;
  /** A half of the networks, another one for each number, is left out; absent: none. */
  readonly half?: number;
  /** Designs whose training fails. */
  readonly fails?: (choices: Choices) => boolean;
}

export interface Scene extends SceneSetting {
  readonly domain: Domain;
  /** By the number of a design; 0 for one that is left out or fails. */
  readonly ranks: Uint32Array;
  readonly remaining: number;
  readonly failing01: number;
}

/** A design's network, by the name that the space gives it. */
const networkOf = ({ networks }: Space, choices: Choices) => networks?.keyOf(choices) ?? choices.join();
/** A design's entry in the published table, where two cells that are one network may have two. */
const entryOf = ({ tableKey }: Space, choices: Choices) => tableKey?.(choices) ?? choices.join();

export function createScene(setting: SceneSetting): Scene {
  const { table, limited = false, half, fails } = setting;
  const { space, selection } = table;
  const designs = Array.from(selection, (_, number) => designAt(space, number));
  const free = createDomain(space, {});
  const macs = limited ? designs.map((choices) => free.costOf(choices).macCount).sort((a, b) => a - b) : [];
  const maxMacCount = macs[macs.length >> 1] as number;
  const within = limited ? createDomain(space, { maxMacCount }) : free;
  const stays = (choices: Choices) =>
    half === undefined || createRandom("half", half, networkOf(space, choices)).next() < 0.5;
  const isKept = designs.map((choices) => within.isFeasible(choices) && stays(choices));
  const entries = new Map<string, number>();
  let failing = 0;
  designs.forEach((choices, number) => {
    const key = entryOf(space, choices);
    if (!isKept[number] || entries.has(key)) return;
    if (fails?.(choices)) failing += 1;
    else entries.set(key, selection[number] as number);
  });
  const descending = Float64Array.from(entries.values()).sort().reverse();
  const places = new Map<number, number>();
  descending.forEach((value, index) => {
    if (!places.has(value)) places.set(value, index + 1);
  });
  const ranks = Uint32Array.from(designs, (choices, number) =>
    isKept[number] && !fails?.(choices) ? (places.get(selection[number] as number) as number) : 0,
  );
  const domain: Domain =
    half === undefined
      ? within
      : {
          ...within,
          isFeasible: (choices) => isKept[table.numberOf(choices)] as boolean,
          sample(random) {
            for (let draw = 0; draw < 1000; draw += 1) {
              const choices = within.sample(random);
              if (choices !== undefined && isKept[table.numberOf(choices)]) return choices;
            }
            return undefined;
          },
        };
  const remaining = entries.size;
  return { ...setting, domain, ranks, remaining, failing01: failing / (failing + remaining) };
}

/** The rank of what is selected after each of `evaluations`; of the last design where none succeeded. */
export async function searchScene(
  scene: Scene,
  search: { readonly strategy: StrategyDefinition; readonly options?: unknown; readonly seed: number },
  evaluations: number,
): Promise<readonly number[]> {
  const { domain, table, ranks, fails, remaining } = scene;
  const { strategy, options = {}, seed } = search;
  const running = strategy.create(
    { domain, evaluations, task: "image classification", fidelity: { full: {} } },
    strategy.options.parse(options),
  );
  const signal = new AbortController().signal;
  const selected: number[] = [];
  let best = remaining;
  for (let number = 1; number <= evaluations; number += 1) {
    const random = createRandom(seed, "trial", number);
    const proposal = await running.propose({ trialNumber: number, random, pending: [], signal });
    if (proposal === undefined) break;
    const { choices } = proposal;
    const pick = table.numberOf(choices);
    const spent = { milliseconds: 0 };
    const outcome: Outcome = fails?.(choices)
      ? { kind: "failed", reason: "crashed", detail: "", spent }
      : { kind: "scored", metrics: {}, score: table.selection[pick] as number, spent };
    if (outcome.kind === "scored") best = Math.min(best, ranks[pick] as number);
    selected.push(best);
    running.observe({ number, proposal, outcome, cost: domain.costOf(choices) });
  }
  return selected;
}
