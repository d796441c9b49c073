// What it costs to stop when the adviser says that further evaluations no longer pay: how many evaluations a search
// saves, and how far the design selected then is from the table's best, beside the one selected at the end.
//
// Usage: node benchmarks/search-quality/stop-when-done.ts [--strategy gp] [--tables macro,…] [--seeds 100]
//   [--evaluations 50] [--noise01 0]: the deviation of a made-up error of each measurement.
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { loadStrategy } from "../../src/catalog/load.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import { bestOf, type Trial } from "../../src/search/trial.ts";
import { adviseStop } from "../../src/study/stop-advice.ts";
import { benchmarkTables, type NumberedTable, openNumbered } from "./tables.ts";

const { values } = parseArgs({
  options: {
    strategy: { type: "string", default: "gp" },
    tables: { type: "string", default: "macro,channel-resnet,201-cifar10" },
    seeds: { type: "string", default: "100" },
    evaluations: { type: "string", default: "50" },
    noise01: { type: "string", default: "0" },
  },
});
const evaluations = Number(values.evaluations);
const noise01 = Number(values.noise01);
const definition = await loadStrategy(values.strategy);

/** All trials of one search, and the number of the one after which it was advised to stop. */
async function search(table: NumberedTable, domain: ReturnType<typeof createDomain>, seed: number) {
  const setting = { domain, evaluations, task: "", fidelity: { full: {} } };
  const strategy = definition.create(setting, definition.options.parse({}));
  const trials: Trial[] = [];
  let stop = evaluations;
  for (let number = 1; number <= evaluations; number += 1) {
    const random = createRandom(seed, "trial", number);
    const signal = new AbortController().signal;
    const proposal = await strategy.propose({ trialNumber: number, random, pending: [], signal });
    if (proposal === undefined) break;
    const error = noise01 * createRandom(seed, "noise", number).normal();
    const accuracy01 = Math.min(1, Math.max(0, table.selection[table.numberOf(proposal.choices)]! + error));
    const outcome = { kind: "scored", metrics: {}, score: accuracy01, spent: { milliseconds: 0 } } as const;
    const trial: Trial = { number, proposal, outcome, cost: domain.costOf(proposal.choices) };
    strategy.observe(trial);
    trials.push(trial);
    if (stop === evaluations && adviseStop(trials)?.isDone) stop = number;
  }
  return { trials, stop };
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
console.log(
  `| ${values.strategy}, noise ${100 * noise01} points | seeds | stops at | regret then | at ${evaluations} |`,
);
console.log("|---|--:|--:|--:|--:|");
for (const name of values.tables.split(",")) {
  const found = benchmarkTables.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`No table "${name}"; there are ${benchmarkTables.map((each) => each.name)}.`);
  const table = await openNumbered(found);
  const domain = createDomain(table.space, {});
  const best = Math.max(...table.selection);
  const regret = (trials: readonly Trial[]) =>
    100 * (best - table.selection[table.numberOf(bestOf(trials)!.proposal.choices)]!);
  const [stops, early, late]: [number[], number[], number[]] = [[], [], []];
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const { trials, stop } = await search(table, domain, seed);
    stops.push(stop);
    early.push(regret(trials.slice(0, stop)));
    late.push(regret(trials));
  }
  console.log(
    `| ${name} | ${stops.length} | ${mean(stops).toFixed(1)} | ${mean(early).toFixed(3)} | ${mean(late).toFixed(3)} |`,
  );
}
