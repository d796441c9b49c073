// How long a proposal takes after a number of observations, for our strategies and for Optuna's samplers in the same run,
// on NAS-Bench-Macro with its published accuracies. A proposal is timed together with observing what came of it.
//
// Usage: node benchmarks/proposal-speed/run.ts [--strategies tpe,gp,hybrid] [--python PYTHON, one that has optuna]
//   [--observations 10,50,200,1000] [--gp-observations 10,50,200]; GENIUS_DATA_DIR names the folder with the tables.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { loadStrategy } from "../../src/catalog/load.ts";
import { median } from "../../src/math/statistics.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Choices } from "../../src/search/space.ts";
import type { Trial } from "../../src/search/trial.ts";
import { benchmarkTables, openNumbered } from "../search-quality/tables.ts";

const { values } = parseArgs({
  options: {
    strategies: { type: "string", default: "random,evolution,nsga2,tpe,gp,hybrid" },
    observations: { type: "string", default: "10,50,200,1000" },
    "gp-observations": { type: "string", default: "10,50,200" },
    python: { type: "string" },
  },
});
const numbers = (text: string) => text.split(",").map(Number);
/** Proposals timed at each number of observations. */
const proposals = 20;

const table = await openNumbered(benchmarkTables[0]!);
const domain = createDomain(table.space, {});
const most = Math.max(...numbers(values.observations));
const history: Choices[] = [];
const seen = new Set<string>();
const random = createRandom("proposal-speed");
while (history.length < most) {
  const choices = domain.sample(random) as Choices;
  if (!seen.has(choices.join())) history.push(choices);
  seen.add(choices.join());
}
const trialOf = (number: number, choices: Choices): Trial => ({
  number,
  proposal: { choices, fidelity: {}, by: "history" },
  outcome: {
    kind: "scored",
    metrics: {},
    score: table.selection[table.numberOf(choices)] as number,
    spent: { milliseconds: 0 },
  },
  cost: domain.costOf(choices),
});

interface Row {
  readonly search: string;
  readonly observations: number;
  /** The first proposal of a resumed search: it must catch up with all observations. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

async function measure(search: string, observations: number): Promise<Row> {
  const definition = await loadStrategy(search);
  const strategy = definition.create(
    { domain, evaluations: observations + proposals, task: "", fidelity: { full: {} } },
    definition.options.parse({}),
  );
  history.slice(0, observations).forEach((choices, index) => {
    strategy.observe(trialOf(index + 1, choices));
  });
  const times: number[] = [];
  const signal = new AbortController().signal;
  for (let number = observations + 1; number <= observations + proposals; number += 1) {
    const startedAt = performance.now();
    const context = { trialNumber: number, random: createRandom(1, number), pending: [], signal };
    const proposal = await strategy.propose(context);
    if (proposal === undefined) throw new Error(`${search} proposed nothing`);
    const trial = trialOf(number, proposal.choices);
    strategy.observe(trial);
    times.push(performance.now() - startedAt);
  }
  const later = times.slice(1);
  return {
    search,
    observations,
    firstMs: times[0] as number,
    medianMs: median(later),
    worstMs: Math.max(...later),
  };
}

function measureOptuna(python: string): readonly Row[] {
  const input = JSON.stringify({
    counts: table.counts,
    history: history.map((choices) => ({ choices, value: table.selection[table.numberOf(choices)] })),
    observations: { tpe: numbers(values.observations), gp: numbers(values["gp-observations"]) },
  });
  const script = fileURLToPath(new URL("optuna_speed.py", import.meta.url));
  return JSON.parse(
    execFileSync(python, [script], {
      input,
      encoding: "utf8",
      maxBuffer: 1e8,
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    }),
  );
}

const rows: Row[] = [];
// One run that is not counted, so that the first measured one is not slowed by what is compiled and cached once.
for (const search of values.strategies.split(",")) {
  await measure(search, 10);
  for (const observations of numbers(values.observations)) rows.push(await measure(search, observations));
}
if (values.python !== undefined) rows.push(...measureOptuna(values.python));
console.log(
  "| search | observations | median ms a proposal | worst ms | first ms after resuming |\n|---|--:|--:|--:|--:|",
);
for (const { search, observations, medianMs, worstMs, firstMs } of rows)
  console.log(
    `| ${search} | ${observations} | ${medianMs.toFixed(2)} | ${worstMs.toFixed(1)} | ${firstMs.toFixed(1)} |`,
  );
