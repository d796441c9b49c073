// A network as a file for a device's interpreter, with how to call it and what must come out of three images.
import { deviceFormats } from "../deploy/formats/_formats.ts";
import { initialWeights } from "../engine/index.ts";
import { untrainedDesign } from "../runs/deployed-design.ts";
import { type DeviceFormat, deviceFiles } from "../runs/export-device.ts";
import { networkOf, type Subject } from "./design.ts";
import { type DeployOptions, deployedDesign, openBest } from "./export-network.ts";

export interface DeviceExportOptions extends DeployOptions {
  /** `tflite` in floats, `tflite-int8` in 8-bit integers, `onnx-int8` for onnxruntime. */
  readonly format: DeviceFormat;
  /** The file's name; `model.tflite`, `model.int8.tflite` or `model.int8.onnx` by default. */
  readonly file?: string | undefined;
  /** Of fresh weights, where there are no trained ones; 1 by default. */
  readonly seed?: number | undefined;
}

export interface ExportedForDevice {
  /** Contents by name: the file, how to call it, and three images with the scores that must come out. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** The network in words. */
  readonly title: string;
  /** Whether the weights are trained ones. */
  readonly trained: boolean;
}

/**
 * A network as a file for TFLite, TFLite Micro or onnxruntime: the selected one of a run or of a training (`folder`), or any
 * `subject` with fresh weights.
 *
 * 8 bits of a network that was trained without `int8` need the images that it was trained on, to measure the ranges of its maps.
 *
 * @throws GeniusError `missing-feature` for operators that have no such form, which it names; `not-found` when the folder holds no
 *   run, or no design of it was scored yet, or those images are gone, and `bad-data` when they are others.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { exportForDevice } from "genius-nas";
 *
 * const subject = { space: "nas-bench-macro", choices: "22212220" };
 * const { files } = await exportForDevice({ subject }, { format: "tflite" });
 * for (const [name, content] of files) await writeFile(name, content);
 * ```
 */
export async function exportForDevice(
  given: { readonly folder: string } | { readonly subject: Subject },
  { format, file = deviceFormats[format].file, seed = 1, ...deploy }: DeviceExportOptions,
): Promise<ExportedForDevice> {
  const best = "folder" in given ? await openBest(given.folder) : undefined;
  const { network, title } = best ?? (await networkOf((given as { readonly subject: Subject }).subject));
  const trained =
    best &&
    (await deployedDesign(best, { ...deploy, isInteger: deviceFormats[format].precision === "int8" }));
  const design = trained ?? untrainedDesign(network, initialWeights(network.nodes, seed));
  return { files: await deviceFiles(design, { format, file, title }), title, trained: design.isTrained };
}
