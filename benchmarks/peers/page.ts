// docs/results/peers.md, from the searches that are kept: what is not done yet stands in it as missing.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { median } from "../../src/math/statistics.ts";
import type { Problem } from "./problem.ts";
import {
  evaluations,
  isOneSearch,
  type KeptRuns,
  ownSearches,
  peers,
  type Run,
  startOf,
  starts,
  steps,
  wordsOf,
} from "./runs.ts";
import {
  duel,
  geometricMean,
  medianRank,
  overTables,
  type Places,
  type Setting,
  type Standing,
  standingOf,
  type TableOf,
} from "./standing.ts";

export interface PageSetting {
  readonly runs: KeptRuns;
  readonly plan: readonly { readonly search: string; readonly seeds: number; readonly length: number }[];
  readonly tables: readonly TableOf[];
  readonly problemOf: (table: string, limited: boolean) => Promise<Problem>;
  readonly machine: string;
}

const searches = [...ownSearches, ...Object.keys(peers)];
const settings: readonly Setting[] = [false, true].flatMap((limited) =>
  starts.map((start) => ({ limited, start })),
);
const classical = ["random", "evolution", "local-search", "tpe", "gp"];
const seededSteps = [5, 12, 40];

const settingWords = ({ limited, start }: Setting) =>
  `${limited ? "At most the median MACs" : "No limit"}, ${start === "own" ? "each with its own start" : "all begin with `hybrid`'s first design"}`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [
    `| ${head.join(" | ")} |`,
    `|---|${head
      .slice(1)
      .map(() => "--:|")
      .join("")}`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
const atSteps = steps.map((step) => `@${step}`);
const short = (value: number) => (value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0));
const shortOrNone = (value: number | undefined) => (value === undefined ? "" : short(value));

type Grid = ReadonlyMap<string, ReadonlyMap<string, Standing>>;

async function gridOf(places: Places, tables: readonly TableOf[], setting: Setting): Promise<Grid> {
  const grid = new Map<string, Map<string, Standing>>();
  for (const search of searches) {
    const row = new Map<string, Standing>();
    for (const each of tables) {
      const standing = await standingOf(places, search, { ...setting, table: each });
      if (standing.bySeed.size > 0) row.set(each.name, standing);
    }
    if (row.size > 0) grid.set(search, row);
  }
  return grid;
}

/** The fewest seeds of a search among the tables on which seeds differ. */
const seedsOf = (row: ReadonlyMap<string, Standing>) => {
  const counts = [...row.values()].filter(({ isOne }) => !isOne).map(({ bySeed }) => bySeed.size);
  return counts.length === 0 ? 1 : Math.min(...counts);
};

function together(grid: Grid, tables: readonly TableOf[], times: ReadonlyMap<string, number>): string {
  const rows = [...grid].map(([search, row]) => {
    const isWhole = row.size === tables.length;
    const cells = steps.map((step) => {
      const ranks = [...row.values()].flatMap((each) => medianRank(each, step) ?? []);
      return ranks.length < tables.length ? "" : short(geometricMean(ranks));
    });
    const seeds = isWhole ? `${seedsOf(row)}` : `${row.size} of ${tables.length} tables`;
    const time = times.get(search) as number;
    return [wordsOf(search), seeds, ...cells, time < 1 ? time.toFixed(2) : short(time)];
  });
  return table(["search", "seeds", ...atSteps, "ms"], rows);
}

function duels(grid: Grid): string {
  const own = grid.get("hybrid");
  if (own === undefined) return "`hybrid` is not done yet.";
  const rows = [...grid].flatMap(([search, row]) => {
    if (search === "hybrid") return [];
    const cells = steps.map((step) => {
      const count = { win: 0, tie: 0, loss: 0 };
      let untested = 0;
      const pairs: { hybrid: number; other: number }[] = [];
      for (const [name, other] of row) {
        const hybrid = own.get(name);
        const found = hybrid && duel(hybrid, other, step);
        if (hybrid === undefined || found === undefined) continue;
        count[found.sign] += 1;
        if (found.isUntested) untested += 1;
        pairs.push({
          hybrid: medianRank(hybrid, step) as number,
          other: medianRank(other, step) as number,
        });
      }
      if (pairs.length === 0) return "";
      return `${count.win}/${count.tie}/${count.loss}${untested > 0 ? "?" : ""} ${overTables(pairs)}`.trim();
    });
    return [[wordsOf(search), ...cells]];
  });
  return table(["`hybrid` against", ...atSteps], rows);
}

