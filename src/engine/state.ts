// Where each parameter lies in the flat vectors that a training keeps. All optimised parameters share one vector and
// all running statistics another, so that the optimiser is a handful of operations on whole vectors, and a step
// passes a handful of buffers instead of hundreds. Pure bookkeeping, no ONNX.
import { GeniusError } from "../base/errors.ts";
import type { NetworkNode } from "../graph/network.ts";
import { isStatistic, type NetworkParameter, parametersOf, sizeOf } from "../graph/parameters.ts";
import type { Weights } from "../graph/weights.ts";

/** A parameter's place: `vector` [offset, offset + size). */
export interface Place extends NetworkParameter {
  readonly vector: "parameters" | "statistics";
  readonly offset: number;
  readonly size: number;
}

export interface StateLayout {
  readonly places: readonly Place[];
  readonly byName: ReadonlyMap<string, Place>;
  readonly parameterCount: number;
  readonly statisticCount: number;
}

export function layoutState(nodes: readonly NetworkNode[]): StateLayout {
  const lengths = { parameters: 0, statistics: 0 };
  const places = parametersOf(nodes).map((spec): Place => {
    const vector = isStatistic(spec) ? "statistics" : "parameters";
    const size = sizeOf(spec.dims);
    const place = { ...spec, vector, offset: lengths[vector], size } as const;
    lengths[vector] += size;
    return place;
  });
  return {
    places,
    byName: new Map(places.map((place) => [place.name, place])),
    parameterCount: lengths.parameters,
    statisticCount: lengths.statistics,
  };
}

/** Cuts the flat vectors into named weights (copies). */
export function unpackWeights(
  layout: StateLayout,
  vectors: { readonly parameters: Float32Array; readonly statistics: Float32Array },
): Weights {
  return new Map(
    layout.places.map((place) => [
      place.name,
      { dims: place.dims, data: vectors[place.vector].slice(place.offset, place.offset + place.size) },
    ]),
  );
}

/**
 * Writes named weights into the flat vectors.
 * @throws GeniusError `wrong-use` when one is missing or has another size.
 */
export function packWeights(
  layout: StateLayout,
  weights: Weights,
  vectors: { readonly parameters: Float32Array; readonly statistics: Float32Array },
): void {
  for (const place of layout.places) {
    const given = weights.get(place.name);
    if (given?.data.length !== place.size) {
      const received = given === undefined ? "nothing" : `${given.data.length} numbers`;
      throw new GeniusError(
        "wrong-use",
        `The weights do not fit the network: "${place.name}" needs ${place.size} numbers ([${place.dims.join(", ")}]), received ${received}.`,
      );
    }
    vectors[place.vector].set(given.data, place.offset);
  }
}
