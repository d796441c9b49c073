// First values of the parameters, drawn as each operator says (graph/ops): every tensor from its own random numbers, so
// that the rest of the network does not matter.
import { createRandom, type Random } from "../base/random.ts";
import type { NetworkNode } from "../graph/network.ts";
import type { Initial } from "../graph/operator.ts";
import { parametersOf, sizeOf } from "../graph/parameters.ts";
import type { Weights } from "../graph/weights.ts";

/** Initial weights of a network; the same seed gives the same weights. */
export function initialWeights(nodes: readonly NetworkNode[], seed: number | string): Weights {
  return new Map(
    parametersOf(nodes).map(({ name, dims, initial }) => {
      const data = new Float32Array(sizeOf(dims));
      fill(data, initial, () => createRandom(seed, "initialise", name));
      return [name, { dims, data }];
    }),
  );
}

function fill(data: Float32Array, initial: Initial, random: () => Random): void {
  switch (initial.kind) {
    case "constant":
      if (initial.value !== 0) data.fill(initial.value);
      return;
    case "normal": {
      const { deviation } = initial;
      const source = random();
      for (let i = 0; i < data.length; i += 1) data[i] = deviation * source.normal();
      return;
    }
    case "uniform": {
      const { bound } = initial;
      const source = random();
      for (let i = 0; i < data.length; i += 1) data[i] = bound * (2 * source.next() - 1);
      return;
    }
    default:
      initial satisfies never;
  }
}
