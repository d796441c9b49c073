// Eigenvalues and eigenvectors of a symmetric matrix. Exact enough for any size that a feature matrix has; cubic in it.

/** Eigenvalues of a symmetric matrix, in the order of the diagonal. */
export function eigenvaluesOf(symmetric: readonly Float64Array[]): number[] {
  return eigenvectorsOf(symmetric).map(({ value }) => value);
}

/** Eigenvalues with their eigenvectors of length 1, by Jacobi's rotations, in the order of the diagonal. */
export function eigenvectorsOf(
  symmetric: readonly Float64Array[],
): readonly { readonly value: number; readonly vector: Float64Array }[] {
  const matrix = symmetric.map((row) => Float64Array.from(row));
  const size = matrix.length;
  const vectors = matrix.map((_, at) => Float64Array.from({ length: size }, (_, to) => (at === to ? 1 : 0)));
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
          const [v, w] = [vectors[p]![at]!, vectors[q]![at]!];
          vectors[p]![at] = cosine * v - sine * w;
          vectors[q]![at] = sine * v + cosine * w;
        }
      }
    }
  }
  return matrix.map((row, at) => ({ value: row[at]!, vector: vectors[at]! }));
}
