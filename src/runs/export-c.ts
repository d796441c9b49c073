// A design as self-contained C in a folder: the header, a program that tries it, and three images with the scores that must
// come out – in floats those of onnxruntime, in 8 bits those of our interpreter. All is computed before anything is written.
import { GeniusError } from "../base/errors.ts";
import { cFolder, cmsisText, floatProgram, int8Program } from "../deploy/c/index.ts";
import { deviceNetwork } from "../deploy/device-network.ts";
import { integerNetwork, rangesToMeasure } from "../deploy/integer-network.ts";
import { imageOf, realScores, runInteger } from "../deploy/run-integer.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import type { ValueRange } from "../graph/export/quantise.ts";
import { openModelFile } from "../training/model-file.ts";
import type { DeployedDesign } from "./deployed-design.ts";

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
    const scores = await floatScores(design);
    const examples = images.map((pixels, index) => ({ pixels, scores: scores[index] as Float32Array }));
    return cFolder({ ...common, program: floatProgram(device, network), examples });
  }
  const names = rangesToMeasure(device);
  const integer = integerNetwork(device, design.isTrained ? measured(design) : madeUp(names));
  const examples = images.map((pixels) => ({
    pixels,
    scores: realScores(integer, runInteger(integer, imageOf(integer, pixels))),
  }));
  return cFolder({
    ...common,
    program: int8Program(integer, network),
    hooks: cmsisText(integer, name),
    examples,
  });
}

function measured({ ranges }: DeployedDesign): ReadonlyMap<string, ValueRange> {
  if (ranges !== undefined) return ranges;
  throw new GeniusError(
    "missing-feature",
    "This network was trained without --int8, so the ranges of its maps, which 8 bits need, were not measured. Train it with --int8, or export it in floats: --format c-float.",
  );
}

/** Random weights have no ranges worth measuring. */
const madeUp = (names: readonly string[]) =>
  new Map(names.map((each): [string, ValueRange] => [each, [-4, 4]]));

/** The scores of each image in onnxruntime. */
async function floatScores(design: DeployedDesign): Promise<readonly Float32Array[]> {
  const model = await openModelFile(exportOnnx(design));
  const [channels, height, width] = model.shape;
  const area = height * width;
  try {
    const scores: Float32Array[] = [];
    for (const pixels of design.images) {
      const planes = Float32Array.from(
        pixels,
        (_, place) => pixels[(place % area) * channels + Math.floor(place / area)]! / 255,
      );
      scores.push(await model.run(planes));
    }
    return scores;
  } finally {
    await model.dispose();
  }
}
