// What testing and exporting a network will take, measured before it is trained: a final training by the clock
// keeps that much of its time. The same calls as the hand-over's, on random weights.
import { integerOnnx } from "../deploy/integer-onnx.ts";
import { initialWeights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import type { Network } from "../graph/network.ts";
import { encodeOnnxModel } from "../graph/onnx/model.ts";
import { latencyRuns, openModelFile } from "./model-file.ts";
import { quantiseModel } from "./quantise-model.ts";
import type { TrainingParts } from "./training-data.ts";

/** Files, samples, and what else a machine does meanwhile. */
const spareSeconds = 0.3;
const comparedImages = 64;

interface Rehearsing {
  readonly network: Network;
  readonly parts: TrainingParts;
  readonly threads: number;
  readonly int8: boolean;
}

export interface Rehearsed {
  readonly fixedSeconds: number;
  /** What else it takes is that of measuring so many images. */
  readonly images: number;
  /** Of the exported model, for one image of a batch. */
  readonly imageSeconds: number;
}

/** Gives the seconds of the hand-over by those that measuring one image takes during the training. */
export async function rehearseHandOver(
  rehearsing: Rehearsing,
  now?: () => number,
): Promise<(imageSeconds: number) => number> {
  const { fixedSeconds, images } = await rehearse(rehearsing, now);
  return (imageSeconds) => fixedSeconds + imageSeconds * images;
}

/** The same in its parts, for a training that is measured elsewhere. */
export async function rehearse(
  { network, parts, threads, int8 }: Rehearsing,
  now: () => number = () => performance.now(),
): Promise<Rehearsed> {
  const { normalisation, dataset, train, validation } = parts;
  const content = {
    network,
    weights: initialWeights(network.nodes, 1),
    normalisation,
    classNames: dataset.classNames,
  };
  const size = train.shape.reduce((a, b) => a * b);
  const testImages = dataset.test?.count ?? 0;
  /** Opening, a batch as large as those of measuring, and one image at a time, each in seconds. */
  const timeModel = async (bytes: Uint8Array) => {
    const started = now();
    const model = await openModelFile(bytes, threads);
    try {
      const count = Math.min(comparedImages, validation.count);
      await model.run(new Float32Array(size));
      const opened = now();
      await model.run(new Float32Array(count * size).fill(0.5));
      const ranBatch = now();
      await model.run(new Float32Array(size).fill(0.5));
      return {
        opening: (opened - started) / 1000,
        image: (ranBatch - opened) / 1000 / count,
        latency: latencySeconds((now() - ranBatch) / 1000),
      };
    } finally {
      await model.dispose();
    }
  };

  const started = now();
  const bytes = exportOnnx(content);
  const exporting = (now() - started) / 1000;
  const own = await timeModel(bytes);
  let rounding = 0;
  if (int8) {
    const before = now();
    const rounded = await quantiseModel(content, train);
    rounding = (now() - before) / 1000;
    const each = await timeModel(rounded.onnx);
    rounding += 2 * each.opening + each.latency + each.image * (validation.count + testImages);
    if (rounded.integer !== undefined) {
      const onDevice = await timeModel(encodeOnnxModel(integerOnnx(rounded.integer)));
      rounding += onDevice.opening + onDevice.image * (validation.count + testImages);
    }
  }
  // The file is opened twice, and beside it a predictor for the comparison.
  const fixed = exporting + 3 * own.opening + own.latency + rounding + spareSeconds;
  return { fixedSeconds: fixed, images: testImages + 2 * comparedImages, imageSeconds: own.image };
}

/** What measuring the latency takes, by what one run does. */
const latencySeconds = (runSeconds: number) =>
  Math.max(latencyRuns.milliseconds / 1000, latencyRuns.count * runSeconds) + latencyRuns.warmUp * runSeconds;
