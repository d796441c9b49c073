// `genius bench`: strategies on a published table, at equal evaluations, over many seeds, spread over the cores.
// Random search and the largest networks are always among them, asked or not.
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { z } from "zod";
import { provenanceOf } from "../api/provenance.ts";
import { publishedSpace } from "../api/published-space.ts";
import { trivialGuesses } from "../api/trivial-guesses.ts";
import { fileError, GeniusError } from "../base/errors.ts";
import { loadStrategy } from "../catalog/load.ts";
import { defineCommand } from "../command/command.ts";
import { checkFlags } from "../command/options.ts";
import { openTable } from "../evaluators/accuracy-table.ts";
import {
  type Bench,
  type BenchTrace,
  baselineStrategies,
  compareBench,
  comparisonMarkdown,
  comparisonPage,
} from "../report/index.ts";
import { runJobs } from "./bench-pool.ts";
import type { BenchJob } from "./bench-worker.ts";

const list = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const options = z.object({
  space: z.string().describe("a space with a published table").meta({ placeholder: "NAME" }),
  dataset: z
    .string()
    .optional()
    .describe("the table's data set (default: the space's first)")
    .meta({ placeholder: "NAME" }),
  strategies: z
    .string()
    .default("hybrid")
    .describe("strategies to compare, with commas; a strategy may be a file")
    .meta({ placeholder: "A,B,C" }),
  evaluations: z
    .string()
    .default("10,25,50")
    .describe("budgets to report, with commas")
    .meta({ placeholder: "N,N,N" }),
  seeds: z.number().int().positive().default(20).describe("runs of each strategy"),
  noise01: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("standard deviation of noise added to what a search sees"),
  sameStart: z
    .boolean()
    .default(false)
    .describe("every strategy of a seed begins with the same random design"),
  workers: z.number().int().positive().optional().describe("runs at once (default: one a core)"),
  out: z
    .string()
    .optional()
    .describe("also write the comparison, as .html, .md or .json by the file's ending")
    .meta({ placeholder: "FILE" }),
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options,
  more: `Example:
  genius bench --space nas-bench-macro --strategies hybrid,evolution --evaluations 10,25,50 --seeds 100

random and largest-first are always run too. A table without a validation figure says "selectedOn": "test".`,
  async run({ options: given, terminal }) {
    const startedAt = performance.now();
    const { definition, dataset, options: spaceOptions } = await publishedSpace(given.space, given.dataset);
    const evaluations = list(given.evaluations)
      .map(Number)
      .sort((a, b) => a - b);
    if (evaluations.length === 0 || !evaluations.every((count) => Number.isInteger(count) && count > 0)) {
      throw new GeniusError(
        "wrong-use",
        `--evaluations: "${given.evaluations}" is no list of counts such as 10,25,50.`,
      );
    }
    const strategies = [...new Set([...list(given.strategies), ...baselineStrategies])];
    await Promise.all(strategies.map(checkStrategy));
    const space = definition.create(checkFlags(definition.options, spaceOptions));
    const { environment } = terminal;
    const table = await openTable({
      space,
      dataset,
      environment,
      onProgress: (text) => terminal.error(`${text}\n`),
    });
    const jobs: BenchJob[] = Array.from({ length: given.seeds }, (_, index) => index + 1).flatMap((seed) =>
      strategies.map((strategy) => ({ strategy, seed })),
    );
    let done = 0;
    const traces: BenchTrace[] = await runJobs(jobs, {
      workers: given.workers ?? availableParallelism(),
      signal: terminal.signal,
      setting: {
        space: given.space,
        spaceOptions,
        dataset,
        noise01: given.noise01,
        sameStart: given.sameStart,
        evaluations: evaluations.at(-1)!,
        environment: { ...environment },
      },
      onDone() {
        done += 1;
        if (terminal.isInteractive) terminal.error(`\r${done}/${jobs.length} runs`);
      },
    });
    if (terminal.isInteractive) terminal.error("\n");
    const bench: Bench = {
      space: definition.name,
      dataset,
      selectedOn: table.selectedOn,
      evaluations,
      designCount: table.designCount,
      optimum01: table.optimum01,
      traces,
      trivialGuesses: trivialGuesses(space, table),
      command: `genius bench --space ${given.space} --dataset ${dataset} --strategies ${given.strategies} --evaluations ${given.evaluations} --seeds ${given.seeds}${given.noise01 > 0 ? ` --noise01 ${given.noise01}` : ""}${given.sameStart ? " --same-start" : ""}`,
      provenance: { ...(await provenanceOf()), ...table.provenance },
      sameStart: given.sameStart,
      milliseconds: performance.now() - startedAt,
    };
    const comparison = compareBench(bench);
    if (given.out !== undefined) {
      const text = given.out.endsWith(".html")
        ? comparisonPage(comparison, bench)
        : given.out.endsWith(".md")
          ? comparisonMarkdown(comparison)
          : `${JSON.stringify(comparison, null, 2)}\n`;
      await writeFile(given.out, text).catch((thrown: unknown) => {
        throw fileError(thrown, given.out!, "write");
      });
    }
    terminal.out(given.json ? `${JSON.stringify(comparison)}\n` : comparisonMarkdown(comparison));
    return 0;
  },
});

async function checkStrategy(name: string): Promise<void> {
  const definition = await loadStrategy(name);
  if (definition.needs === "images") {
    throw new GeniusError(
      "wrong-use",
      `${name} trains a supernet on images, and a bench has none: run it with genius search --evaluator table --images FOLDER, several seeds, and compare the runs with genius report.`,
    );
  }
  if (definition.model === "required") {
    throw new GeniusError(
      "wrong-use",
      `${name} needs a language model, and a bench runs without one: run it with genius search, several seeds, and compare the runs with genius report.`,
    );
  }
}
