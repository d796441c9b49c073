// A design as a file that a device's interpreter reads – TFLite in floats or 8 bits, ONNX in 8 bits – with how to call it and
// three images with the scores that must come out. All is computed before anything is written.
import { withoutHidden } from "../base/hidden-characters.ts";
import { deviceNetwork } from "../deploy/device-network.ts";
import { type IntegerValue, integerNetwork, rangesToMeasure } from "../deploy/integer-network.ts";
import { type Example, readmeOf } from "../deploy/readme.ts";
import { imageOf, runInteger } from "../deploy/run-integer.ts";
import { encodeTflite } from "../deploy/tflite/model.ts";
import { floatTflite, int8Tflite } from "../deploy/tflite/network.ts";
import { ramOf, type TfliteRam } from "../deploy/tflite/promised.ts";
import { inferenceMetadata } from "../graph/export/inference.ts";
import { exportOnnx, inferenceModel } from "../graph/export/onnx.ts";
import { quantise, valuesToMeasure } from "../graph/export/quantise.ts";
import { encodeOnnxModel } from "../graph/onnx/model.ts";
import { type DeployedDesign, rangesOf, scoresOf } from "./deployed-design.ts";

/** What each is called where no name is given. */
export const deviceFormats = {
  tflite: "model.tflite",
  "tflite-int8": "model.int8.tflite",
  "onnx-int8": "model.int8.onnx",
} as const;
export type DeviceFormat = keyof typeof deviceFormats;

/**
 * The file itself, and its README and examples, by name.
 * @throws GeniusError `missing-feature` that names the operators without such a form, or where no ranges were measured.
 */
export async function deviceFiles(
  design: DeployedDesign,
  { format, file, title }: { readonly format: DeviceFormat; readonly file: string; readonly title: string },
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { network, images, isTrained, remarks } = design;
  const classNames = design.classNames.map(withoutHidden);
  const metadata = {
    ...inferenceMetadata(design),
    network: withoutHidden(title),
    ...(!isTrained && { weights: "untrained" }),
  };
  const examples = `${file}.examples.json`;
  const { bytes, scores, scoreGrid, ram } = await written(design, format, metadata);
  const shown: readonly Example[] = images.map((pixels, index) => ({
    pixels: Buffer.from(pixels).toString("base64"),
    scores: Array.from(scores[index] as ArrayLike<number>),
  }));
  const input = network.nodes[0]?.op as { readonly shape: readonly [number, number, number] };
  const [channels, height, width] = input.shape;
  const readme = readmeOf({
    ...{ file, kind: format, network: withoutHidden(title), shape: [height, width, channels], classNames },
    ...(scoreGrid && { scoreGrid }),
    ...(ram && { ram }),
    ...{ remarks, examples },
  });
  return new Map<string, string | Uint8Array>([
    [file, bytes],
    [`${file}.md`, readme],
    [examples, `${JSON.stringify(shown)}\n`],
  ]);
}

async function written(
  design: DeployedDesign,
  format: DeviceFormat,
  metadata: Readonly<Record<string, string>>,
): Promise<{
  readonly bytes: Uint8Array;
  readonly scores: readonly ArrayLike<number>[];
  readonly ram?: TfliteRam;
  readonly scoreGrid?: { readonly scale: number; readonly zeroPoint: number };
}> {
  const options = { ...design, metadata };
  if (format === "onnx-int8") {
    const model = inferenceModel(options);
    const bytes = encodeOnnxModel(quantise(model, rangesOf(design, valuesToMeasure(model))));
    return { bytes, scores: await scoresOf(bytes, design) };
  }
  const device = deviceNetwork(design);
  if (format === "tflite") {
    const model = floatTflite(device, metadata);
    const scores = await scoresOf(exportOnnx(options), design);
    return { bytes: encodeTflite(model), scores, ram: ramOf(model) };
  }
  const integer = integerNetwork(device, rangesOf(design, rangesToMeasure(device)));
  const model = int8Tflite(integer, metadata);
  return {
    bytes: encodeTflite(model),
    ram: ramOf(model),
    scores: design.images.map((pixels) => runInteger(integer, imageOf(integer, pixels))),
    scoreGrid: (integer.values[integer.output] as IntegerValue).grid,
  };
}
