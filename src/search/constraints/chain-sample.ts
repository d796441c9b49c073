// Uniform draws of designs within limits, even where they are rare: the designs that a grid lets through are
// counted, and one is drawn by those counts. The caller discards what is outside the exact limits, which
// keeps the draw uniform.
import type { Random } from "../../base/random.ts";
import type { Choices } from "../space.ts";
import { countCompletions, gridOf } from "./chain-grid.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";
import type { Limits } from "./domain.ts";

export interface DesignSampler {
  /** How many designs there are to draw from, to floating precision: all allowed ones and some just outside. */
  readonly count: number;
  draw(random: Random): Choices;
}

export function createSampler(chain: DesignChain, limits: Limits): DesignSampler {
  const grid = gridOf(chain, limits);
  const { rowCount, columnCount } = grid;
  const counts = countCompletions(grid);
  return {
    count: counts[0]![0]![0]!,
    draw(random) {
      let [state, row, column] = [0, 0, 0];
      const path = grid.steps.map((states, block) => {
        const { nextStates, rows, columns } = states[state]!;
        let left = random.next() * counts[block]![state]![row * columnCount + column]!;
        let chosen = -1;
        for (let combination = 0; combination < nextStates.length && left >= 0; combination += 1) {
          const [down, right] = [row + rows[combination]!, column + columns[combination]!];
          if (down >= rowCount || right >= columnCount) continue;
          const ways = counts[block + 1]![nextStates[combination]!]![down * columnCount + right]!;
          if (ways === 0) continue;
          chosen = combination;
          left -= ways;
        }
        row += rows[chosen]!;
        column += columns[chosen]!;
        state = nextStates[chosen]!;
        return chosen;
      });
      return choicesOf(chain, path);
    },
  };
}
