// A network's weights as weights.safetensors, under the names that the exported model.py gives them, and back.
// So weights travel both ways: trained here and used in PyTorch, trained in PyTorch and used here.
import { GeniusError } from "../../base/errors.ts";
import type { Network } from "../network.ts";
import { parametersOf } from "../parameters.ts";
import { checkWeights, type Weights, type WeightTensor } from "../weights.ts";
import { stateDictNames } from "./pytorch.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/**
 * The bytes of `weights.safetensors`, for `load_state_dict` of the exported `Network`.
 * @throws GeniusError `wrong-use` when the weights do not fit the network.
 */
export function encodeWeights(
  network: Network,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkWeights(network, weights);
  const tensors = new Map(
    [...stateDictNames(network)].map(([name, stateName]) => [stateName, weights.get(name) as WeightTensor]),
  );
  return encodeSafetensors({ tensors, metadata: { format: "pt", network: network.name, ...metadata } });
}

/**
 * The weights in a file that `encodeWeights` or PyTorch wrote. Tensors that the network does not have, such as
 * PyTorch's `num_batches_tracked`, are left out.
 * @throws GeniusError `bad-model-file` for a damaged file, `wrong-use` when it does not fit the network.
 */
export function decodeWeights(network: Network, bytes: Uint8Array): Weights {
  const { weights } = readWeights(network, bytes);
  checkWeights(network, weights);
  return weights;
}

export interface ReadWeights {
  /** Those of the file that the network has, whatever their shape. */
  readonly weights: Weights;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws GeniusError `bad-model-file` for a damaged file. */
export function readWeights(network: Network, bytes: Uint8Array): ReadWeights {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const weights = new Map(
    [...stateDictNames(network)].flatMap(([name, stateName]): [string, WeightTensor][] => {
      const tensor = tensors.get(stateName);
      return tensor === undefined ? [] : [[name, tensor]];
    }),
  );
  return { weights, metadata };
}

export interface FittingWeights {
  readonly weights: Weights;
  /** Names of the network's tensors that the file does not have in their shape. */
  readonly missing: readonly string[];
}

/**
 * The weights in a file that fit a network, such as one whose last layer was changed for other classes.
 * @throws GeniusError `bad-model-file` for a damaged file, `wrong-use` when none fits.
 */
export function fittingWeights(network: Network, bytes: Uint8Array): FittingWeights {
  const { weights } = readWeights(network, bytes);
  const parameters = parametersOf(network.nodes);
  const isFitting = ({ name, dims }: { readonly name: string; readonly dims: readonly number[] }) =>
    weights.get(name)?.dims.join() === dims.join();
  const fitting = parameters.filter(isFitting).map(({ name }) => name);
  if (fitting.length === 0) {
    throw new GeniusError(
      "wrong-use",
      `None of the file's tensors fits the network ${network.name}. Give the weights that belong to this text.`,
    );
  }
  return {
    weights: new Map(fitting.map((name) => [name, weights.get(name) as WeightTensor])),
    missing: parameters.map(({ name }) => name).filter((name) => !fitting.includes(name)),
  };
}
