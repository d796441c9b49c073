// How likely the training of a design is to succeed, from those that did and those that failed: a Gaussian process
// classifier over the decisions, linear in the exact costs, since what runs out of memory or time is large. Failures
// have a model of their own, so that they say nothing of accuracies, which it does not know.
import { factorOf } from "../../math/cholesky.ts";
import { normalCdf, normalPdf } from "../../math/normal.ts";
import type { Domain } from "../constraints/domain.ts";
import { isDesignOf } from "../proposed-network.ts";
import type { Choices } from "../space.ts";
import { isScored, type Trial } from "../trial.ts";
import { decisionShapes, designPoints, middleDesign } from "./design-points.ts";
import { isFailure } from "./failure.ts";
import { fitDueAt } from "./fit-gaussian-process.ts";
import { createKernel, defaultHyperparameters, type PointShape, type Points } from "./gaussian-process.ts";
import { measuredViolation } from "./measured-limits.ts";

/** Believed before any training: most succeed. In units of a probit, with the variance of the unknown level. */
const level = { mean: 1, variance: 1 };
/** Nothing is believed of how success changes with the logarithms of both costs, but that it may. */
const slopeSd = { gentle: 0.5, steep: 2 };
/** How sharply designs may differ, as variances of the probit; the most probable is taken. */
const sharpness = [1, 4, 16, 64];
const maxSteps = 50;

export interface TrainingSuccess {
  observe(trial: Trial): void;
  /** How many trainings failed. */
  readonly failed: number;
  /** How likely each design is to be trained without failing, in [0, 1]; undefined while no training failed. */
  probabilities(designs: readonly Choices[]): Float64Array | undefined;
}

export interface TrainingSuccessOptions {
  /** Whether costs may decide almost alone, as where memory runs out: for a search that is drawn to the largest designs. */
  readonly isSteep?: boolean;
}

/** Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, section 3.4, at the mode (Laplace's method). */
export function createTrainingSuccess(
  domain: Domain,
  { isSteep = false }: TrainingSuccessOptions = {},
): TrainingSuccess {
  const sd = isSteep ? slopeSd.steep : slopeSd.gentle;
  const shape: PointShape = {
    decisions: decisionShapes(domain),
    weights: [
      { mean: 0, sd },
      { mean: 0, sd },
    ],
    levelVariance: level.variance,
  };
  const kernel = createKernel(shape, defaultHyperparameters(shape));
  const tried: Choices[] = [];
  /** 1 for a success, −1 for a failure. */
  const signs: number[] = [];
  let failed = 0;
  let variance = sharpness[0] as number;
  let fittedAt = 0;
  let listed:
    | { readonly designs: readonly Choices[]; readonly points: Points; readonly columns: Float64Array[] }
    | undefined;

  let centre: Choices | undefined;
  // Seen from the middle, a failure of the largest speaks for smaller designs; seen from itself it says nothing of them.
  const encode = (designs: readonly Choices[]) => {
    centre ??= (isSteep ? middleDesign(domain) : undefined) ?? (tried[0] as Choices);
    return designPoints(domain, centre, designs);
  };
  /** Covariances of each tried design with every one of `designs`, kept from one call to the next. */
  const columnsOf = (designs: readonly Choices[], points: Points): readonly Float64Array[] => {
    if (listed?.designs !== designs) listed = { designs, points: encode(designs), columns: [] };
    const { columns } = listed;
    for (let row = columns.length; row < points.count; row += 1) {
      const column = new Float64Array(designs.length);
      kernel.column(points, row, listed.points, column);
      columns.push(column);
    }
    return columns;
  };

  return {
    observe(trial) {
      if (!isDesignOf(domain.space, trial.proposal)) return;
      const { choices } = trial.proposal;
      const success = isScored(trial);
      if (!success && (measuredViolation(trial) !== undefined || !isFailure(trial))) return;
      tried.push(choices);
      signs.push(success ? 1 : -1);
      if (!success) failed += 1;
    },
    get failed() {
      return failed;
    },
    probabilities(designs) {
      if (failed === 0) return undefined;
      const points = encode(tried);
      const covariances = tried.map((_, row) => {
        const column = new Float64Array(points.count);
        kernel.column(points, row, points, column);
        return column;
      });
      // Like all fits, it depends on the trials before a due number only, so that a resumed search fits the same.
      const due = fitDueAt(tried.length);
      if (due !== fittedAt) {
        fittedAt = due;
        const known = covariances.slice(0, due).map((row) => row.subarray(0, due));
        const outcomes = signs.slice(0, due);
        const evidences = sharpness.map((each) => modeOf(known, outcomes, each).evidence);
        variance = sharpness[evidences.indexOf(Math.max(...evidences))] as number;
      }
      const { slopes } = modeOf(covariances, signs, variance);
      const columns = columnsOf(designs, points);
      const result = new Float64Array(designs.length);
      columns.forEach((column, row) => {
        const weight = variance * (slopes[row] as number);
        for (let place = 0; place < result.length; place += 1)
          result[place] = (result[place] as number) + weight * (column[place] as number);
      });
      return result.map((value) => wary(normalCdf(level.mean + value)));
    },
  };
}

/** Below even odds it counts for less than it is: what a strong belief expects of a design that fails is very much. */
function wary(probability01: number): number {
  return probability01 < 0.5 ? probability01 * (2 * probability01) ** 2 : probability01;
}

/** The most probable latent values by Newton's steps: the likelihood's slopes there, and the logarithm of the evidence. */
function modeOf(covariances: readonly Float64Array[], signs: readonly number[], variance: number) {
  const count = signs.length;
  let latent = new Float64Array(count);
  let evidence = Number.NEGATIVE_INFINITY;
  let slopes = new Float64Array(count);
  for (let step = 0, change = 1; step < maxSteps && change > 1e-6; step += 1) {
    const curvature = new Float64Array(count);
    slopes = new Float64Array(count);
    let logLikelihood = 0;
    for (let i = 0; i < count; i += 1) {
      const z = (signs[i] as number) * (level.mean + (latent[i] as number));
      const probability = Math.max(normalCdf(z), 1e-300);
      const ratio = normalPdf(z) / probability;
      logLikelihood += Math.log(probability);
      slopes[i] = (signs[i] as number) * ratio;
      curvature[i] = ratio * (ratio + z);
    }
    const roots = curvature.map((value) => Math.sqrt(Math.max(value, 1e-12)));
    const factor = factorOf(
      covariances.map((row, i) =>
        row.map(
          (value, j) => variance * (roots[i] as number) * value * (roots[j] as number) + (i === j ? 1 : 0),
        ),
      ),
    );
    const right = latent.map((value, i) => (curvature[i] as number) * value + (slopes[i] as number));
    const projected = covariances.map((row, i) => {
      const product = row.reduce((sum, value, j) => sum + value * (right[j] as number), 0);
      return (roots[i] as number) * variance * product;
    });
    const solved = factor.solveTransposed(factor.solve(projected));
    const dual = right.map((value, i) => value - (roots[i] as number) * (solved[i] as number));
    const next = covariances.map((row) =>
      row.reduce((sum, value, j) => sum + variance * value * (dual[j] as number), 0),
    );
    const quadratic = dual.reduce((sum, value, i) => sum + value * (latent[i] as number), 0);
    const found = logLikelihood - 0.5 * quadratic - factor.logDeterminantHalf();
    latent = Float64Array.from(next);
    change = Math.abs(found - evidence);
    evidence = found;
  }
  return { slopes, evidence };
}
