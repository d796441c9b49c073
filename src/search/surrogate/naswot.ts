// NASWOT, a score of an untrained network: how well a mini-batch's images are told apart by which rectifiers they
// switch on. The logarithm of the determinant of the agreements between images; larger is better.
// Differs from the paper: the images are noise, since a strategy sees no data set, and 32 of them rather than 128.
import { createRandom } from "../../base/random.ts";
import { activationAgreement, initialWeights } from "../../engine/index.ts";
import type { Network } from "../../graph/network.ts";

const imageCount = 32;
/** Of the determinant: pairs of images that no rectifier tells apart would make it 0. */
const leastPivot = 1e-3;

/** @see Mellor et al. 2021, https://arxiv.org/abs/2006.04647 */
export async function naswot({ nodes }: Network, seed: number | string): Promise<number> {
  const input = nodes[0]?.op;
  const size = input?.kind === "input" ? input.shape.reduce((product, length) => product * length, 1) : 0;
  const random = createRandom(seed, "naswot");
  const images = Float32Array.from({ length: imageCount * size }, () => random.normal());
  return logDeterminant(
    await activationAgreement({ nodes, weights: initialWeights(nodes, seed) }, images),
    imageCount,
  );
}

/** Of a symmetric positive matrix [size, size], by its Cholesky factor. */
export function logDeterminant(matrix: Float64Array, size: number): number {
  const factor = new Float64Array(size * size);
  let sum = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row * size + column] as number;
      for (let k = 0; k < column; k += 1)
        rest -= (factor[row * size + k] as number) * (factor[column * size + k] as number);
      if (column < row) {
        factor[row * size + column] = rest / (factor[column * size + column] as number);
      } else {
        const pivot = Math.max(rest, leastPivot);
        factor[row * size + row] = Math.sqrt(pivot);
        sum += Math.log(pivot);
      }
    }
  }
  return sum;
}
