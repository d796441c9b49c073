// The tensors a network has, by name, and the check that given weights fit it. Every exporter starts here.
// Names: `${nodeId}.weight`, `.bias`, `.runningMean`, `.runningVariance`. Knows nothing of files or frameworks.
import { GeniusError } from "../../base/errors.ts";
import { nodeCosts } from "../cost.ts";
import type { FeatureShape, Network } from "../network.ts";

export interface WeightTensor {
  readonly dims: readonly number[];
  /** Row-major. Convolution [O, I / groups, kH, kW], linear [out, in], everything else [channels]. */
  readonly data: Float32Array;
}

/** Weights by name. */
export type Weights = ReadonlyMap<string, WeightTensor>;

/** One tensor that a network needs. */
export interface TensorSpec {
  readonly nodeId: string;
  readonly part: "weight" | "bias" | "runningMean" | "runningVariance";
  /** `${nodeId}.${part}` */
  readonly name: string;
  readonly dims: readonly number[];
}

/** All tensors of a network, running statistics included, in the order of its nodes. */
export function tensorSpecs(network: Network): readonly TensorSpec[] {
  const shapes = shapesOf(network);
  return network.nodes.flatMap(({ id, inputs, op }) => {
    const spec = (part: TensorSpec["part"], dims: readonly number[]): TensorSpec => ({
      nodeId: id,
      part,
      name: `${id}.${part}`,
      dims,
    });
    const [channels, height, width] = shapes.get(inputs[0] ?? id) as FeatureShape;
    switch (op.kind) {
      case "conv": {
        const weight = spec("weight", [op.outChannels, channels / op.groups, op.kernel, op.kernel]);
        return op.bias ? [weight, spec("bias", [op.outChannels])] : [weight];
      }
      case "linear": {
        const weight = spec("weight", [op.outFeatures, channels * height * width]);
        return op.bias ? [weight, spec("bias", [op.outFeatures])] : [weight];
      }
      case "batch-norm":
        return (["weight", "bias", "runningMean", "runningVariance"] as const).map((part) =>
          spec(part, [channels]),
        );
      default:
        return [];
    }
  });
}

/** The shape of every node's output, by id. */
export function shapesOf(network: Network): ReadonlyMap<string, FeatureShape> {
  return new Map(nodeCosts(network).map(({ id, shape }) => [id, shape]));
}

/**
 * Checks that `weights` has every tensor of the network in the right shape. More tensors than needed are allowed.
 * @throws GeniusError `wrong-use` that names the first tensor that does not fit.
 */
export function checkWeights(network: Network, weights: Weights): void {
  for (const { name, dims } of tensorSpecs(network)) {
    const given = weights.get(name);
    const size = dims.reduce((product, length) => product * length, 1);
    if (given !== undefined && given.dims.join() === dims.join() && given.data.length === size) continue;
    const received =
      given === undefined ? "is missing" : `has [${given.dims.join(", ")}] and ${given.data.length} numbers`;
    throw new GeniusError(
      "wrong-use",
      `The weights do not fit the network ${network.name}: "${name}" ${received}; it must be [${dims.join(", ")}]. Use weights that were trained for this very network.`,
    );
  }
}
