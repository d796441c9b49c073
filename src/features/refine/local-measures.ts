// What the features that leave a block say of it, apart from the rest of the network: how mixed the classes are among
// nearest neighbours, how well a line separates them, and how many directions they fill. Plain arithmetic on a matrix
// [images, features]; it must not know of networks.

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

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

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
  const target = Array.from({ length: size }, () => new Float64Array(classCount));
  const taught = rows.filter((_, image) => image % 2 === 0);
  for (const [index, row] of taught.entries()) {
    for (let a = 0; a < size; a += 1) {
      const value = row[a]!;
      target[a]![labels[2 * index]!]! += value;
      const line = gram[a]!;
      for (let b = 0; b <= a; b += 1) line[b]! += value * row[b]!;
    }
  }
  for (let a = 0; a < size; a += 1) {
    gram[a]![a]! += 0.01 * taught.length;
    for (let b = 0; b < a; b += 1) gram[b]![a] = gram[a]![b]!;
  }
  const solution = solvePositive(gram, target);
  const right: number[] = [];
  for (let image = 1; image < rows.length; image += 2) {
    const scores = Array.from({ length: classCount }, (_, label) =>
      rows[image]!.reduce((sum, value, at) => sum + value * solution[at]![label]!, 0),
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

/** Solves a symmetric positive definite system for several right sides, by Cholesky's decomposition. */
function solvePositive(
  matrix: readonly Float64Array[],
  right: readonly Float64Array[],
): readonly Float64Array[] {
  const size = matrix.length;
  const lower = matrix.map((row) => Float64Array.from(row));
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = lower[a]![b]!;
      for (let at = 0; at < b; at += 1) sum -= lower[a]![at]! * lower[b]![at]!;
      lower[a]![b] = a === b ? Math.sqrt(sum) : sum / lower[b]![b]!;
    }
  }
  const solution = right.map((row) => Float64Array.from(row));
  const columns = right[0]!.length;
  for (let column = 0; column < columns; column += 1) {
    for (let a = 0; a < size; a += 1) {
      let sum = solution[a]![column]!;
      for (let b = 0; b < a; b += 1) sum -= lower[a]![b]! * solution[b]![column]!;
      solution[a]![column] = sum / lower[a]![a]!;
    }
    for (let a = size - 1; a >= 0; a -= 1) {
      let sum = solution[a]![column]!;
      for (let b = a + 1; b < size; b += 1) sum -= lower[b]![a]! * solution[b]![column]!;
      solution[a]![column] = sum / lower[a]![a]!;
    }
  }
  return solution;
}

/** Eigenvalues of a symmetric matrix, by Jacobi's rotations. */
export function eigenvaluesOf(symmetric: readonly Float64Array[]): number[] {
  const matrix = symmetric.map((row) => Float64Array.from(row));
  const size = matrix.length;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let off = 0;
    let all = 0;
    for (let a = 0; a < size; a += 1)
      for (let b = 0; b < size; b += 1) {
        const square = matrix[a]![b]! ** 2;
        all += square;
        if (a !== b) off += square;
      }
    if (off <= 1e-16 * all) break;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        const between = matrix[p]![q]!;
        if (between === 0) continue;
        const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * between);
        const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (let at = 0; at < size; at += 1) {
          const [x, y] = [matrix[at]![p]!, matrix[at]![q]!];
          matrix[at]![p] = cosine * x - sine * y;
          matrix[at]![q] = sine * x + cosine * y;
        }
        for (let at = 0; at < size; at += 1) {
          const [x, y] = [matrix[p]![at]!, matrix[q]![at]!];
          matrix[p]![at] = cosine * x - sine * y;
          matrix[q]![at] = sine * x + cosine * y;
        }
      }
    }
  }
  return matrix.map((row, at) => row[at]!);
}
