// A network's weights as weights.safetensors, under the names that the exported model.py gives them, and back.
// So weights travel both ways: trained here and used in PyTorch, trained in PyTorch and used here.
import type { Network } from "../network.ts";
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
  const { tensors } = decodeSafetensors(bytes);
  const weights = new Map(
    [...stateDictNames(network)].flatMap(([name, stateName]): [string, WeightTensor][] => {
      const tensor = tensors.get(stateName);
      return tensor === undefined ? [] : [[name, tensor]];
    }),
  );
  checkWeights(network, weights);
  return weights;
}
