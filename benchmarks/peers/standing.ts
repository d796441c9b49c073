// What the kept searches say: ranks after each number of evaluations, and how `hybrid` stands beside another search.
import { mean, median } from "../../src/math/statistics.ts";
import { signedRankTest } from "../../src/report/paired-tests.ts";
import { isOneSearch, type KeptRuns, type Start, startOf, steps } from "./runs.ts";

export interface TableOf {
  readonly name: string;
  readonly designs: number;
}

export interface Setting {
  readonly limited: boolean;
  readonly start: Start;
}

/** Ranks of one search on one table: by seed, then by step. One search without chance has one row, whatever the seed. */
export interface Standing {
  readonly isOne: boolean;
  /** A search that ended before a step has no rank there. */
  readonly bySeed: ReadonlyMap<number, readonly number[]>;
}

export interface Places {
  readonly runs: KeptRuns;
  readonly ranks: (table: string, limited: boolean) => Promise<Uint32Array>;
}

const maxSeeds = 100;

export async function standingOf(
  { runs, ranks }: Places,
  search: string,
  { table, limited, start }: Setting & { readonly table: TableOf },
): Promise<Standing> {
  const isOne = isOneSearch(search, table.designs);
  const bySeed = new Map<number, readonly number[]>();
  for (let seed = 1; seed <= (isOne ? 1 : maxSeeds); seed += 1) {
    const run = runs.find({ search, table: table.name, limited, start: startOf(search, start), seed });
    if (run === undefined) continue;
    const rankOf = await ranks(table.name, limited);
    const places = run.picks.map((pick) => rankOf[pick] as number);
    const reached = steps.filter((step) => step <= places.length);
    bySeed.set(
      seed,
      reached.map((step) => Math.min(...places.slice(0, step))),
    );
  }
  return { isOne, bySeed };
}

export function medianRank({ bySeed }: Standing, step: number): number | undefined {
  const place = steps.indexOf(step);
  const ranks = [...bySeed.values()].flatMap((row) => row[place] ?? []);
  return ranks.length === 0 ? undefined : median(ranks);
}

/** Below this number of pairs no difference can be significant at the 5 % level. */
const minPairs = 6;

export type Sign = "win" | "tie" | "loss";

export interface Duel {
  readonly sign: Sign;
  /** Whether seeds were too few for a test, so that only the medians were compared. */
  readonly isUntested: boolean;
}

/** `hybrid` beside another search on a table: Wilcoxon's signed ranks over the logarithms of the ranks of equal seeds. */
export function duel(hybrid: Standing, other: Standing, step: number): Duel | undefined {
  const place = steps.indexOf(step);
  const seeds = new Set([...hybrid.bySeed.keys(), ...other.bySeed.keys()]);
  const rowOf = ({ isOne, bySeed }: Standing, seed: number) => bySeed.get(isOne ? 1 : seed)?.[place];
  const pairs = [...seeds].flatMap((seed) => {
    const [own, theirs] = [rowOf(hybrid, seed), rowOf(other, seed)];
    return own === undefined || theirs === undefined ? [] : [[Math.log2(own), Math.log2(theirs)] as const];
  });
  if (pairs.length === 0) return undefined;
  const gap = mean(pairs.map(([own, theirs]) => theirs - own));
  const sign = gap > 0 ? "win" : gap < 0 ? "loss" : "tie";
  if (hybrid.isOne && other.isOne) return { sign, isUntested: false };
  if (pairs.length < minPairs) return { sign, isUntested: true };
  const { pValue } = signedRankTest(
    pairs.map(([own]) => own),
    pairs.map(([, theirs]) => theirs),
  );
  return { sign: pValue < 0.05 ? sign : "tie", isUntested: false };
}

/** The same over tables: is `hybrid` better (+), worse (−), or neither, by the median ranks of all tables? */
export function overTables(
  pairs: readonly { readonly hybrid: number; readonly other: number }[],
): "+" | "−" | "" {
  const own = pairs.map(({ hybrid }) => Math.log2(hybrid));
  const theirs = pairs.map(({ other }) => Math.log2(other));
  if (pairs.length < minPairs || signedRankTest(own, theirs).pValue >= 0.05) return "";
  return mean(own) < mean(theirs) ? "+" : "−";
}

export const geometricMean = (values: readonly number[]): number => 2 ** mean(values.map(Math.log2));
