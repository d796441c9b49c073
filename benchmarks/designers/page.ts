// What designers with a mind found, beside classical strategies under the same limits: reads the journals and conversations of
// RUNS/TASK-ARM-SEED and writes the page's tables.
//
// Usage: node --conditions=genius-source benchmarks/designers/page.ts --runs DIR [--seeds 20] [--page FILE]
import { readdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBench } from "../../src/api/bench/open-bench.ts";
import { runJob } from "../../src/api/bench/run-job.ts";
import { createRandom } from "../../src/base/random.ts";
import { inWords, unpairedDifference } from "../../src/features/questions/estimates.ts";
import { meanInterval } from "../../src/math/bootstrap.ts";
import { mean, median } from "../../src/math/statistics.ts";
import { keyOf } from "../../src/search/choices.ts";
import evolution from "../../src/search/strategies/evolution.ts";
import type { StrategyDefinition } from "../../src/search/strategy.ts";
import { isScored } from "../../src/search/trial.ts";
import { readJournal } from "../../src/study/journal.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seeds: { type: "string", default: "20" },
    page: { type: "string" },
  },
});
if (values.runs === undefined) throw new Error("Name the folder of the runs: --runs DIR");
const classical = ["hybrid", "gp", "random", "largest-first", "evolution"];
const seeds = Number(values.seeds);

/** What one search came to. */
interface Found {
  readonly score: number;
  readonly rank: number;
  readonly calls?: number;
  readonly tokens?: number;
  /** Designs that the model offered. */
  readonly offered?: number;
  /** Offered, better than what was selected, and never tried. */
  readonly missed?: number;
}

