// 8 bits for a network that was trained without them: the ranges of its maps, measured now on training images of the data that
// it was trained on. What 8 bits lose is not measured here.
import { GeniusError, messageOf } from "../base/errors.ts";
import type { FeatureShape } from "../graph/network.ts";
import type { DeployedDesign } from "../runs/deployed-design.ts";
import { handedOver, type Shelf } from "../runs/export-design.ts";
import { splitForTraining } from "../tasks/image-classification/index.ts";
import { sizeOf } from "../tasks/image-size.ts";
import { openTask } from "../tasks/index.ts";
import { readModelMetadata } from "../training/model-metadata.ts";
import { quantiseModel } from "../training/quantise-model.ts";

/** Where a network's images come from, and how they are read. */
export interface CalibrationSource {
  readonly data: string;
  readonly task?: string | undefined;
  readonly format?: string | undefined;
  /** How validation was split off, so that the same images are measured as in a training with `int8`. */
  readonly split?: { readonly fraction01: number; readonly seed: number } | undefined;
}

export interface CalibrationSetting {
  /** Absent where a folder does not say it. */
  readonly source: CalibrationSource | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: ((text: string) => void) | undefined;
}

const remedy =
  "Name the data with --data, train it with --int8, or export it in floats: --format tflite or c-float.";

/**
 * The design with its ranges.
 * @throws GeniusError `missing-feature` where nobody says which data it was trained on, `not-found` where they are not there any
 *   more, `bad-data` where they are others by their hash.
 */
export async function calibrated(
  design: DeployedDesign,
  shelf: Shelf,
  { source, environment, onProgress }: CalibrationSetting,
): Promise<DeployedDesign> {
  const why = `The network of ${shelf.folder} was trained without --int8, so the ranges of its maps, which 8 bits need, are measured now`;
  if (source === undefined)
    throw new GeniusError("missing-feature", `${why}, and the folder does not say on which data. ${remedy}`);
  const model = await handedOver(shelf, "model.onnx");
  const { dataset_hash: hash } = model === undefined ? {} : readModelMetadata(model);
  const input = design.network.nodes[0]?.op as { readonly shape: FeatureShape };
  const [, height, width] = input.shape;
  const task = await openTask(source.task);
  const setting = { environment, imageSize: sizeOf([height, width]), format: source.format };
  const dataset = await task
    .open(source.data, { ...setting, ...(onProgress && { onProgress }) })
    .catch((thrown: unknown) => {
      throw new GeniusError(
        "not-found",
        `${why}; its data, ${source.data}, cannot be opened: ${messageOf(thrown)} ${remedy}`,
        { cause: thrown },
      );
    });
  if (hash !== undefined && hash !== dataset.hash)
    throw new GeniusError(
      "bad-data",
      `${why}; ${source.data} does not hold the images that it was trained on: their hash is ${short(dataset.hash)}, and was ${short(hash)}. ${remedy}`,
    );
  onProgress?.(`Measuring the ranges of the network's maps on training images of ${dataset.name}.`);
  const { split } = source;
  const { train } = split === undefined ? dataset : splitForTraining(dataset, split);
  const { ranges } = await quantiseModel(design, train);
  const remark = `It was trained without --int8: the ranges of its maps were measured for this file, on training images of ${dataset.name}. Its accuracy in 8 bits was not measured.`;
  return { ...design, ranges, remarks: [...design.remarks, remark] };
}

const short = (hash: string) => hash.slice(0, 12);
