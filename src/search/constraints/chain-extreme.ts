// The allowed design with most or fewest MACs or parameters: depth first, led by the grid's bound on how good a
// completion can be, which knows of all limits at once. Exact when it ends within its effort; beyond that it gives
// the best found, which the bound keeps close.

import type { Choices } from "../space.ts";
import { bestCompletions, gridOf } from "./chain-grid.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";
import type { DesignCost, Limits } from "./domain.ts";

export interface Objective {
  readonly by: "macCount" | "paramCount";
  readonly direction: "largest" | "smallest";
}

/** Branches to enter before settling for the best found. */
const effort = 3_000;

interface Place extends DesignCost {
  readonly block: number;
  readonly state: number;
  readonly row: number;
  readonly column: number;
  readonly gained: number;
}

/** Undefined when no allowed design was found, which within the effort means that there is none. */
export function extremeWithin(
  chain: DesignChain,
  objective: Objective,
  isAllowed: { readonly limits: Limits; test(cost: DesignCost): boolean },
): Choices | undefined {
  const grid = gridOf(chain, isAllowed.limits);
  const sign = objective.direction === "largest" ? 1 : -1;
  const quantity = objective.by === "macCount" ? "macCounts" : "paramCounts";
  const gains = chain.blocks.map(({ items }) =>
    items.map((item) => item[quantity].map((cost) => sign * cost)),
  );
  const bounds = bestCompletions(grid, gains);
  const path = new Int32Array(chain.blocks.length);
  let bestGain = Number.NEGATIVE_INFINITY;
  let best: Int32Array | undefined;
  let entered = 0;
  const enter = (place: Place): void => {
    const block = chain.blocks[place.block];
    if (block === undefined) {
      if (!isAllowed.test(place)) return;
      bestGain = place.gained;
      best = path.slice();
      return;
    }
    entered += 1;
    if (entered > effort) return;
    const { nextStates, rows, columns } = grid.steps[place.block]![place.state]!;
    const { macCounts, paramCounts } = block.items[place.state]!;
    const open: { readonly combination: number; readonly bound: number; readonly next: Place }[] = [];
    for (let combination = 0; combination < block.combinationCount; combination += 1) {
      const [row, column] = [place.row + rows[combination]!, place.column + columns[combination]!];
      if (row >= grid.rowCount || column >= grid.columnCount) continue;
      const state = nextStates[combination]!;
      const gained = place.gained + gains[place.block]![place.state]![combination]!;
      const bound = gained + bounds[place.block + 1]![state]![row * grid.columnCount + column]!;
      if (!(bound > bestGain)) continue;
      const macCount = place.macCount + macCounts[combination]!;
      const paramCount = place.paramCount + paramCounts[combination]!;
      open.push({
        combination,
        bound,
        next: { block: place.block + 1, state, row, column, gained, macCount, paramCount },
      });
    }
    open.sort((a, b) => b.bound - a.bound || a.combination - b.combination);
    for (const { combination, bound, next } of open) {
      if (bound <= bestGain) return;
      path[place.block] = combination;
      enter(next);
    }
  };
  enter({ block: 0, state: 0, row: 0, column: 0, gained: 0, ...chain.base });
  return best && choicesOf(chain, best);
}
