// Weights by name, and the check that given ones fit a network. Every exporter and every training starts here.
// Names: `${nodeId}.weight`, `.bias`, `.runningMean`, `.runningVariance`. Knows nothing of files or frameworks.
import { GeniusError } from "../base/errors.ts";
import type { Network } from "./network.ts";
import { parametersOf, sizeOf } from "./parameters.ts";

export interface WeightTensor {
  readonly dims: readonly number[];
  /** Row-major. Convolution [O, I / groups, kH, kW], linear [out, in], everything else [channels]. */
  readonly data: Float32Array;
}

/** Weights by name. */
export type Weights = ReadonlyMap<string, WeightTensor>;

/**
 * Checks that `weights` has every tensor of the network in the right shape. More tensors than needed are allowed.
 * @throws GeniusError `wrong-use` that names the first tensor that does not fit.
 */
export function checkWeights(network: Network, weights: Weights): void {
  for (const { name, dims } of parametersOf(network.nodes)) {
    const given = weights.get(name);
    const size = sizeOf(dims);
    if (given !== undefined && given.dims.join() === dims.join() && given.data.length === size) continue;
    const received =
      given === undefined ? "is missing" : `has [${given.dims.join(", ")}] and ${given.data.length} numbers`;
    throw new GeniusError(
      "wrong-use",
      `The weights do not fit the network ${network.name}: "${name}" ${received}; it must be [${dims.join(", ")}]. Use weights that were trained for this very network.`,
    );
  }
}
