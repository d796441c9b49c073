// How good searches are: each strategy on each published table, from many seeds. Without journal or study, so that thousands
// of searches take minutes. Other people's searches are in benchmarks/peers.
//
// Usage: node benchmarks/search-quality/run.ts [--strategies hybrid,gp,…] [--tables macro,…] [--seeds 100]
//   [--evaluations 50] [--relabelled] [--by-time] [--json FILE]
// `--by-time`: not at equal evaluations but at equal time, if a training takes time in proportion to its MACs; the unit
// is the mean training of the table.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { mean, median } from "../../src/math/statistics.ts";
import type { Trace } from "./simulate.ts";
import { type BenchmarkTable, benchmarkTables, type NumberedTable, openNumbered } from "./tables.ts";
import type { Job } from "./worker.ts";

const { values } = parseArgs({
  options: {
    strategies: { type: "string", default: "random,largest-first,evolution,local-search,tpe,gp,hybrid" },
    tables: { type: "string", default: benchmarkTables.map(({ name }) => name).join() },
    seeds: { type: "string", default: "100" },
    evaluations: { type: "string", default: "50" },
    relabelled: { type: "boolean", default: false },
    "by-time": { type: "boolean", default: false },
    workers: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const evaluations = Number(values.evaluations);
const steps = [10, 25, 50, 100].filter((step) => step <= evaluations);
const listed = (text: string) => text.split(",").filter((each) => each !== "");
const seedsUpTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const strategies = values.strategies.split(/,(?![^,:]*=)/);

type Traces = Map<string, Trace[]>;

async function searchAll(table: BenchmarkTable): Promise<Traces> {
  const jobs: Job[] = seedsUpTo(Number(values.seeds)).flatMap((seed) =>
    strategies.map((strategy) => ({ table: table.name, strategy, seed })),
  );
  const traces: Traces = new Map(strategies.map((strategy) => [strategy, []]));
  await Promise.all(
    workers.map(async (worker) => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        const { trace } = await ask(worker, job);
        traces.get(job.strategy)?.push(trace);
      }
    }),
  );
  return traces;
}

function ask(worker: Worker, job: Job): Promise<{ readonly trace: Trace }> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: { readonly trace: Trace }) => {
      worker.off("error", reject);
      resolve(message);
    });
    worker.postMessage(job);
  });
}

/** The design selected after `step` evaluations (or mean trainings): the first of the best. */
function selected({ picks, finishedAt }: Trace, { selection }: NumberedTable, step: number): number {
  const inTime = values["by-time"] ? finishedAt.filter((time) => time <= step).length : step;
  return picks
    .slice(0, Math.max(1, inTime))
    .reduce((best, pick) => (selection[pick]! > selection[best]! ? pick : best));
}

function summary(traces: readonly Trace[], table: NumberedTable) {
  const at = steps.map((step) => {
    const designs = traces.map((trace) => selected(trace, table, step));
    return {
      evaluations: step,
      medianRank: median(designs.map((design) => table.ranks[design]!)),
      meanValidation: 100 * mean(designs.map((design) => table.selection[design]!)),
      meanTest: 100 * mean(designs.map((design) => table.test[design]!)),
    };
  });
  return { seeds: traces.length, msPerProposal: mean(traces.map((trace) => trace.msPerProposal)), at };
}

function goalWords(goal: BenchmarkTable["goal"][number] | undefined): string {
  if (goal === undefined) return "";
  return "rank" in goal ? `${goal.rank}` : `${goal.validation.toFixed(2)} / ${goal.test.toFixed(2)}`;
}

const workers = Array.from(
  { length: Number(values.workers) },
  () =>
    new Worker(new URL("worker.ts", import.meta.url), {
      workerData: { evaluations, relabelled: values.relabelled, byTime: values["by-time"] },
    }),
);
const results: Record<string, unknown> = {};
const startedAt = performance.now();
for (const name of listed(values.tables)) {
  const table = benchmarkTables.find((each) => each.name === name);
  if (table === undefined)
    throw new Error(`No table "${name}"; there are ${benchmarkTables.map((each) => each.name)}.`);
  const numbered = await openNumbered(table);
  const traces = await searchAll(table);
  const isTest = numbered.selection.every((value, index) => value === numbered.test[index]);
  console.log(
    `\n### ${name}${values.relabelled ? ", relabelled" : ""}${isTest ? " (selected on test)" : ""}\n`,
  );
  console.log(
    `| search | seeds | ${steps.map((step) => `rank @${step} | val / test @${step}`).join(" | ")} | ms |`,
  );
  console.log(`|---|--:|${steps.map(() => "--:|--:|").join("")}--:|`);
  const goals = steps.map((step) => {
    const goal = table.goal[step];
    return goal !== undefined && "rank" in goal ? `${goalWords(goal)} | ` : ` | ${goalWords(goal)}`;
  });
  console.log(`| *goal* | | ${goals.join(" | ")} | |`);
  const rows: Record<string, unknown> = {};
  for (const [search, own] of traces) {
    if (own.length === 0) continue;
    const row = summary(own, numbered);
    rows[search] = row;
    const cells = row.at.map(
      (each) => `${each.medianRank} | ${each.meanValidation.toFixed(2)} / ${each.meanTest.toFixed(2)}`,
    );
    console.log(`| ${search} | ${row.seeds} | ${cells.join(" | ")} | ${row.msPerProposal.toFixed(2)} |`);
  }
  results[name] = rows;
}
await Promise.all(workers.map((worker) => worker.terminate()));
console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s in all.`);
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ arguments: values, results }, null, 1)}\n`);
