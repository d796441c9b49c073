// Uniform draws of designs within limits, even where they are rare. Costs are rounded down to a grid, the designs
// whose rounded costs may be within the limits are counted by dynamic programming, and one of them is drawn by
// those counts; a drawn design whose exact cost is outside is thrown back, which keeps the draw uniform.
import type { Random } from "../base/random.ts";
import { appendLayer, type BoundsLayer } from "./chain-bounds.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";
import type { Limits } from "./domain.ts";
import type { Choices } from "./space.ts";

/** Draws from a superset of the allowed designs, uniformly; `count` is how many there are, to floating precision. */
export interface DesignSampler {
  readonly count: number;
  draw(random: Random): Choices;
}

/** One limited quantity on the grid. Costs up to `cells - 1` cells are told apart; `low` is the least allowed sum. */
interface Axis {
  readonly quantity: "macCounts" | "paramCounts";
  readonly cellSize: number;
  readonly cells: number;
  readonly low: number;
}

const cellsOfOneAxis = 4096;
const cellsOfTwoAxes = 128;

export function createSampler(chain: DesignChain, limits: Limits): DesignSampler {
  const axes = axesOf(chain, limits);
  const [first, second] = axes;
  const rows = first?.cells ?? 1;
  const columns = second?.cells ?? 1;
  const size = rows * columns;
  const cellsOf = (axis: Axis | undefined, costs: Float64Array) =>
    Int32Array.from(costs, (cost) => (axis === undefined ? 0 : Math.floor(cost / axis.cellSize)));
  // By block and state: the cells that each combination takes, on both axes.
  const steps = chain.blocks.map(({ items }) =>
    items.map((item) => ({
      nextStates: item.nextStates,
      row: cellsOf(first, item[first?.quantity ?? "macCounts"]),
      column: cellsOf(second, item[second?.quantity ?? "paramCounts"]),
    })),
  );
  // counts[block][state][row × columns + column]: completions of a design that has taken so many cells already.
  const last = new Float64Array(size);
  for (let row = first?.low ?? 0; row < rows; row += 1) {
    last.fill(1, row * columns + (second?.low ?? 0), (row + 1) * columns);
  }
  const counts: (readonly Float64Array[])[] = [[last]];
  for (let index = chain.blocks.length - 1; index >= 0; index -= 1) {
    const after = counts[0] as readonly Float64Array[];
    counts.unshift(
      (steps[index] ?? []).map(({ nextStates, row, column }) => {
        const total = new Float64Array(size);
        for (let combination = 0; combination < nextStates.length; combination += 1) {
          const rest = after[nextStates[combination]!]!;
          const [down, right] = [row[combination]!, column[combination]!];
          for (let to = 0; to + down < rows; to += 1) {
            const target = to * columns;
            const from = (to + down) * columns + right;
            for (let cell = 0; cell < columns - right; cell += 1) total[target + cell]! += rest[from + cell]!;
          }
        }
        return total;
      }),
    );
  }
  return {
    count: counts[0]?.[0]?.[0] ?? 0,
    draw(random) {
      let [state, row, column] = [0, 0, 0];
      const path = steps.map((states, index) => {
        const step = states[state]!;
        const after = counts[index + 1]!;
        const waysOf = (combination: number) => {
          const [down, right] = [row + step.row[combination]!, column + step.column[combination]!];
          return down < rows && right < columns
            ? after[step.nextStates[combination]!]![down * columns + right]!
            : 0;
        };
        let left = random.next() * counts[index]![state]![row * columns + column]!;
        let chosen = -1;
        for (let combination = 0; combination < step.nextStates.length; combination += 1) {
          const ways = waysOf(combination);
          if (ways === 0) continue;
          chosen = combination;
          left -= ways;
          if (left < 0) break;
        }
        row += step.row[chosen]!;
        column += step.column[chosen]!;
        state = step.nextStates[chosen]!;
        return chosen;
      });
      return choicesOf(chain, path);
    },
  };
}

/** An axis for each quantity whose limits cut anything off. */
function axesOf(chain: DesignChain, limits: Limits): readonly Axis[] {
  const layers: BoundsLayer[] = [];
  appendLayer(layers, chain, undefined, 0);
  const whole = layers[0] as BoundsLayer;
  const asked = [
    {
      quantity: "macCounts",
      min: limits.minMacCount,
      max: limits.maxMacCount,
      base: chain.base.macCount,
      least: whole.minMac[0]![0]!,
      most: whole.maxMac[0]![0]!,
    },
    {
      quantity: "paramCounts",
      min: limits.minParamCount,
      max: limits.maxParamCount,
      base: chain.base.paramCount,
      least: whole.minParam[0]![0]!,
      most: whole.maxParam[0]![0]!,
    },
  ] as const;
  const cutting = asked.filter(
    ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, base, least, most }) =>
      base + least < min || base + most > max,
  );
  const cells = cutting.length === 1 ? cellsOfOneAxis : cellsOfTwoAxes;
  return cutting.map(({ quantity, min, max, base, most }) => {
    const high = Math.max(0, Math.min(most, (max ?? Number.POSITIVE_INFINITY) - base));
    const cellSize = Math.max(1, Math.ceil((high + 1) / cells));
    // Rounding down loses less than a cell a block, so an allowed sum of cells may be that much lower.
    const low = Math.ceil(((min ?? 0) - base) / cellSize) - chain.blocks.length;
    return { quantity, cellSize, cells: Math.floor(high / cellSize) + 1, low: Math.max(0, low) };
  });
}
