// The one linear solver: Cholesky's factorisation A = L Lᵀ of a symmetric positive definite matrix. The factor grows row
// by row, since the Gaussian process adds one observation after another; a whole system is the same factor, filled.

/** A lower triangular matrix. Row i has i + 1 entries. */
export interface Factor {
  readonly size: number;
  /** Adds a row and column of A: the entries left of the diagonal, and the one on it. */
  grow(covariances: ArrayLike<number>, variance: number): void;
  /** Removes the last row. */
  shrink(): void;
  row(index: number): Float64Array;
  /** Solves L x = b; `b` may be longer than the factor. */
  solve(b: ArrayLike<number>): Float64Array;
  /** Solves Lᵀ x = b. */
  solveTransposed(b: ArrayLike<number>): Float64Array;
  /** Half the logarithm of the determinant of A. */
  logDeterminantHalf(): number;
}

/** An empty factor. Squared pivots are raised to `minPivot`, so that a nearly singular matrix still factorises. */
export function createFactor(minPivot = 1e-9): Factor {
  const rows: Float64Array[] = [];
  return {
    get size() {
      return rows.length;
    },
    grow(covariances, variance) {
      const size = rows.length;
      const row = new Float64Array(size + 1);
      let rest = variance;
      for (let i = 0; i < size; i += 1) {
        const other = rows[i] as Float64Array;
        let sum = covariances[i] as number;
        for (let k = 0; k < i; k += 1) sum -= (row[k] as number) * (other[k] as number);
        const value = sum / (other[i] as number);
        row[i] = value;
        rest -= value * value;
      }
      row[size] = Math.sqrt(Math.max(rest, minPivot));
      rows.push(row);
    },
    shrink: () => void rows.pop(),
    row: (index) => rows[index] as Float64Array,
    solve(b) {
      const x = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i += 1) {
        const row = rows[i] as Float64Array;
        let sum = b[i] as number;
        for (let k = 0; k < i; k += 1) sum -= (row[k] as number) * (x[k] as number);
        x[i] = sum / (row[i] as number);
      }
      return x;
    },
    solveTransposed(b) {
      const x = Float64Array.from({ length: rows.length }, (_, i) => b[i] as number);
      for (let i = rows.length - 1; i >= 0; i -= 1) {
        const row = rows[i] as Float64Array;
        const value = (x[i] as number) / (row[i] as number);
        x[i] = value;
        for (let k = 0; k < i; k += 1) x[k] = (x[k] as number) - (row[k] as number) * value;
      }
      return x;
    },
    logDeterminantHalf: () => rows.reduce((sum, row) => sum + Math.log(row.at(-1) as number), 0),
  };
}

/** The factor of a whole symmetric positive definite matrix; only its lower triangle is read. */
export function factorOf(matrix: readonly ArrayLike<number>[], minPivot?: number): Factor {
  const factor = createFactor(minPivot);
  for (const [index, row] of matrix.entries()) factor.grow(row, row[index] as number);
  return factor;
}

/** Solves A x = b for a symmetric positive definite A. */
export function solvePositive(matrix: readonly ArrayLike<number>[], b: ArrayLike<number>): Float64Array {
  const factor = factorOf(matrix);
  return factor.solveTransposed(factor.solve(b));
}
