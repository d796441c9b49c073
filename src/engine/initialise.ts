// First values of the parameters. Convolutions: normal with standard deviation √(2 / fan-out), fan-out being
// kernel² · out-channels / groups (He et al. 2015, https://arxiv.org/abs/1502.01852, for the backward pass).
// Linear: uniform in ±1 / √in, as PyTorch. Biases and shifts 0, scales 1, running mean 0, running variance 1.
import { createRandom } from "../base/random.ts";
import type { ModelNode } from "./model.ts";
import { layoutState, type Weights } from "./state.ts";

/** Fresh weights for a network; the same seed gives the same weights. */
export function initialWeights(nodes: readonly ModelNode[], seed: number | string): Weights {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return new Map(
    layoutState(nodes).places.map((place) => {
      const data = new Float32Array(place.size);
      if (place.role === "norm-scale" || place.role === "running-variance") data.fill(1);
      if (place.role === "weight") {
        const random = createRandom(seed, "initialise", place.name);
        const op = byId.get(place.name.slice(0, -".weight".length))?.op;
        if (op?.kind === "conv") {
          const deviation = Math.sqrt(2 / ((op.kernel * op.kernel * op.outChannels) / op.groups));
          for (let i = 0; i < data.length; i += 1) data[i] = deviation * random.normal();
        } else {
          const bound = 1 / Math.sqrt(place.dims[1] as number);
          for (let i = 0; i < data.length; i += 1) data[i] = bound * (2 * random.next() - 1);
        }
      }
      return [place.name, { dims: place.dims, data }];
    }),
  );
}
