// NASWOT, a score of an untrained network: how well the rectifiers that a mini-batch's images switch on
// distinguish them. The logarithm of the determinant of the agreements between images; larger is better.
// Differs from the paper: the images are noise, since a strategy sees no data set, and 32 of them rather than 128.
import { createRandom } from "../../base/random.ts";
import { activationAgreement, initialWeights } from "../../engine/index.ts";
import type { Network } from "../../graph/network.ts";
import { factorOf } from "../../math/cholesky.ts";

const imageCount = 32;
/** Of the determinant: pairs of images that no rectifier distinguishes would make it 0. */
const minPivot = 1e-3;

/** @see Mellor et al. 2021, https://arxiv.org/abs/2006.04647 */
export async function naswot({ nodes }: Network, seed: number | string): Promise<number> {
  const input = nodes[0]?.op;
  const size = input?.kind === "input" ? input.shape.reduce((product, length) => product * length, 1) : 0;
  const random = createRandom(seed, "naswot");
  const images = Float32Array.from({ length: imageCount * size }, () => random.normal());
  const agreement = await activationAgreement({ nodes, weights: initialWeights(nodes, seed) }, images);
  return logDeterminant(agreement, imageCount);
}

/** Of a symmetric positive matrix [size, size]. */
export function logDeterminant(matrix: Float64Array, size: number): number {
  const rows = Array.from({ length: size }, (_, row) => matrix.subarray(row * size, (row + 1) * size));
  return 2 * factorOf(rows, minPivot).logDeterminantHalf();
}
