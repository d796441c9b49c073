// Does a search that goes on in another space know what the first one found? On published tables: eight networks of a part of the space (half
// of the options), then eight of the whole space in other words (decisions renamed and in another order), by hybrid that forgets, and by
// hybrid that is shown the first eight as networks. `unshown` reads likeness and is shown nothing.
//
// Usage: node benchmarks/search-quality/revision.ts [--tables macro,channel-resnet,201-cifar10] [--seeds 20] [--evaluations 8]
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { mean, median } from "../../src/math/statistics.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Domain } from "../../src/search/constraints/domain.ts";
import { restrictDomain } from "../../src/search/constraints/restrict-space.ts";
import type { Choices } from "../../src/search/space.ts";
import hybrid from "../../src/search/strategies/hybrid.ts";
import type { Trial } from "../../src/search/trial.ts";
import { relabel } from "./relabel.ts";
import { benchmarkTables, type NumberedTable, openNumbered } from "./tables.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "macro,channel-resnet,201-cifar10" },
    seeds: { type: "string", default: "20" },
    evaluations: { type: "string", default: "8" },
  },
});
const evaluations = Number(values.evaluations);
const arms = ["forgets", "unshown", "shown"] as const;

interface Scene {
  readonly domain: Domain;
  readonly table: NumberedTable;
  readonly toOriginal: (choices: Choices) => Choices;
  readonly seed: number;
  readonly shown?: readonly Trial[];
  readonly readsNetworks?: boolean;
}

async function search({ domain, table, toOriginal, seed, shown = [], readsNetworks = false }: Scene) {
  const strategy = hybrid.create(
    {
      ...{ domain, evaluations, task: "", fidelity: { full: {} } },
      ...(readsNetworks && { readsNetworks: true as const }),
    },
    hybrid.options.parse({}),
  );
  for (const trial of shown) strategy.observe(trial);
  const trials: Trial[] = [];
  for (let number = 1; number <= evaluations; number += 1) {
    const random = createRandom(seed, "trial", number);
    const signal = new AbortController().signal;
    const proposal = await strategy.propose({ trialNumber: number, random, pending: [], signal });
    if (proposal === undefined) break;
    const score = table.selection[table.numberOf(toOriginal(proposal.choices))] as number;
    const trial: Trial = {
      ...{ number, proposal, cost: domain.costOf(proposal.choices) },
      outcome: { kind: "scored", metrics: {}, score, spent: { milliseconds: 0 } },
    };
    strategy.observe(trial);
    trials.push(trial);
  }
  return trials;
}

for (const name of values.tables.split(",")) {
  const found = benchmarkTables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`There is no table ${name}.`);
  const table = await openNumbered(found);
  const whole = createDomain(table.space, {});
  const ends = Object.fromEntries(arms.map((arm) => [arm, [] as number[]]));
  const ranks = Object.fromEntries(arms.map((arm) => [arm, [] as number[]]));
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const random = createRandom("revision", name, seed);
    const allowed = table.space.decisions.map(({ options }) =>
      random
        .shuffle(options.map((_, option) => option))
        .slice(0, Math.ceil(options.length / 2))
        .sort((a, b) => a - b),
    );
    const part = restrictDomain(whole, allowed);
    const before = await search({ domain: part.domain, table, toOriginal: part.toWhole, seed });
    const outside = before.map((trial) => ({
      ...trial,
      proposal: {
        ...trial.proposal,
        choices: [],
        network: table.space.decode(part.toWhole(trial.proposal.choices)),
      },
    }));
    const { space, original } = relabel(table.space, seed);
    const domain = createDomain(space, {});
    for (const arm of arms) {
      const after = await search({
        ...{ domain, table, seed, toOriginal: original },
        shown: arm === "shown" ? outside : [],
        readsNetworks: arm !== "forgets",
      });
      const numbers = [
        ...before.map(({ proposal }) => table.numberOf(part.toWhole(proposal.choices))),
        ...after.map(({ proposal }) => table.numberOf(original(proposal.choices))),
      ];
      const best = numbers.reduce((a, b) => (table.selection[b]! > table.selection[a]! ? b : a));
      ends[arm]!.push(100 * table.selection[best]!);
      ranks[arm]!.push(table.ranks[best]!);
    }
  }
  for (const arm of arms)
    console.log(
      `| ${name} | ${arm} | ${mean(ends[arm]!).toFixed(2)} | ${median(ranks[arm]!)} | ${[...ranks[arm]!].sort((a, b) => a - b).join(" ")} |`,
    );
}
