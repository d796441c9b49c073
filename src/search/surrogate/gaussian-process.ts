// A Gaussian process over designs. Its covariance is a sum: what each decision adds by itself, what only all decisions
// together explain, and – where a strategy has them – a linear part in features of the network. It has a prior mean
// in those features, too. It knows nothing of trials, limits or networks: points are rows of numbers.
//
// The scale of the whole (how many points of accuracy one unit is) is not guessed but solved for, in closed form.
import { createFactor, type Factor } from "../../math/cholesky.ts";

/**
 * Points as rows: `choices` is [count, decisions], `features` is [count, featureCount]. A network from outside the space has in each
 * decision the number of its options, which is like none of them: only its features say anything of others.
 */
export interface Points {
  readonly count: number;
  readonly choices: Uint8Array;
  readonly features: Float64Array;
}

export interface PointShape {
  readonly decisions: readonly { readonly options: number; readonly ordinal: boolean }[];
  /** The prior mean and standard deviation of each feature's weight, in units of the process. */
  readonly weights: readonly { readonly mean: number; readonly sd: number }[];
  /** Of the unknown overall level; absent: so wide that the level is learned from the first observation. */
  readonly levelVariance?: number;
}

export interface Hyperparameters {
  /** How quickly the correlation of two options of a decision falls with their distance: exp(−rate · distance). */
  readonly rates: readonly number[];
  /** The variance explained by decisions one by one, in (0, 1); the rest is explained by all together. */
  readonly additive01: number;
  /** Variance of an observation's error, as a share of the decisions' variance. */
  readonly noise: number;
  /** Factor on the deviations of the features' weights: how far the observations may move them. */
  readonly freedom: number;
}

const wideLevel = 100;

export function defaultHyperparameters({ decisions }: PointShape): Hyperparameters {
  return { rates: decisions.map(() => 1), additive01: 0.7, noise: 0.01, freedom: 1 };
}

/** Covariances of rows of points under fixed hyperparameters. */
export interface Kernel {
  /** Writes the covariance of row `row` of `from` with every row of `points` to `out`. */
  column(from: Points, row: number, points: Points, out: Float64Array): void;
  /** The prior variance of each row of `points`, without the observation's error. */
  variances(points: Points): Float64Array;
}

export function createKernel(shape: PointShape, { rates, additive01, freedom }: Hyperparameters): Kernel {
  const { decisions, weights, levelVariance = wideLevel } = shape;
  const tables = decisions.map(({ options, ordinal }, index) =>
    optionTable(options, ordinal, rates[index] as number),
  );
  const each = additive01 / Math.max(1, decisions.length);
  const together = 1 - additive01;
  const featureVariances = Float64Array.from(weights, ({ sd }) => (freedom * sd) ** 2);
  const featureCount = weights.length;
  return {
    column(from, row, points, out) {
      const { count, choices, features } = points;
      const width = decisions.length;
      const rowsOf = tables.map((table, index) => {
        const size = decisions[index]!.options + 1;
        const start = (from.choices[row * width + index] as number) * size;
        return table.subarray(start, start + size);
      });
      const own = Float64Array.from(
        featureVariances,
        (variance, f) => variance * (from.features[row * featureCount + f] as number),
      );
      for (let point = 0; point < count; point += 1) {
        let sum = 0;
        let product = 1;
        for (let index = 0, at = point * width; index < width; index += 1, at += 1) {
          const similarity = (rowsOf[index] as Float64Array)[choices[at] as number] as number;
          sum += similarity;
          product *= similarity;
        }
        let covariance = levelVariance + each * sum + together * product;
        for (let f = 0, at = point * featureCount; f < featureCount; f += 1, at += 1)
          covariance += (own[f] as number) * (features[at] as number);
        out[point] = covariance;
      }
    },
    variances({ count, features }) {
      const result = new Float64Array(count).fill(levelVariance + 1);
      for (let point = 0; point < count; point += 1) {
        for (let f = 0; f < featureCount; f += 1) {
          const value = features[point * featureCount + f] as number;
          result[point] = (result[point] as number) + (featureVariances[f] as number) * value * value;
        }
      }
      return result;
    },
  };
}

/** Correlations of a decision's options and of none, [options + 1, options + 1]. Ordinal options are as far apart as their places. */
function optionTable(options: number, ordinal: boolean, rate: number): Float64Array {
  const table = new Float64Array((options + 1) ** 2);
  for (let a = 0; a < options; a += 1) {
    for (let b = 0; b < options; b += 1) {
      const distance = a === b ? 0 : ordinal ? Math.abs(a - b) / (options - 1) : 1;
      table[a * (options + 1) + b] = Math.exp(-rate * distance);
    }
  }
  return table;
}

/** The prior mean of each row, from its features. */
export function priorMeans({ weights }: PointShape, { count, features }: Points): Float64Array {
  const means = new Float64Array(count);
  for (let point = 0; point < count; point += 1) {
    for (let f = 0; f < weights.length; f += 1)
      means[point] =
        (means[point] as number) + weights[f]!.mean * (features[point * weights.length + f] as number);
  }
  return means;
}

/** The prior of the scale: this many observations of this size. */
const scalePrior = { observations: 1, unit: 1 };

/**
 * The inverse of the scale that makes the observations most likely, given the solved right-hand sides of the
 * observed values and of the prior means.
 */
export function inverseScale(values: Float64Array, means: Float64Array): number {
  let [a, b] = [scalePrior.observations * scalePrior.unit ** 2, 0];
  for (let i = 0; i < values.length; i += 1) {
    a += (values[i] as number) ** 2;
    b += (values[i] as number) * (means[i] as number);
  }
  return (b + Math.sqrt(b * b + 4 * a * (values.length + scalePrior.observations))) / (2 * a);
}

/** The logarithm of the likelihood of `values` (up to a constant), at the best scale. */
export function logLikelihood(
  shape: PointShape,
  hyperparameters: Hyperparameters,
  observed: { readonly points: Points; readonly values: Float64Array },
): number {
  const { points, values } = observed;
  const factor = covarianceFactor(createKernel(shape, hyperparameters), points, hyperparameters.noise);
  const solvedValues = factor.solve(values);
  const solvedMeans = factor.solve(priorMeans(shape, points));
  const inverse = inverseScale(solvedValues, solvedMeans);
  let squares = scalePrior.observations * (inverse * scalePrior.unit) ** 2;
  for (let i = 0; i < values.length; i += 1)
    squares += (inverse * (solvedValues[i] as number) - (solvedMeans[i] as number)) ** 2;
  const scaleTerm = (values.length + scalePrior.observations) * Math.log(inverse);
  return -0.5 * squares + scaleTerm - factor.logDeterminantHalf();
}

function covarianceFactor(kernel: Kernel, points: Points, noise: number): Factor {
  const factor = createFactor();
  const variances = kernel.variances(points);
  const column = new Float64Array(points.count);
  for (let row = 0; row < points.count; row += 1) {
    kernel.column(points, row, points, column);
    factor.grow(column, (variances[row] as number) + noise);
  }
  return factor;
}
