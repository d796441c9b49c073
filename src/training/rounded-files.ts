// The files of a trained network in 8 bits: for onnxruntime, for TFLite, as C for a microcontroller, and what files for devices are
// written from later. It must not know what the rounding lost.
import { integerFolder } from "../deploy/c/index.ts";
import { writeCalibration } from "../deploy/calibration.ts";
import { levelRemarks } from "../deploy/readme.ts";
import { encodeTflite } from "../deploy/tflite/model.ts";
import { int8Tflite } from "../deploy/tflite/network.ts";
import { channelsLast } from "../deploy/weight-layout.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { type Dataset, type ImageSet, openPixels } from "../tasks/image-classification/index.ts";
import type { RoundedModel } from "./quantise-model.ts";

const exampleCount = 3;
/** No microcontroller holds more; `genius export --format c` writes them where they are asked for. */
const maxParametersInC = 4e6;

interface Handed {
  readonly network: Network;
  readonly dataset: Pick<Dataset, "classNames" | "levels">;
  readonly test: ImageSet;
  readonly metadata: Readonly<Record<string, string>>;
}

type NamedFile = readonly [name: string, content: Uint8Array | string];

export function roundedFiles(
  rounded: RoundedModel,
  { network, dataset, test, metadata }: Handed,
): readonly NamedFile[] {
  const { onnx, integer, ranges } = rounded;
  const { classNames, levels } = dataset;
  const images = exampleImages(test, classNames);
  const files: NamedFile[] = [
    ["model.int8.onnx", onnx],
    ["int8.json", writeCalibration({ ranges, images })],
  ];
  if (integer === undefined) return files;
  const told = { ...metadata, class_names: JSON.stringify(classNames) };
  files.push(["model.int8.tflite", encodeTflite(int8Tflite(integer, told))]);
  if (networkCost(network).paramCount > maxParametersInC) return files;
  const folder = integerFolder({
    ...{ integer, network, classNames, name: "classifier", title: network.name },
    ...{ images: images.map(({ pixels }) => pixels), remarks: levelRemarks(levels) },
  });
  for (const [name, content] of folder) files.push([`c/${name}`, content]);
  return files;
}

/** The first test images, with their classes. */
function exampleImages(test: ImageSet, classNames: readonly string[]) {
  const reader = openPixels(test);
  try {
    return Array.from({ length: Math.min(exampleCount, test.count) }, (_, position) => ({
      label: classNames[test.labels[position] as number] as string,
      pixels: channelsLast(reader.read(position), test.shape),
    }));
  } finally {
    reader.close();
  }
}
