// A design as self-contained C in a folder: the header, a program that tries it, and three images with the scores that must
// come out – in floats those of onnxruntime, in 8 bits those of our interpreter. All is computed before anything is written.
import { cFolder, floatProgram, integerFolder } from "../deploy/c/index.ts";
import { deviceNetwork } from "../deploy/device-network.ts";
import { integerNetwork, rangesToMeasure } from "../deploy/integer-network.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { type DeployedDesign, rangesOf, scoresOf } from "./deployed-design.ts";

/** In 8-bit integers, or in floats. */
export const cFormats = ["c", "c-float"] as const;
export type CFormat = (typeof cFormats)[number];

/** Contents by file name. */
export type DesignFolder = ReadonlyMap<string, string | Uint8Array>;

/**
 * The files of the folder.
 * @throws GeniusError `missing-feature` that names the operators without an 8-bit form, or where no ranges were measured.
 */
export async function cFiles(
  design: DeployedDesign,
  { format, name, title }: { readonly format: CFormat; readonly name: string; readonly title: string },
): Promise<DesignFolder> {
  const { network, classNames, images, remarks } = design;
  const device = deviceNetwork(design);
  const common = { name, title, classNames, remarks };
  if (format === "c-float") {
    const scores = await scoresOf(exportOnnx(design), design);
    const examples = images.map((pixels, index) => ({ pixels, scores: scores[index] as Float32Array }));
    return cFolder({ ...common, program: floatProgram(device, network), examples });
  }
  const integer = integerNetwork(device, rangesOf(design, rangesToMeasure(device)));
  return integerFolder({ ...common, integer, network, images });
}