/** `hybrid` against whichever classical search is best at a step, on all problems. */
function seeded(
  grids: readonly { readonly limited: boolean; readonly grid: Grid }[],
  tables: readonly TableOf[],
): string {
  const lost: string[] = [];
  const rows = grids.map(({ limited, grid }) => {
    const cells = seededSteps.map((step) => {
      const count = { win: 0, tie: 0, loss: 0 };
      let untested = 0;
      for (const { name } of tables) {
        const hybrid = grid.get("hybrid")?.get(name);
        const others = classical.flatMap((search) => {
          const standing = grid.get(search)?.get(name);
          const rank = standing && medianRank(standing, step);
          return standing === undefined || rank === undefined ? [] : [{ search, standing, rank }];
        });
        if (hybrid === undefined || others.length < classical.length) continue;
        const best = others.reduce((a, b) => (b.rank < a.rank ? b : a));
        const found = duel(hybrid, best.standing, step);
        if (found === undefined) continue;
        count[found.sign] += 1;
        if (found.isUntested) untested += 1;
        if (found.sign === "loss")
          lost.push(
            `${name}${limited ? ", limited" : ""} @${step} (${short(medianRank(hybrid, step) as number)}, ${best.search} ${short(best.rank)})`,
          );
      }
      return `${count.win} / ${count.tie} / ${count.loss}${untested > 0 ? ` (${untested} by medians alone)` : ""}`;
    });
    return [limited ? "at most the median MACs" : "no limit", ...cells];
  });
  const words = lost.length === 0 ? "No loss." : `Losses: ${lost.join("; ")}.`;
  return `${table(["problems", ...seededSteps.map((step) => `@${step}`)], rows)}\n\n${words}`;
}

function details(grid: Grid, tables: readonly TableOf[]): string {
  const rows = tables.flatMap(({ name }) =>
    steps.map((step, index) => [
      index === 0 ? name : "",
      `${step}`,
      ...[...grid.values()].map((row) => {
        const standing = row.get(name);
        return shortOrNone(standing && medianRank(standing, step));
      }),
    ]),
  );
  return table(["table", "@", ...[...grid.keys()].map(wordsOf)], rows);
}

/** Every kept run that a plan of this many seeds can name. */
function* keptRuns({ runs, tables }: PageSetting): Generator<Run> {
  for (const search of searches)
    for (const { name } of tables)
      for (const limited of [false, true])
        for (const start of new Set(starts.map((each) => startOf(search, each))))
          for (let seed = 1; seed <= 20; seed += 1) {
            const run = runs.find({ search, table: name, limited, start, seed });
            if (run !== undefined) yield run;
          }
}

function handling(all: readonly Run[]): string {
  const rows = Object.keys(peers).flatMap((search) => {
    const own = all.filter((run) => run.search === search);
    if (own.length === 0) return [];
    const share = (of: (run: Run) => number | undefined, limited: boolean) => {
      const some = own.filter((run) => run.limited === limited);
      const spent = some.reduce((sum, { picks }) => sum + picks.length, 0);
      const counted = some.reduce((sum, run) => sum + (of(run) ?? 0), 0);
      return some.length === 0 ? "" : short((100 * counted) / spent);
    };
    const troubles = own.filter(({ trouble }) => trouble !== undefined).length;
    return [
      [
        wordsOf(search),
        own[0]?.version ?? "",
        `${own.length}`,
        share(({ repeated }) => repeated, false),
        share(({ drawn }) => drawn, false),
        share(({ repeated }) => repeated, true),
        share(({ forbidden }) => forbidden, true),
        share(({ drawn }) => drawn, true),
        `${troubles}`,
      ],
    ];
  });
  return table(
    [
      "peer",
      "version",
      "searches",
      "repeats",
      "drawn",
      "repeats, limited",
      "forbidden",
      "drawn, limited",
      "searches with a failed proposal",
    ],
    rows,
  );
}

/** Searches whose last entry in the plan is not done on all problems. */
function missingWords({ plan, runs, tables }: PageSetting): string {
  const words = plan.flatMap(({ search, seeds, length }, place) => {
    if (plan.slice(place + 1).some((later) => later.search === search)) return [];
    let [done, wanted] = [0, 0];
    for (const { name, designs } of tables)
      for (const limited of [false, true])
        for (const start of new Set(starts.map((each) => startOf(search, each))))
          for (let seed = 1; seed <= (isOneSearch(search, designs) ? 1 : seeds); seed += 1) {
            const run = runs.find({ search, table: name, limited, start, seed });
            wanted += 1;
            if ((run?.picks.length ?? 0) >= length) done += 1;
          }
    if (done === wanted) return [];
    const of = length < evaluations ? ` of ${length} evaluations` : "";
    return [
      `- ${wordsOf(search)}, ${seeds} ${seeds === 1 ? "seed" : "seeds"}${of}: ${done} of ${wanted} searches are done`,
    ];
  });
  return words.length === 0 ? "Nothing that was planned." : words.join("\n");
}

