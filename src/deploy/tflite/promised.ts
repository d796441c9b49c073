// What Google's interpreters will take for a network's TFLite file, before it is trained: the file is made with zeros for
// weights, since the memory of its maps does not depend on them.
import { GeniusError } from "../../base/errors.ts";
import type { ValueRange } from "../../graph/export/quantise.ts";
import type { Network } from "../../graph/network.ts";
import { parametersOf, sizeOf } from "../../graph/parameters.ts";
import type { Precision } from "../../graph/precision.ts";
import { type DeviceNetwork, deviceNetwork } from "../device-network.ts";
import { integerNetwork, rangesToMeasure } from "../integer-network.ts";
import { interpreterArenaBytes, microArenaBytes } from "./arena.ts";
import type { TfliteModel } from "./model.ts";
import { floatTflite, int8Tflite } from "./network.ts";

export interface TfliteRam {
  /** In the interpreter of TFLite and LiteRT. */
  readonly interpreter: number;
  /** In TFLite Micro, without its own structures. */
  readonly micro: number;
}

/**
 * Bytes for the maps of one image, with the normalisation of images that every training puts into the file; undefined where
 * the network has no such file.
 */
export function tfliteRam(network: Network, precision: Precision): TfliteRam | undefined {
  try {
    return ramOf(untrainedFile(network, precision));
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.code === "missing-feature") return undefined;
    throw thrown;
  }
}

/** The same of a file. */
export const ramOf = (model: TfliteModel): TfliteRam => ({
  interpreter: interpreterArenaBytes(model),
  micro: microArenaBytes(model),
});

function untrainedFile(network: Network, precision: Precision): TfliteModel {
  const input = network.nodes[0]?.op;
  if (input?.kind !== "input") throw new GeniusError("internal", "A network starts with its input.");
  const channels = input.shape[0];
  const weights = new Map(
    parametersOf(network.nodes).map(({ name, dims }) => [
      name,
      { dims, data: new Float32Array(sizeOf(dims)) },
    ]),
  );
  const normalisation = { mean01: Array(channels).fill(0.5), sd01: Array(channels).fill(0.25) };
  const device = deviceNetwork({ network, weights, normalisation });
  return precision === "float"
    ? floatTflite(device)
    : int8Tflite(integerNetwork(device, madeUpRanges(device)));
}

const madeUpRanges = (device: DeviceNetwork) =>
  new Map(rangesToMeasure(device).map((name): [string, ValueRange] => [name, [-1, 1]]));
