// Which grid each value has: what a maximum, a slice or a concatenation gives lies on the grid of what it reads, so that
// nothing is rounded again; values that are so tied share a grid over the ranges of them all.
import type { ValueRange } from "../graph/export/quantise.ts";
import type { DeviceNetwork, DeviceOperation } from "./device-network.ts";
import { type Grid, gridOver, highest, lowest } from "./fixed-point.ts";

interface Facts {
  /** The grid that a value must have. */
  fixed(place: number): Grid | undefined;
  /** The measured range of a value. */
  range(place: number): ValueRange;
  /** Whether an operation's result lies on the grid of what it reads. */
  keepsGrid(op: DeviceOperation): boolean;
}

/** The grid of each value. Where a concatenation reads a value of a fixed grid, its inputs have different ones. */
export function gridsOf({ values, steps }: DeviceNetwork, facts: Facts): readonly Grid[] {
  const parents = values.map((_, place) => place);
  const rootOf = (place: number): number => {
    let root = place;
    while (parents[root] !== root) root = parents[root] as number;
    return root;
  };
  const fixed = new Map<number, Grid>();
  const ranges = new Map<number, ValueRange>();
  const own = (place: number) => {
    const grid = facts.fixed(place);
    if (grid !== undefined) fixed.set(place, grid);
    else ranges.set(place, facts.range(place));
  };
  own(0);
  for (const { inputs, output, op } of steps) {
    if (op.kind === "zeros") ranges.set(output, [0, 0]);
    else if (!facts.keepsGrid(op)) own(output);
    else if (op.kind !== "concat") parents[output] = rootOf(inputs[0] as number);
    else {
      for (const input of inputs) {
        const root = rootOf(input);
        if (root === output) continue;
        const grid = fixed.get(root);
        ranges.set(output, union(ranges.get(output), grid ? rangeOf(grid) : ranges.get(root)));
        if (grid === undefined) parents[root] = output;
      }
    }
  }
  return values.map((_, place) => {
    const root = rootOf(place);
    const grid = fixed.get(root);
    if (grid !== undefined) return grid;
    const [min, max] = ranges.get(root) as ValueRange;
    return gridOver(min, max);
  });
}

/** What a grid reaches. */
const rangeOf = ({ scale, zeroPoint }: Grid): ValueRange => [
  scale * (lowest - zeroPoint),
  scale * (highest - zeroPoint),
];

function union(a: ValueRange = [0, 0], b: ValueRange = [0, 0]): ValueRange {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
