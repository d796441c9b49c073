// What the features that leave a block say of it, apart from the rest of the network: how mixed the classes are among
// nearest neighbours, how well a line separates them, and how many directions they fill. Plain arithmetic on a matrix
// [images, features]; it must not know of networks.
import { factorOf } from "../../math/cholesky.ts";
import { eigenvaluesOf } from "../../math/eigenvalues.ts";
import { mean } from "../../math/statistics.ts";

export interface LocalMeasures {
  /** Mean entropy, in nats, of the classes among each image's nearest neighbours; 0 is pure. */
  readonly classEntropy: number;
  /** Accuracy of ridge regression on one half of the images, measured on the other, in [0, 1]. */
  readonly probeAccuracy01: number;
  /** exp of the entropy of the normalised singular values: 1 to the number of features. */
  readonly effectiveRank: number;
}

/** The measures, and what two of them are the means of: the same images in the same order for all designs. */
export interface LocalSample {
  readonly measures: LocalMeasures;
  /** Of each image, its neighbours' entropy. */
  readonly entropies: readonly number[];
  /** Of each image that tested the probe, 1 if it was right. */
  readonly probed: readonly number[];
}

export interface Features {
  /** [images, features], row-major. */
  readonly values: Float32Array;
  readonly labels: ArrayLike<number>;
  readonly classCount: number;
}

const neighbourCount = 10;

export function localSample(features: Features): LocalSample {
  const entropies = neighbourEntropies(features, neighbourCount);
  const probed = probe(features);
  return {
    measures: {
      classEntropy: mean(entropies),
      probeAccuracy01: mean(probed),
      effectiveRank: effectiveRank(features),
    },
    entropies,
    probed,
  };
}

const widthOf = ({ values, labels }: Features) => values.length / labels.length;

/** The mean over the images; by Euclidean distance, the image itself left out. */
export function classEntropy(features: Features, neighbours = neighbourCount): number {
  return mean(neighbourEntropies(features, neighbours));
}

function neighbourEntropies(features: Features, neighbours: number): readonly number[] {
  const { values, labels, classCount } = features;
  const width = widthOf(features);
  const count = labels.length;
  const most = Math.min(neighbours, count - 1);
  return Array.from({ length: count }, (_, image) => {
    // Nearest first; of equals the earlier.
    const nearest: { readonly other: number; readonly distance: number }[] = [];
    for (let other = 0; other < count; other += 1) {
      if (other === image) continue;
      let distance = 0;
      for (let at = 0; at < width; at += 1)
        distance += (values[image * width + at]! - values[other * width + at]!) ** 2;
      if (nearest.length === most && distance >= nearest[most - 1]!.distance) continue;
      const place = nearest.findIndex((kept) => distance < kept.distance);
      nearest.splice(place < 0 ? nearest.length : place, 0, { other, distance });
      if (nearest.length > most) nearest.pop();
    }
    const counts = new Array<number>(classCount).fill(0);
    for (const { other } of nearest) counts[labels[other]!]! += 1;
    return counts.reduce(
      (sum, number) => (number > 0 ? sum - (number / most) * Math.log(number / most) : sum),
      0,
    );
  });
}

/** Images of even place teach, those of odd place test; features are standardised, the penalty is 0.01 an image. */
export function probeAccuracy(features: Features): number {
  return mean(probe(features));
}

function probe(features: Features): readonly number[] {
  const { labels, classCount } = features;
  const { rows, width } = standardised(features);
  const size = width + 1;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const targets = Array.from({ length: classCount }, () => new Float64Array(size));
  const taught = rows.filter((_, image) => image % 2 === 0);
  for (const [index, row] of taught.entries()) {
    for (let a = 0; a < size; a += 1) {
      const value = row[a]!;
      targets[labels[2 * index]!]![a]! += value;
      const line = gram[a]!;
      for (let b = 0; b <= a; b += 1) line[b]! += value * row[b]!;
    }
  }
  for (let a = 0; a < size; a += 1) {
    gram[a]![a]! += 0.01 * taught.length;
  }
  const factor = factorOf(gram);
  const solutions = targets.map((target) => factor.solveTransposed(factor.solve(target)));
  const right: number[] = [];
  for (let image = 1; image < rows.length; image += 2) {
    const scores = solutions.map((solution) =>
      rows[image]!.reduce((sum, value, at) => sum + value * solution[at]!, 0),
    );
    right.push(Number(scores.indexOf(Math.max(...scores)) === labels[image]));
  }
  return right;
}

/** Of the centred features. @see Roy and Vetterli 2007, "The effective rank" */
export function effectiveRank(features: Features): number {
  const { rows, width } = standardised(features, false);
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  for (const row of rows)
    for (let a = 0; a < width; a += 1)
      for (let b = 0; b < width; b += 1) covariance[a]![b]! += row[a]! * row[b]!;
  const singular = eigenvaluesOf(covariance).map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 1;
  const entropy = singular.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  return Math.exp(entropy);
}

/** Rows with mean 0 (and deviation 1), and a 1 behind them for the intercept. */
function standardised(
  features: Features,
  scale = true,
): { readonly rows: Float64Array[]; readonly width: number } {
  const { values, labels } = features;
  const width = widthOf(features);
  const rows = Array.from({ length: labels.length }, (_, image) =>
    Float64Array.from({ length: width + 1 }, (_, at) => (at < width ? values[image * width + at]! : 1)),
  );
  for (let at = 0; at < width; at += 1) {
    const mean = rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[at]! - mean) ** 2, 0) / rows.length;
    const divisor = scale && variance > 1e-12 ? Math.sqrt(variance) : 1;
    for (const row of rows) row[at] = (row[at]! - mean) / divisor;
  }
  return { rows, width };
}