const folders = (await readdir(values.runs)).filter((name) => /^\w+-\w+-\d+$/.test(name)).sort();
const tasks = [...new Set(folders.map((name) => name.split("-")[0] as string))];
const lines: string[] = [];
for (const task of tasks) lines.push(...(await tableOf(task)), "");
lines.push(
  `Written by \`benchmarks/designers/page.ts\`; ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
);
if (values.page === undefined) console.log(lines.join("\n"));
else await writeFile(values.page, `${lines.join("\n")}\n`);

async function tableOf(task: string): Promise<string[]> {
  const runs = folders.filter((name) => name.startsWith(`${task}-`));
  const { config } = (await readJournal(join(values.runs as string, runs[0] as string))).header;
  const { space, dataset, limits = {} } = config;
  const ground = { space, spaceOptions: {}, dataset, limits, noise01: 0, environment: process.env };
  const opened = await openBench(ground);
  const judge = opened.judge!;
  const rows = new Map<string, Found[]>();
  for (const name of runs) {
    const arm = name.split("-")[1] as string;
    rows.set(arm, [...(rows.get(arm) ?? []), await foundBy(join(values.runs as string, name))]);
  }
  const evaluations = config.trials;
  const classicalRuns = async (memberOf: (seed: number) => string | StrategyDefinition) => {
    const found: Found[] = [];
    for (let seed = 1; seed <= seeds; seed += 1) {
      const job = { strategy: memberOf(seed), seed };
      const { points } = await runJob(opened, { ...ground, evaluations, sameStart: false }, job);
      const last = points.at(-1)!;
      found.push({ score: last.score, rank: last.rank! });
    }
    // A strategy that does the very same with every seed is one run.
    return found.every(({ score }) => score === found[0]!.score) ? [found[0]!] : found;
  };
  for (const strategy of classical) rows.set(`${strategy}, no model`, await classicalRuns(() => strategy));
  const firsts = await firstDesigns(runs.filter((name) => name.split("-")[1] === "llm"));
  rows.set(
    "evolution, from the model's first design",
    await classicalRuns((seed) => evolutionFrom(firsts[(seed - 1) % firsts.length]!)),
  );
  return [
    `## ${space}, ${dataset}, ${Object.entries(limits)
      .map(([limit, value]) => `${limit} ${value}`)
      .join(", ")}, ${evaluations} evaluations`,
    "",
    "| arm | searches | best, mean % [95 %] | median rank among the allowed | calls | tokens read | offered | offered, better, never tried |",
    "|---|---|---|---|---|---|---|---|",
    ...[...rows].map(([arm, found]) => rowOf(arm, found)),
    ...besideModelAlone(rows),
  ];

  /** What the model began with in each of its searches. */
  async function firstDesigns(names: readonly string[]): Promise<readonly string[]> {
    const designs: string[] = [];
    for (const name of names) {
      const { trials } = await readJournal(join(values.runs as string, name));
      designs.push(keyOf(opened.domain.space, trials.find(isScored)!.proposal.choices));
    }
    return designs;
  }

  async function foundBy(folder: string): Promise<Found> {
    const { trials } = await readJournal(folder);
    const best = trials.filter(isScored).reduce((a, b) => (b.outcome.score > a.outcome.score ? b : a));
    const tried = new Set(trials.map(({ proposal }) => proposal.choices.join()));
    const offers = new Map(
      trials
        .flatMap(({ proposal: { modelSaid = [] } }) => modelSaid)
        .filter(({ kind }) => kind === "offer")
        .map(({ choices }) => [choices.join(), choices]),
    );
    const missed = [...offers.values()].filter((choices) => {
      if (tried.has(choices.join())) return false;
      return (judge.lookUp(choices)?.selection01 ?? 0) > best.outcome.score;
    });
    const asked = (await readFile(join(folder, "conversation.jsonl"), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map(
        (line) => (JSON.parse(line) as { reply?: { calls: number; usage: { inputTokens: number } } }).reply,
      )
      .filter((reply) => reply !== undefined);
    return {
      score: best.outcome.score,
      rank: judge.rankOf(best.proposal.choices)!,
      calls: asked.reduce((sum, { calls }) => sum + calls, 0),
      tokens: asked.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
      ...(offers.size > 0 && { offered: offers.size, missed: missed.length }),
    };
  }
}

/** Evolution that begins with a design; of three alive, since with its usual ten all of ten evaluations are random. */
function evolutionFrom(start: string): StrategyDefinition {
  return {
    ...evolution,
    options: evolution.options,
    create: (setting) =>
      evolution.create(setting, evolution.options.parse({ start, population: 3, sample: 2 })),
  } as StrategyDefinition;
}

/** What each arm with a model has more than the model alone, as groups (Welch). */
function besideModelAlone(rows: ReadonlyMap<string, readonly Found[]>): readonly string[] {
  const scoresOf = (arm: string) => rows.get(arm)?.map(({ score }) => score) ?? [];
  const others = [...rows.keys()].filter((arm) => /^\w+$/.test(arm) && arm !== "llm");
  const said = others.map((arm) => `${arm} ${inWords(unpairedDifference(scoresOf(arm), scoresOf("llm")))}`);
  return said.length === 0 ? [] : ["", `Points more than the model alone: ${said.join("; ")}.`];
}

function rowOf(arm: string, found: readonly Found[]): string {
  const scores = found.map(({ score }) => 100 * score);
  const [low, high] = meanInterval(scores, createRandom("designers", arm));
  const average = (read: (one: Found) => number | undefined) => {
    const known = found.map(read).filter((value) => value !== undefined);
    return known.length === 0 ? "" : String(Number(mean(known).toPrecision(3)));
  };
  const interval = found.length > 1 ? ` [${low.toFixed(2)}, ${high.toFixed(2)}]` : "";
  return `| ${[
    arm,
    found.length,
    `${mean(scores).toFixed(2)}${interval}`,
    median(found.map(({ rank }) => rank)),
    average(({ calls }) => calls),
    average(({ tokens }) => tokens),
    average(({ offered }) => offered),
    average(({ missed }) => missed),
  ].join(" | ")} |`;
}