export async function writePage(setting: PageSetting): Promise<void> {
  const { runs, tables, problemOf, machine } = setting;
  const places: Places = {
    runs,
    ranks: async (name, limited) => (await problemOf(name, limited)).ranks,
  };
  const all = [...keptRuns(setting)];
  const times = new Map(
    searches.flatMap((search) => {
      const own = all.filter((run) => run.search === search);
      const perEvaluation = own.map(({ milliseconds, picks }) => milliseconds / picks.length);
      return own.length === 0 ? [] : [[search, median(perEvaluation)] as const];
    }),
  );
  const grids: { readonly setting: Setting; readonly grid: Grid }[] = [];
  for (const each of settings) grids.push({ setting: each, grid: await gridOf(places, tables, each) });
  const sections = (of: (grid: Grid) => string) =>
    grids.map(({ setting: each, grid }) => `**${settingWords(each)}**\n\n${of(grid)}`).join("\n\n");
  const page = new URL("../../docs/results/peers.md", import.meta.url);
  const [opening, closing] = [
    "<!-- Written by hand up to here. -->",
    "<!-- Written by hand from here on. -->",
  ];
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  const head = text.includes(opening)
    ? text.split(opening)[0]
    : "# How does it compare with Optuna, SMAC3, NePS and Ax?\n\n";
  const foot = text.split(closing)[1] ?? "\n";
  const equal = grids.filter(({ setting: { start } }) => start === "equal");
  writeFileSync(
    page,
    `${head}${opening}

## All tables together

The geometric mean, over the ${tables.length} tables, of the median rank after so many evaluations; 1 is the best of the designs that are
allowed. ms: the median time of the search itself for an evaluation.

${sections((grid) => together(grid, tables, times))}

## On how many tables \`hybrid\` is ahead

Tables won / not significantly different / lost, by Wilcoxon's signed ranks over the logarithms of the ranks of equal seeds (5 %, not
corrected: of 15 comparisons of equals about one is a win or a loss by chance). **?**: fewer than six seeds, so medians alone are
compared. **+**: ahead over all tables together by the same test over their medians; **−**: behind.

${sections(duels)}

## The seeded comparison

All begin with \`hybrid\`'s first design: \`hybrid\` against the best of ${classical.join(", ")} at each number of evaluations; won / not
significantly different / lost.

${seeded(
  equal.map(({ setting: { limited }, grid }) => ({ limited, grid })),
  tables,
)}

## Peers, and what they were spared

For each 100 evaluations.

${handling(all)}

## Not done yet

${missingWords(setting)}

## Median ranks, table by table

${grids
  .map(
    ({ setting: each, grid }) =>
      `<details><summary>${settingWords(each).replaceAll("`", "")}</summary>\n\n${details(grid, tables)}\n\n</details>`,
  )
  .join("\n\n")}

## Method

- Every search is told that it has ${evaluations} evaluations, and is read after ${steps.slice(0, -1).join(", ")} of them. Peers run with their defaults; a decision whose options
  have an order is an integer, any other a category. Optuna's GP is told that figures have no noise. SMAC3 begins with a quarter of
  its evaluations by its own default.
- A network is evaluated once, by our searches and by peers: what a peer asks again is answered from memory and costs it nothing. The
  same holds for two spellings of a network.
- Our searches propose allowed designs only. A design beyond the limit costs a peer no evaluation and has no figure: Optuna has it as a violated
  constraint, by how much, with the worst figure so far; Ax as an outcome constraint, with the MACs and no figure; SMAC3 as a crash and NePS
  as a result, both at the worst figure so far. After ten answers in a row without an evaluation a peer is given an allowed design
  at random, so that it spends all its evaluations.
- \`hybrid\` has no chance in it in spaces of at most 20,000 designs, nor has \`largest-first\`: they are one search there, and a test says how the
  seeds of the other lie beside it.
- NAS-Bench-Macro and Channel-Bench have test figures only, so selection sees them.
- \`node benchmarks/peers/run.ts --keep FILE --python PYTHON --python neps=PYTHON --registry FOLDER\` writes the page, and goes on where FILE ends.
  \`pip install optuna==5.0.0 optunahub cmaes smac==2.4.1 ax-platform==1.3.1 torch==2.13.0\`, and in an environment of its own
  \`pip install neural-pipeline-search==0.17.0 torch==2.13.0\`. FOLDER holds \`package/samplers/auto_sampler\` of OptunaHub's registry (ee68019).
- Machine: ${machine}.
- Date: ${new Date().toISOString().slice(0, 10)}.

${closing}${foot}`,
  );
}
