// A trained network becomes the files of `best/`, wherever it was trained: model.onnx with normalisation inside, its
// weights and its code. The exported model is held to the trained network's scores, and the test part is measured
// once – by the exported model, since that is what is handed over.
import { join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import { integerOnnx } from "../deploy/integer-onnx.ts";
import { encodeTflite } from "../deploy/tflite/model.ts";
import { int8Tflite } from "../deploy/tflite/network.ts";
import { createPredictor, type Weights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { exportPytorch } from "../graph/export/pytorch.ts";
import { encodeWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import { encodeOnnxModel } from "../graph/onnx/model.ts";
import { accuracyBeside, highestOf } from "../metrics/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { createEvaluationBatches, type ImageSet } from "../tasks/image-classification/index.ts";
import { bestReadme } from "./best-readme.ts";
import type { FinishDetail, FinishResult } from "./job.ts";
import { type Measured, measure, type Scores } from "./measure.ts";
import { type ModelFile, measureLatencyMs, openModelFile } from "./model-file.ts";
import { quantiseModel, type RoundedModel } from "./quantise-model.ts";
import { roundedFiles } from "./rounded-files.ts";
import { sampleImages } from "./samples.ts";
import type { TrainingParts } from "./training-data.ts";

/**
 * The largest allowed difference of any score between the trained network and the file, relative to the largest:
 * 1e-5, and more for networks of over thirty layers with weights, since each rounds its float32 results.
 */
function toleranceOf({ nodes }: Network): number {
  const layers = nodes.filter(({ op }) => op.kind === "conv" || op.kind === "linear").length;
  return 1e-5 * Math.max(1, layers / 30);
}
const rawPixels = { mean01: [0, 0, 0], sd01: [1, 1, 1] };

export interface HandOver {
  readonly network: Network;
  readonly weights: Weights;
  readonly parts: TrainingParts;
  /** On validation, by the training. */
  readonly measured: Measured;
  /**
   * Where another program has trained and measured: how far the exported model's loss on validation may be from its,
   * as a share of it.
   */
  readonly lossTolerance01?: number;
  readonly averaged: boolean;
  readonly epochs: number;
  /** Wall time of the training, where it went by the clock. */
  readonly seconds?: number;
  /** What a reader must know of the training. */
  readonly remark?: string;
  readonly curve: readonly EpochPoint[];
  readonly threads: number;
  /** Where the files go. */
  readonly folder: string;
  /** Into the metadata of the files. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Write the model in 8 bits too, and measure what that loses. */
  readonly int8?: boolean;
}

/** @throws GeniusError `training-failed` when the exported model is not the trained network; then nothing is written. */
export async function handOver(given: HandOver): Promise<FinishResult> {
  const { network, weights, parts, measured, epochs, seconds, remark, curve, threads, folder } = given;
  const { dataset, normalisation } = parts;
  const { levels } = dataset;
  // Who uses the model scales 16-bit images as those it was trained on.
  const metadata = { ...given.metadata, ...(levels !== undefined && { levels: JSON.stringify(levels) }) };
  const { test } = dataset;
  if (test === undefined) throw new GeniusError("internal", "The data set was opened without a test part.");

  const content = { network, weights, normalisation, classNames: dataset.classNames, metadata };
  const bytes = exportOnnx(content);
  const rounded = given.int8 === true ? await quantiseModel(content, parts.train) : undefined;
  const model = await openModelFile(bytes, threads);
  try {
    const exportDifference = await compareExport(model, given);
    await compareLoss(model, given);
    const tested = await measure(model.run, { task: parts.task, set: test, normalisation: pixelsOf(test) });
    const detail: FinishDetail = {
      testLoss: tested.loss,
      testImages: test.count,
      ...accuracyBeside("validationAccuracy01", measured.metrics),
      validation: measured.metrics,
      epochs,
      ...(seconds !== undefined && { seconds }),
      ...(remark !== undefined && { remark }),
      weights: given.averaged ? "averaged" : "last",
      latencyMs: await latencyOf(bytes),
      modelBytes: bytes.length,
      exportDifference,
      ...(rounded && (await measureRounded(rounded, { threads, parts, test }))),
    };
    const report = {
      ...accuracyBeside("accuracy01", tested.metrics),
      metrics: tested.metrics,
      ...detail,
      classes: perClass(tested, test, dataset.classNames),
      confusion: confusionOf(tested, test),
      curve,
    };
    const files: readonly (readonly [name: string, content: Uint8Array | string])[] = [
      ["model.onnx", bytes],
      ...(rounded ? roundedFiles(rounded, { network, dataset, test, metadata }) : []),
      ["weights.safetensors", encodeWeights(network, weights, metadata)],
      ["model.py", exportPytorch(network)],
      ["samples.json", JSON.stringify(await sampleImages(test, tested.scores, dataset.classNames))],
      ["test.json", `${JSON.stringify(report, undefined, 2)}\n`],
    ];
    for (const [name, content] of files) await writeWhole(join(folder, name), content);
    const names = files.map(([name]) => name);
    const told = { network: network.name, shape: dataset.shape, classNames: dataset.classNames };
    await writeWhole(join(folder, "README.md"), bestReadme({ ...told, files: names }));
    return { testMetrics: tested.metrics, files: [...names, "README.md"], detail };
  } finally {
    await model.dispose();
  }
}

/** Pixels in 0..1 with nothing subtracted, as the exported model takes them. */
function pixelsOf({ shape }: ImageSet) {
  return { mean01: rawPixels.mean01.slice(0, shape[0]), sd01: rawPixels.sd01.slice(0, shape[0]) };
}

/**
 * Runs the same validation images through the trained network and the exported file.
 * @returns the largest difference of a score, relative to the largest score or 1.
 * @throws GeniusError `training-failed` when it is above the tolerance.
 */
async function compareExport(
  model: ModelFile,
  { network, weights, parts }: Pick<HandOver, "network" | "weights" | "parts">,
): Promise<number> {
  const { validation: set, normalisation } = parts;
  const firstBatch = async (as: typeof normalisation) => {
    await using batches = createEvaluationBatches({
      set,
      batchSize: Math.min(64, set.count),
      normalisation: as,
    });
    for await (const { images } of batches.epoch(0)) return images.slice();
    throw new GeniusError("internal", "The validation part is empty.");
  };
  const predictor = await createPredictor({ nodes: network.nodes, weights });
  const expected = await predictor.run(await firstBatch(normalisation));
  const received = await model.run(await firstBatch(pixelsOf(set)));
  const scale = expected.reduce((most, score) => Math.max(most, Math.abs(score)), 1);
  const difference = expected.reduce(
    (most, score, index) => Math.max(most, Math.abs(score - (received[index] as number)) / scale),
    0,
  );
  await predictor.dispose();
  const tolerance = toleranceOf(network);
  if (!(difference <= tolerance)) {
    throw new GeniusError(
      "training-failed",
      `The exported model differs from the trained network by ${difference.toExponential(2)}, more than ${tolerance}. Nothing was written; please report this network: ${network.name}.`,
    );
  }
  return difference;
}

/** Holds the exported model to what another program measured with the same weights. */
async function compareLoss(
  model: ModelFile,
  { parts, measured, lossTolerance01, network }: HandOver,
): Promise<void> {
  if (lossTolerance01 === undefined) return;
  const { validation: set } = parts;
  const { loss } = await measure(model.run, { task: parts.task, set, normalisation: pixelsOf(set) });
  if (Math.abs(loss - measured.loss) <= lossTolerance01 * Math.max(0.1, measured.loss)) return;
  throw new GeniusError(
    "training-failed",
    `The exported model has a loss of ${loss.toPrecision(5)} on validation, and the trainer measured ${measured.loss.toPrecision(5)} with the same weights. Nothing was written; please report this network: ${network.name}.`,
  );
}

/** What the models in 8 bits are worth, on the same images as the other. */
async function measureRounded(
  { onnx, integer }: RoundedModel,
  {
    threads,
    parts,
    test,
  }: { readonly threads: number; readonly parts: TrainingParts; readonly test: ImageSet },
): Promise<Pick<FinishDetail, "int8" | "integer">> {
  const measured = async (bytes: Uint8Array) => {
    const model = await openModelFile(bytes, threads);
    try {
      const metricsOf = async (set: ImageSet) =>
        (await measure(model.run, { task: parts.task, set, normalisation: pixelsOf(set) })).metrics;
      const [validation, tested] = [await metricsOf(parts.validation), await metricsOf(test)];
      return {
        ...accuracyBeside("validationAccuracy01", validation),
        ...accuracyBeside("testAccuracy01", tested),
        validation,
        test: tested,
      };
    } finally {
      await model.dispose();
    }
  };
  const int8 = { ...(await measured(onnx)), latencyMs: await latencyOf(onnx), modelBytes: onnx.length };
  if (integer === undefined) return { int8 };
  // The integers of the device, computed in floats that hold them exactly.
  const onDevice = await measured(encodeOnnxModel(integerOnnx(integer)));
  return { int8, integer: { ...onDevice, modelBytes: encodeTflite(int8Tflite(integer)).length } };
}

async function latencyOf(bytes: Uint8Array): Promise<number> {
  const model = await openModelFile(bytes);
  try {
    return await measureLatencyMs(model);
  } finally {
    await model.dispose();
  }
}

/** Row: true class, column: predicted class; counts of test images. */
function confusionOf({ scores }: Scores, { labels, classCount }: ImageSet): number[][] {
  const counts = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (const [image, label] of labels.entries()) {
    (counts[label] as number[])[highestOf(scores, image, classCount)]! += 1;
  }
  return counts;
}

function perClass(tested: Scores, set: ImageSet, classNames: readonly string[]) {
  return confusionOf(tested, set).map((row, label) => {
    const images = row.reduce((a, b) => a + b, 0);
    const accuracy01 = images === 0 ? null : (row[label] as number) / images;
    return { name: classNames[label] as string, images, accuracy01 };
  });
}
