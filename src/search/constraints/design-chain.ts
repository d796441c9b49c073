// A cost model laid out as a chain: blocks of decisions, one after another, in which what a block costs depends on
// the blocks before it only through a small state. Exact searches and counts over all designs walk this chain.

import type { Choices } from "../space.ts";
import type { CostModel, CostTerm } from "./cost-model.ts";

/** All ways to settle a block's decisions, for one state: parallel arrays, indexed by the block's combination; costs ≥ 0. */
interface BlockItems {
  readonly nextStates: Int32Array;
  readonly paramCounts: Float64Array;
  readonly macCounts: Float64Array;
}

interface ChainBlock {
  /** The decisions `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly combinationCount: number;
  /** The options of each combination, `end - start` numbers apiece. */
  readonly options: Uint16Array;
  /** By state. */
  readonly items: readonly BlockItems[];
}

export interface DesignChain {
  readonly blocks: readonly ChainBlock[];
  /** What every design costs besides. */
  readonly base: { readonly paramCount: number; readonly macCount: number };
}

const maxWork = 3_000_000;

/**
 * The chain of least total work; `blockCost` is the work that a block is worth on its own, so that a higher one
 * gives fewer, larger blocks. Undefined when the scopes are too entangled for any useful chain.
 */
export function chainOf(model: CostModel, blockCost: number): DesignChain | undefined {
  const { optionCounts, terms } = model;
  const frontiers = frontiersOf(terms, optionCounts.length);
  const stateCounts = frontiers.map((frontier) => product(frontier, optionCounts));
  const cuts = cheapestCuts(stateCounts, optionCounts, blockCost);
  if (cuts === undefined) return undefined;
  const constant = terms.find(({ scope }) => scope.length === 0);
  const base = { paramCount: constant?.paramCounts[0] ?? 0, macCount: constant?.macCounts[0] ?? 0 };
  const blocks = cuts.slice(1).map((end, index) => {
    const start = cuts[index] as number;
    const own = terms.filter(
      ({ scope }) => scope.length > 0 && Math.max(...scope) >= start && Math.max(...scope) < end,
    );
    const before = frontiers[start] as readonly number[];
    return blockOf({
      start,
      end,
      before,
      after: frontiers[end] as readonly number[],
      terms: own,
      optionCounts,
    });
  });
  for (const { items } of blocks) {
    base.paramCount += lift(items.map(({ paramCounts }) => paramCounts));
    base.macCount += lift(items.map(({ macCounts }) => macCounts));
  }
  return { blocks, base };
}

/** Makes a block's costs start at zero – a first option need not be the cheapest – and returns what it took off. */
function lift(costs: readonly Float64Array[]): number {
  const least = costs.reduce(
    (most, of) => of.reduce((a, b) => Math.min(a, b), most),
    Number.POSITIVE_INFINITY,
  );
  for (const of of costs) for (let index = 0; index < of.length; index += 1) of[index]! -= least;
  return least;
}

/** The choices of a design from its combination in each block. */
export function choicesOf(chain: DesignChain, combinations: ArrayLike<number>): Choices {
  return chain.blocks.flatMap(({ start, end, options }, index) => {
    const width = end - start;
    const from = (combinations[index] as number) * width;
    return Array.from(options.subarray(from, from + width));
  });
}

/** Per cut: the decisions before it that meet one behind it in some term. */
function frontiersOf(terms: readonly CostTerm[], decisionCount: number): readonly (readonly number[])[] {
  return Array.from({ length: decisionCount + 1 }, (_, cut) => {
    const crossing = terms.filter(({ scope }) => scope.some((index) => index >= cut));
    const before = new Set(crossing.flatMap(({ scope }) => scope.filter((index) => index < cut)));
    return [...before].sort((a, b) => a - b);
  });
}

function product(indices: readonly number[], optionCounts: readonly number[]): number {
  return indices.reduce((count, index) => count * (optionCounts[index] as number), 1);
}

/** The shortest path over the cuts, where a block's length is its states times its combinations. */
function cheapestCuts(
  stateCounts: readonly number[],
  optionCounts: readonly number[],
  blockCost: number,
): readonly number[] | undefined {
  const last = optionCounts.length;
  const work = [0, ...optionCounts.map(() => Number.POSITIVE_INFINITY)];
  const from = optionCounts.map(() => 0);
  for (let start = 0; start < last; start += 1) {
    let combinations = 1;
    for (let end = start + 1; end <= last; end += 1) {
      combinations *= optionCounts[end - 1] as number;
      const total = (work[start] as number) + (stateCounts[start] as number) * combinations + blockCost;
      if (total < (work[end] as number)) {
        work[end] = total;
        from[end - 1] = start;
      }
    }
  }
  if ((work[last] as number) > maxWork) return undefined;
  const cuts = [last];
  while ((cuts[0] as number) > 0) cuts.unshift(from[(cuts[0] as number) - 1] as number);
  return cuts;
}

interface BlockSetting {
  readonly start: number;
  readonly end: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly terms: readonly CostTerm[];
  readonly optionCounts: readonly number[];
}

function blockOf({ start, end, before, after, terms, optionCounts }: BlockSetting): ChainBlock {
  const decisions = Array.from({ length: end - start }, (_, index) => start + index);
  const combinationCount = product(decisions, optionCounts);
  const options = new Uint16Array(combinationCount * decisions.length);
  const choices = optionCounts.map(() => 0);
  const items = Array.from({ length: product(before, optionCounts) }, (_, state): BlockItems => {
    settle(choices, before, state, optionCounts);
    const item = {
      nextStates: new Int32Array(combinationCount),
      paramCounts: new Float64Array(combinationCount),
      macCounts: new Float64Array(combinationCount),
    };
    for (let combination = 0; combination < combinationCount; combination += 1) {
      settle(choices, decisions, combination, optionCounts);
      if (state === 0) options.set(choices.slice(start, end), combination * decisions.length);
      item.nextStates[combination] = entryOf(choices, after, optionCounts);
      for (const { scope, paramCounts, macCounts } of terms) {
        const entry = entryOf(choices, scope, optionCounts);
        item.paramCounts[combination]! += paramCounts[entry] as number;
        item.macCounts[combination]! += macCounts[entry] as number;
      }
    }
    return item;
  });
  return { start, end, combinationCount, options, items };
}

/** Writes the options that `entry` stands for at `indices` into `choices`. */
function settle(
  choices: number[],
  indices: readonly number[],
  entry: number,
  optionCounts: readonly number[],
): void {
  let rest = entry;
  for (let i = indices.length - 1; i >= 0; i -= 1) {
    const index = indices[i] as number;
    const count = optionCounts[index] as number;
    choices[index] = rest % count;
    rest = Math.floor(rest / count);
  }
}

function entryOf(
  choices: readonly number[],
  indices: readonly number[],
  optionCounts: readonly number[],
): number {
  let entry = 0;
  for (const index of indices) entry = entry * (optionCounts[index] as number) + (choices[index] as number);
  return entry;
}
