// What the best network of a run needs on the device that it is for, in words: RAM by the format that it is handed over in,
// and what is predicted of latency and energy, with the error of the prediction. Nothing here was measured on a device.
import { formatBytes } from "../base/units.ts";
import { tfliteRam } from "../deploy/tflite/promised.ts";
import { networkArena } from "../graph/arena.ts";
import { type Device, predictionInWords } from "../graph/device.ts";
import type { Network } from "../graph/network.ts";
import type { Precision } from "../graph/precision.ts";
import { networkIfAny } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import type { RunRecord } from "../study/fold.ts";

/** Sentences without full stops; none where the run is for no device and has no limit of memory. */
export function onDeviceInWords(record: RunRecord, space: Space | undefined): readonly string[] {
  const { device, limits } = record.header.config;
  const best = record.selected;
  const isLimited = limits.maxRamBytes !== undefined || limits.maxFlashBytes !== undefined;
  if (best === undefined || (device === undefined && !isLimited)) return [];
  const words: string[] = [];
  if (device !== undefined) {
    const known = device as unknown as Device;
    const prediction = predictionInWords(known, best.cost.macCount);
    words.push(
      prediction === undefined
        ? `No latency is predicted for ${known.name}: no speed of it is published`
        : `${prediction[0]?.toUpperCase()}${prediction.slice(1)}`,
    );
  }
  const network = networkIfAny(space, best.proposal);
  if (network !== undefined) words.push(ramInWords(network, limits.precision === "float" ? "float" : "int8"));
  return words;
}

/** "RAM for one image in 8 bits: 43 KiB in the exported C, 48 KiB in the TFLite interpreter, …". */
export function ramInWords(network: Network, precision: Precision): string {
  const numbers = precision === "int8" ? "8 bits" : "floats";
  const own = `RAM for one image in ${numbers}: ${formatBytes(networkArena(network, precision).bytes)} in the exported C`;
  const ram = tfliteRam(network, precision);
  if (ram === undefined) return own;
  return `${own}, ${formatBytes(ram.interpreter)} in the TFLite interpreter with its reference kernels, ${formatBytes(ram.micro)} and its own structures in TFLite Micro`;
}
