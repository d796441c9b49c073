// Dynamic programming over a design chain on a grid: the limited costs, rounded down to cells, are followed
// through the chain, so that tables of moderate size say for every place how many allowed completions there are,
// or how good the best is. Rounding makes every allowed design count, and a few that are just outside.

import type { Limits } from "../space.ts";
import { extentOf } from "./chain-bounds.ts";
import type { DesignChain } from "./design-chain.ts";

/** What each combination of a block does, for one state: where it leads and which cells it takes. */
interface GridStep {
  readonly nextStates: Int32Array;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

export interface ChainGrid {
  readonly rowCount: number;
  readonly columnCount: number;
  /** The least row and column in which an allowed design may end. */
  readonly lowRow: number;
  readonly lowColumn: number;
  /** By block and state. */
  readonly steps: readonly (readonly GridStep[])[];
}

/** By block and state: a value per cell taken so far (`row × columnCount + column`). */
export type GridTable = readonly (readonly Float64Array[])[];

interface Axis {
  readonly quantity: "macCounts" | "paramCounts";
  readonly cellSize: number;
  readonly cellCount: number;
  readonly low: number;
}

const cellsOfOneAxis = 4096;
const cellsOfTwoAxes = 128;

/** The grid of a chain under limits, with an axis for each quantity from which the limits cut anything off. */
export function gridOf(chain: DesignChain, limits: Limits): ChainGrid {
  const [first, second] = axesOf(chain, limits);
  const cells = (axis: Axis | undefined, item: { macCounts: Float64Array; paramCounts: Float64Array }) =>
    Int32Array.from(item.macCounts, (_, index) =>
      axis === undefined ? 0 : Math.floor(item[axis.quantity][index]! / axis.cellSize),
    );
  return {
    rowCount: first?.cellCount ?? 1,
    columnCount: second?.cellCount ?? 1,
    lowRow: first?.low ?? 0,
    lowColumn: second?.low ?? 0,
    steps: chain.blocks.map(({ items }) =>
      items.map((item) => ({
        nextStates: item.nextStates,
        rows: cells(first, item),
        columns: cells(second, item),
      })),
    ),
  };
}

function axesOf(chain: DesignChain, limits: Limits): readonly Axis[] {
  const whole = extentOf(chain);
  const { macCount, paramCount } = chain.base;
  const asked = [
    {
      quantity: "macCounts",
      least: whole.minMacCount - macCount,
      most: whole.maxMacCount - macCount,
      min: (limits.minMacCount ?? Number.NEGATIVE_INFINITY) - macCount,
      max: (limits.maxMacCount ?? Number.POSITIVE_INFINITY) - macCount,
    },
    {
      quantity: "paramCounts",
      least: whole.minParamCount - paramCount,
      most: whole.maxParamCount - paramCount,
      min: (limits.minParamCount ?? Number.NEGATIVE_INFINITY) - paramCount,
      max: (limits.maxParamCount ?? Number.POSITIVE_INFINITY) - paramCount,
    },
  ] as const;
  const cutting = asked.filter(({ least, most, min, max }) => least < min || most > max);
  const cellCount = cutting.length === 1 ? cellsOfOneAxis : cellsOfTwoAxes;
  return cutting.map(({ quantity, least, most, min, max }) => {
    if (max < least || min > most) return { quantity, cellSize: 1 + most, cellCount: 1, low: 1 };
    const high = Math.max(0, Math.min(most, max));
    const cellSize = Math.max(1, Math.ceil((high + 1) / cellCount));
    // Rounding down loses less than a cell a block, so an allowed sum of cells may be that much lower.
    const low = Math.max(0, Math.ceil(Math.max(0, min) / cellSize) - chain.blocks.length);
    return { quantity, cellSize, cellCount: Math.floor(high / cellSize) + 1, low };
  });
}

/** How many completions each place has that end in allowed cells, to floating precision. */
export function countCompletions(grid: ChainGrid): GridTable {
  return fold(grid, { inside: 1, outside: 0 }, (total, rest) => total + rest);
}

/** The largest sum of `gains` (by block, state and combination) of completions that end in allowed cells, or −∞. */
export function bestCompletions(grid: ChainGrid, gains: GridTable): GridTable {
  const ends = { inside: 0, outside: Number.NEGATIVE_INFINITY };
  return fold(grid, ends, (total, rest, gain) => Math.max(total, rest + gain), gains);
}

function fold(
  grid: ChainGrid,
  { inside, outside }: { readonly inside: number; readonly outside: number },
  combine: (total: number, rest: number, gain: number) => number,
  gains?: GridTable,
): GridTable {
  const { rowCount, columnCount, lowRow, lowColumn, steps } = grid;
  const ends = new Float64Array(rowCount * columnCount).fill(outside);
  for (let row = lowRow; row < rowCount; row += 1) {
    ends.fill(inside, row * columnCount + lowColumn, (row + 1) * columnCount);
  }
  const tables: (readonly Float64Array[])[] = [[ends]];
  for (let block = steps.length - 1; block >= 0; block -= 1) {
    const after = tables[0] as readonly Float64Array[];
    tables.unshift(
      steps[block]!.map(({ nextStates, rows, columns }, state) => {
        const table = new Float64Array(rowCount * columnCount).fill(outside);
        for (let combination = 0; combination < nextStates.length; combination += 1) {
          const rest = after[nextStates[combination]!]!;
          const gain = gains?.[block]?.[state]?.[combination] ?? 0;
          const [down, right] = [rows[combination]!, columns[combination]!];
          for (let row = 0; row + down < rowCount; row += 1) {
            const target = row * columnCount;
            const from = (row + down) * columnCount + right;
            for (let cell = 0; cell < columnCount - right; cell += 1) {
              table[target + cell] = combine(table[target + cell]!, rest[from + cell]!, gain);
            }
          }
        }
        return table;
      }),
    );
  }
  return tables;
}
