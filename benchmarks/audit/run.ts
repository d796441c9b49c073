// The contamination audit on designers whose knowledge is known: how many of those who know a table are convicted, and how
// many of those who do not. Every audit is a line of --out, so that a run that was stopped goes on where it ended; with
// all of them done, the page is written.
//
// Usage: node --conditions=genius-source benchmarks/audit/run.ts --out lines.jsonl [--page docs/results/audit.md]
//   [--tables nas-bench-macro:cifar10,…] [--repeats 20] [--seeds 5] [--pairs 100] [--trials 6]
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform } from "node:os";
import { parseArgs } from "node:util";
import { publishedSpace } from "../../src/api/published-space.ts";
import table from "../../src/evaluators/table.ts";
import { openTable } from "../../src/evaluators/tables/accuracy-table.ts";
import { runAudit } from "../../src/features/audit/audit.ts";
import { summariseAudit } from "../../src/features/audit/audit-summary.ts";
import {
  conversationWith,
  type Designer,
  earlyCountsDouble,
  knowsShare,
  largerIsBetter,
  surrogate,
} from "../../src/features/audit/fixtures/designers.ts";
import { type AuditLine, page } from "./page.ts";

const { values } = parseArgs({
  options: {
    tables: {
      type: "string",
      default: "nas-bench-macro:cifar10,channel-bench-resnet:cifar10,nas-bench-201:cifar10",
    },
    repeats: { type: "string", default: "20" },
    seeds: { type: "string", default: "5" },
    pairs: { type: "string", default: "100" },
    trials: { type: "string", default: "6" },
    out: { type: "string", default: "audit.jsonl" },
    page: { type: "string" },
  },
});
const [repeats, seeds, pairs, trials] = [values.repeats, values.seeds, values.pairs, values.trials].map(
  Number,
) as [number, number, number, number];

const setting = `${seeds} seeds, ${pairs} pairs for each variant, ${trials} evaluations a search`;
const done = await readFile(values.out, "utf8").catch(() => "");
const lines = done
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as AuditLine)
  .filter((line) => line.setting === setting);

for (const name of values.tables.split(",")) {
  const [spaceName, datasetName] = name.split(":");
  const { definition, dataset, words, options } = await publishedSpace(spaceName!, datasetName);
  const space = definition.create(definition.options.parse(options));
  const published = await openTable({ space, dataset });
  const evaluator = await table.create(
    { space, dataset, folder: "", seed: 1, environment: process.env },
    table.options.parse({}),
  );
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    const world = { space, table: published, drawSeed: repeat };
    const designers: Readonly<Record<string, () => Designer>> = {
      "knows the whole table": () => knowsShare(world, 1),
      "knows half of it": () => knowsShare(world, 0.5),
      "knows a quarter of it": () => knowsShare(world, 0.25),
      gp: () => surrogate,
      "more MACs is better": () => largerIsBetter,
      "early layers count double": () => earlyCountsDouble,
    };
    for (const [designer, create] of Object.entries(designers)) {
      if (lines.some((line) => line.table === name && line.designer === designer && line.repeat === repeat))
        continue;
      const audit = await runAudit({
        ...{ space, dataset, task: words, table: published, evaluator, trials, seeds, pairs },
        conversation: conversationWith(create(), world),
        drawSeed: repeat,
        parallel: 1,
        signal: new AbortController().signal,
      });
      const { verdict, evidence, rankings, detectableShare01 } = summariseAudit(audit);
      const line: AuditLine = {
        ...{ table: name, designer, repeat, verdict, detectableShare01, setting },
        p: Object.fromEntries(evidence.map((entry) => [entry.name, entry.p])),
        pairsRight01: rankings.find((entry) => entry.name === "own-names")!.correct!.mean,
      };
      await appendFile(values.out, `${JSON.stringify(line)}\n`);
      lines.push(line);
      console.error(`${name} ${designer} ${repeat}: ${verdict} ${JSON.stringify(line.p)}`);
    }
  }
}

if (values.page !== undefined) {
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, ${platform()} ${arch()}, Node ${process.version.slice(1)}`;
  const command = `node --conditions=genius-source benchmarks/audit/run.ts --tables ${values.tables} --repeats ${repeats} --seeds ${seeds} --pairs ${pairs} --trials ${trials} --out lines.jsonl --page docs/results/audit.md`;
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(values.page, page(lines, { setting, machine, command, date }));
}
