// Our searches beside other people's on all published tables, with and without a limit, with the same first design and
// without. Writes docs/results/peers.md from what is done so far; a run that was broken off goes on.
//
// Usage: node benchmarks/peers/run.ts --keep FILE [--plan hybrid:20,optuna-tpe:20,…] [--minutes 600] [--page-only]
//   [--python PATH] [--python neps=PATH] [--registry FOLDER] [--machine WORDS]
// The plan is done in its order: a search with its number of seeds, and after an @ of evaluations where they are fewer than 100;
// a search may come twice, with more seeds later.
// PATH is a Python with the peers' packages; NePS wants other versions than Ax, so it may have its own. FOLDER holds
// OptunaHub's package/samplers/auto_sampler.
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { loadStrategy } from "../../src/catalog/load.ts";
import type { Choices } from "../../src/search/space.ts";
import { benchmarkTables, type NumberedTable, openNumbered } from "../search-quality/tables.ts";
import { writePage } from "./page.ts";
import { openProblem, type Problem, peerProblem, searchOwn } from "./problem.ts";
import { evaluations, isOneSearch, openRuns, peers, type Run, type RunKey, startOf, starts } from "./runs.ts";
import { type PeerServer, startPeers } from "./serve.ts";

const fullPlan =
  "random:20,largest-first:20,evolution:20,local-search:20,tpe:20,hybrid:20,optuna-tpe:6,gp:6,optuna-tpe:20,gp:20," +
  "optuna-auto:1,smac:1,optuna-gp:1,neps:1@12,ax:1@12,optuna-auto:6,smac:6,optuna-gp:5,neps:2@25,ax:2@25,ax:5,optuna-auto:20,smac:20";

const { values } = parseArgs({
  options: {
    keep: { type: "string" },
    plan: { type: "string", default: fullPlan },
    minutes: { type: "string", default: "600" },
    "page-only": { type: "boolean", default: false },
    python: { type: "string", multiple: true, default: [] },
    registry: { type: "string" },
    patience: { type: "string", default: "10" },
    machine: {
      type: "string",
      default: "a shared virtual one with two cores (AMD EPYC, AVX-512), Node 24.21, Python 3.11",
    },
  },
});
if (values.keep === undefined) throw new Error("Name a file to keep the searches in: --keep FILE.");
const plan = values.plan.split(",").map((each) => {
  const [search = "", seeds = "1", length = `${evaluations}`] = each.split(/[:@]/);
  return { search, seeds: Number(seeds), length: Number(length) };
});
const runs = openRuns(values.keep);
const tables = benchmarkTables.map((table) => {
  const { decisions } = table.space();
  return { ...table, designs: decisions.reduce((product, { options }) => product * options.length, 1) };
});

const opened = new Map<string, Promise<NumberedTable>>();
const problems = new Map<string, Promise<Problem>>();

/** Each table is opened once, so that its networks' features are counted once. */
function problemOf(name: string, limited: boolean): Promise<Problem> {
  const key = `${name} ${limited}`;
  const open = async () => {
    const table = tables.find((each) => each.name === name);
    if (table === undefined) throw new Error(`No table "${name}".`);
    const numbered = opened.get(name) ?? openNumbered(table);
    opened.set(name, numbered);
    return openProblem(name, await numbered, limited);
  };
  const problem = problems.get(key) ?? open();
  problems.set(key, problem);
  return problem;
}

/** What `hybrid` begins with, which depends on the seed in spaces that are too large to list. */
async function firstOf({ domain, name }: Problem, seed: number): Promise<Choices> {
  const hybrid = await loadStrategy("hybrid");
  const search = hybrid.create(
    { domain, evaluations, task: "image classification", fidelity: { full: {} } },
    hybrid.options.parse({}),
  );
  const random = createRandom(seed, "trial", 1);
  const signal = new AbortController().signal;
  const proposal = await search.propose({ trialNumber: 1, random, pending: [], signal });
  if (proposal === undefined) throw new Error(`${name}: no first design.`);
  return proposal.choices;
}

const servers = new Map<string, PeerServer>();
const firsts = new Map<string, Choices>();
let served: string | undefined;

const pythonOf = (peer: string) =>
  values.python.find((each) => each.startsWith(`${peer}=`))?.slice(peer.length + 1) ??
  values.python.find((each) => !each.includes("=")) ??
  "python3";

async function searched(key: RunKey, length: number): Promise<Run> {
  const { search, seed } = key;
  const problem = await problemOf(key.table, key.limited);
  let start: Choices | undefined;
  if (key.start === "equal") {
    const name = `${key.table} ${key.limited} ${seed}`;
    start = firsts.get(name) ?? (await firstOf(problem, seed));
    firsts.set(name, start);
  }
  if (peers[search] === undefined) {
    const strategy = await loadStrategy(search);
    return { ...key, ...(await searchOwn(problem, { strategy, seed, evaluations, start })) };
  }
  const python = pythonOf(search);
  const server = servers.get(python) ?? startPeers(python, values.registry);
  servers.set(python, server);
  const serving = `${python} ${key.table} ${key.limited}`;
  if (serving !== served) server.open(peerProblem(problem));
  served = serving;
  const patience = Number(values.patience);
  const asked = { peer: search, seed, evaluations: length, patience, start: start ?? null };
  return { ...key, ...(await server.search(asked)) };
}

/** Every search of an entry of the plan that is not kept: a seed on all tables before the next seed. */
function* missing({ search, seeds, length }: (typeof plan)[number]) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const { name, designs } of tables) {
      if (seed > 1 && isOneSearch(search, designs)) continue;
      for (const limited of [false, true]) {
        for (const start of new Set(starts.map((each) => startOf(search, each)))) {
          const key = { search, table: name, limited, start, seed };
          if ((runs.find(key)?.picks.length ?? 0) < length) yield key;
        }
      }
    }
  }
}

if (!values["page-only"]) {
  const deadline = performance.now() + 60_000 * Number(values.minutes);
  for (const entry of plan) {
    const startedAt = performance.now();
    let done = 0;
    for (const key of missing(entry)) {
      if (performance.now() > deadline) break;
      runs.add(await searched(key, entry.length));
      done += 1;
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`${new Date().toISOString()} ${entry.search}:${entry.seeds} ${done} searches, ${seconds} s`);
    if (performance.now() > deadline) break;
  }
  for (const server of servers.values()) server.close();
}
await writePage({ runs, plan, tables, problemOf, machine: values.machine });
