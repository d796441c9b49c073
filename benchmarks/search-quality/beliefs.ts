// Where a belief fails: `hybrid` on every published table, whole and on halves of it, without a limit and at most the
// median MACs; and searches where a third of the designs fail. Writes docs/results/beliefs-and-failures.md.
//
// Usage: node benchmarks/search-quality/beliefs.ts [--halves 8] [--seeds 20] [--failing-only] [--keep FILE] [--machine WORDS]
// --failing-only leaves the figures without failures as the page has them.
// A run that was broken off goes on: every search is kept in FILE (JSON lines).
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadStrategy } from "../../src/catalog/load.ts";
import { median } from "../../src/math/statistics.ts";
import { failingRules } from "./failing.ts";
import { createScene, type Scene, type SceneSetting, searchScene } from "./scenes.ts";
import { type BenchmarkTable, benchmarkTables, type NumberedTable, openNumbered } from "./tables.ts";

const { values } = parseArgs({
  options: {
    halves: { type: "string", default: "8" },
    seeds: { type: "string", default: "20" },
    "failing-only": { type: "boolean", default: false },
    keep: { type: "string", default: join(tmpdir(), "genius-beliefs.jsonl") },
    machine: {
      type: "string",
      default: "a shared virtual one with two cores (AMD EPYC, AVX-512), Node 24.21",
    },
  },
});
const evaluations = 50;
const steps = [10, 25, 50];
/** Above this many designs hybrid draws its candidates, so that seeds differ and halves are not needed. */
const listed = 20_000;

const kept = new Map<string, readonly number[]>();
if (existsSync(values.keep)) {
  for (const line of readFileSync(values.keep, "utf8").split("\n")) {
    if (line === "") continue;
    const { key, ranks } = JSON.parse(line) as { readonly key: string; readonly ranks: readonly number[] };
    kept.set(key, ranks);
  }
}

async function ranksOf(
  key: string,
  search: { readonly name: string; readonly seed: number },
  open: () => Scene,
) {
  const name = `${key} ${search.name} ${search.seed}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const strategy = await loadStrategy(search.name);
  const ranks = await searchScene(open(), { strategy, seed: search.seed }, evaluations);
  kept.set(name, ranks);
  appendFileSync(values.keep, `${JSON.stringify({ key: name, ranks })}\n`);
  return ranks;
}

const cell = (runs: readonly (readonly number[])[]) =>
  steps
    .map((step) => median(runs.map((ranks) => ranks[Math.min(step, ranks.length) - 1] as number)))
    .join(" / ");

/** A table is made into scenes once, and only if something is to be searched in them. */
function lazily(setting: SceneSetting): () => Scene {
  let scene: Scene | undefined;
  return () => {
    scene ??= createScene(setting);
    return scene;
  };
}

async function tableRow({ name }: BenchmarkTable, table: NumberedTable): Promise<string> {
  const cells: string[] = [];
  for (const limited of [false, true]) {
    const key = `${name}${limited ? " limited" : ""}`;
    const whole = lazily({ table, limited });
    const drawn = table.selection.length > listed;
    const runs: (readonly number[])[] = [];
    for (let seed = 1; seed <= (drawn ? Number(values.seeds) : 1); seed += 1)
      runs.push(await ranksOf(key, { name: "hybrid", seed }, whole));
    cells.push(cell(runs));
    if (drawn) {
      cells.push("");
      continue;
    }
    const halves: (readonly number[])[] = [];
    for (let half = 1; half <= Number(values.halves); half += 1) {
      const scene = lazily({ table, limited, half });
      halves.push(await ranksOf(`${key} half ${half}`, { name: "hybrid", seed: 1 }, scene));
    }
    cells.push(cell(halves));
  }
  return `| ${name} | ${cells.join(" | ")} |`;
}

async function failingRows(): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const { table: of, words, failsIn } of failingRules) {
    const table = await openNumbered(benchmarkTables.find(({ name }) => name === of) as BenchmarkTable);
    const fails = failsIn(table.space);
    const scene = lazily({ table, fails });
    const key = `${of}: ${words}`;
    const cells: string[] = [];
    for (const name of ["random", "tpe", "gp", "hybrid"]) {
      const runs: (readonly number[])[] = [];
      for (let seed = 1; seed <= (name === "hybrid" ? 1 : Number(values.seeds)); seed += 1)
        runs.push(await ranksOf(key, { name, seed }, scene));
      cells.push(cell(runs));
    }
    const halves: (readonly number[])[] = [];
    for (let half = 1; half <= Number(values.halves); half += 1)
      halves.push(
        await ranksOf(`${key} half ${half}`, { name: "hybrid", seed: 1 }, lazily({ table, fails, half })),
      );
    const share = `${(100 * scene().failing01).toFixed(0)} %`;
    rows.push(`| ${of}: ${words} | ${share} | ${cells.join(" | ")} | ${cell(halves)} |`);
  }
  return rows;
}

const page = new URL("../../docs/results/beliefs-and-failures.md", import.meta.url);
const mark = "<!-- Written by hand from here on. -->";
const earlier = existsSync(page) ? readFileSync(page, "utf8") : "";
const written = earlier.split(mark)[1];
const rows: string[] = [];
for (const each of benchmarkTables) {
  const kept =
    values["failing-only"] && earlier.split("\n").find((line) => line.startsWith(`| ${each.name} |`));
  rows.push(kept || (await tableRow(each, await openNumbered(each))));
}
const failing = await failingRows();
writeFileSync(
  page,
  `# Where does a belief fail, and what when designs fail?

Median rank after 10 / 25 / 50 evaluations; 1 is the best of the designs that are allowed and can succeed.

## Figures

\`hybrid\` without a model:

| table | whole | ${values.halves} halves | whole, at most the median MACs | ${values.halves} halves, limited |
|---|--:|--:|--:|--:|
${rows.join("\n")}

Where designs fail (\`hybrid\` has no chance in it, so it is one search; the others ${values.seeds} seeds):

| rule | fail | random | tpe | gp | hybrid | hybrid, ${values.halves} halves |
|---|--:|--:|--:|--:|--:|--:|
${failing.join("\n")}

## Method

- A half is half of the networks of a table, drawn at random; ranks are among those. In spaces of at most 20,000 designs \`hybrid\`
  draws nothing at random, so a whole table is one search, and small changes move its rank by a factor of ten; halves
  show how much of that is chance. \`nats-size\` is larger: ${values.seeds} seeds.
- \`node benchmarks/search-quality/beliefs.ts --halves ${values.halves} --seeds ${values.seeds}\` writes the figures.
- Machine: ${values.machine}.
- Date: ${new Date().toISOString().slice(0, 10)}.

${mark}${written ?? "\n"}`,
);
