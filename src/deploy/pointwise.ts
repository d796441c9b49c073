// Functions of a single 8-bit number – activations, a change of grid, a constant factor – as tables of 256 results. A table
// holds what TFLite's operators give: where TFLite has no operator for a function, the `stages` say with which of its
// operators the file computes it, and the table is their composition. So the table, the file and the C text agree.
import {
  type Clamp,
  clamped,
  clampOf,
  productArithmetic,
  productOf,
  type Rectifier,
  sumArithmetic,
  sumOf,
} from "./elementwise.ts";
import { clampTo8, fixedPoint, type Grid, lowest, roundHalfAway, timesFixedPoint } from "./fixed-point.ts";
import { gelu } from "./gelu.ts";
import { hardSwish } from "./hard-swish.ts";

export type PointwiseFunction =
  | { readonly kind: "relu" | "relu6" | "hard-swish" | "hard-sigmoid" | "sigmoid" | "silu" | "gelu" }
  /** The same real number on another grid. */
  | { readonly kind: "rescale" }
  | { readonly kind: "scale"; readonly factor: number };

/** A constant that one operator of TFLite reads: `value`, which is `number` on its grid. */
export interface GridConstant {
  readonly value: number;
  readonly number: number;
  readonly grid: Grid;
}

/** One operator of TFLite; it reads the stage before it, and some read more. */
export type Stage = { readonly grid: Grid } & (
  | { readonly operator: "quantize" | "logistic" | "hard-swish" | "gelu" | Rectifier }
  | { readonly operator: "add"; readonly constant: GridConstant; readonly rectifier?: Rectifier }
  | { readonly operator: "multiply"; readonly by: GridConstant | "input" }
);

/** TFLite's LOGISTIC gives this grid and no other. */
export const sigmoidGrid: Grid = { scale: 1 / 256, zeroPoint: -128 };
/** Of numbers from 0 to 1. */
const unitGrid: Grid = { scale: Math.fround(1 / 255), zeroPoint: -128 };

/** The grid that a function's results must have; undefined where it is free. */
export function fixedGridOf({ kind }: PointwiseFunction): Grid | undefined {
  if (kind === "sigmoid") return sigmoidGrid;
  return kind === "hard-sigmoid" ? unitGrid : undefined;
}

/** How TFLite computes the function: one stage for most. */
export function stagesOf(what: PointwiseFunction, output: Grid): readonly Stage[] {
  switch (what.kind) {
    case "rescale":
      return [{ operator: "quantize", grid: output }];
    case "sigmoid":
      return [{ operator: "logistic", grid: sigmoidGrid }];
    case "silu":
      return [
        { operator: "logistic", grid: sigmoidGrid },
        { operator: "multiply", by: "input", grid: output },
      ];
    case "hard-sigmoid":
      return [
        {
          operator: "add",
          constant: constantOf(3),
          rectifier: "relu6",
          grid: { scale: Math.fround(6 / 255), zeroPoint: -128 },
        },
        { operator: "multiply", by: constantOf(1 / 6), grid: unitGrid },
      ];
    case "scale":
      return [{ operator: "multiply", by: constantOf(what.factor), grid: output }];
    default:
      return [{ operator: what.kind, grid: output }];
  }
}

function constantOf(value: number): GridConstant {
  const scale = Math.fround(Math.abs(value) / 127) || 1;
  return { value, number: roundHalfAway(value / scale), grid: { scale, zeroPoint: 0 } };
}

/** The result of each number from −128 to 127, in this order. */
export function tableOf(what: PointwiseFunction, input: Grid, output: Grid): Int8Array {
  const stages = stagesOf(what, output);
  return Int8Array.from({ length: 256 }, (_, index) => {
    const first = index + lowest;
    let [number, grid] = [first, input];
    for (const stage of stages) {
      number = runStage(stage, { number, grid, first, input });
      grid = stage.grid;
    }
    return number;
  });
}

function runStage(
  stage: Stage,
  { number, grid, first, input }: { number: number; grid: Grid; first: number; input: Grid },
): number {
  switch (stage.operator) {
    case "quantize":
      return requantised(number, grid, stage.grid, [-128, 127]);
    case "relu":
    case "relu6":
      return requantised(number, grid, stage.grid, clampOf(stage.grid, stage.operator));
    case "logistic":
      return looked(number, grid, stage.grid, (x) => 1 / (1 + Math.exp(-x)));
    case "gelu":
      return looked(number, grid, stage.grid, gelu);
    case "hard-swish":
      return hardSwish(number, grid, stage.grid);
    case "add": {
      const { constant, rectifier } = stage;
      return sumOf(number, constant.number, sumArithmetic([grid, constant.grid], stage.grid, rectifier));
    }
    case "multiply": {
      const by = stage.by === "input" ? { number: first, grid: input } : stage.by;
      // A product with the input is written with the input first.
      return stage.by === "input"
        ? productOf(by.number, number, productArithmetic([by.grid, grid], stage.grid))
        : productOf(number, by.number, productArithmetic([grid, by.grid], stage.grid));
    }
    default:
      return stage satisfies never;
  }
}

/** TFLite's QUANTIZE of an 8-bit number, and its RELU. */
function requantised(number: number, from: Grid, to: Grid, clamp: Clamp): number {
  const factor = fixedPoint(from.scale / to.scale);
  return clamped(timesFixedPoint(number - from.zeroPoint, factor) + to.zeroPoint, clamp);
}

/** TFLite's own table of a real function, in floats of 32 bits. */
function looked(number: number, from: Grid, to: Grid, what: (value: number) => number): number {
  const real = Math.fround(from.scale * (number - from.zeroPoint));
  const inverse = Math.fround(1 / to.scale);
  const steps = roundHalfAway(Math.fround(Math.fround(what(real)) * inverse));
  return clampTo8(steps + to.zeroPoint);
}
