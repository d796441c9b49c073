// From a trained network to its 8-bit forms: what values its maps take is measured on training images, and the network is
// rounded by that – as `model.int8.onnx`, and as the integer network from which files for devices are written. What each
// loses is measured by the one who asked.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type DeviceNetwork, deviceNetwork } from "../deploy/device-network.ts";
import { type IntegerNetwork, integerNetwork, rangesToMeasure } from "../deploy/integer-network.ts";
import { inferenceModel, type OnnxExportOptions } from "../graph/export/onnx.ts";
import { quantise, type ValueRange, valuesToMeasure } from "../graph/export/quantise.ts";
import { encodeOnnxModel, type OnnxModel } from "../graph/onnx/model.ts";
import { createEvaluationBatches, type ImageSet, takeFraction } from "../tasks/image-classification/index.ts";

const batchSize = 32;
/** Images of all classes that determine the ranges. */
const calibrationImages = 512;

export interface RoundedModel {
  /** The bytes of `model.int8.onnx`. */
  readonly onnx: Uint8Array;
  /** Absent where an operator has no form in integers: a layer norm. */
  readonly integer?: IntegerNetwork;
  /** Of all that was measured, by the names of the inference graph. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
}

/** @param set images to measure on, [N, C, H, W] pixels in 0..1: training images, never test images. */
export async function quantiseModel(options: OnnxExportOptions, set: ImageSet): Promise<RoundedModel> {
  const model = inferenceModel(options);
  const some = takeFraction(set, { fraction01: Math.min(1, calibrationImages / set.count), seed: 0 });
  const hasIntegers = options.network.nodes.every(({ op }) => op.kind !== "layer-norm");
  const device = hasIntegers ? deviceNetwork(options) : undefined;
  const names = new Set([...valuesToMeasure(model), ...(device ? rangesToMeasure(device) : [])]);
  names.delete("images");
  const scores = device && scoresToClip(device);
  const ranges = await measureRanges(model, { names: [...names], scores }, some);
  return {
    onnx: encodeOnnxModel(quantise(model, ranges)),
    ...(device && { integer: integerNetwork(device, ranges) }),
    ranges,
  };
}

/**
 * The scores of an integer network have 255 steps, and two classes that fall on one step are a draw. What matters is which class
 * is the largest, so the steps reach down to the second-best classes only; undefined where another operation reads the scores.
 */
function scoresToClip({ values, steps, output }: DeviceNetwork): string | undefined {
  return steps.some(({ inputs }) => inputs.includes(output)) ? undefined : values[output]?.onnxName;
}

/**
 * The range of every value that needs one: the mean of the batches' smallest and largest, which a single outlier
 * does not stretch.
 */
async function measureRanges(
  model: OnnxModel,
  { names, scores }: { readonly names: readonly string[]; readonly scores: string | undefined },
  set: ImageSet,
): Promise<ReadonlyMap<string, ValueRange>> {
  const { graph } = model;
  const watched: OnnxModel = {
    ...model,
    graph: {
      ...graph,
      outputs: [...graph.outputs, ...names.map((name) => ({ name, type: "float32" as const }))],
    },
  };
  const session = await InferenceSession.create(encodeOnnxModel(watched), {
    graphOptimizationLevel: "basic",
    logSeverityLevel: 4,
  });
  const [channels] = set.shape;
  const plain = { mean01: new Array<number>(channels).fill(0), sd01: new Array<number>(channels).fill(1) };
  const sums = new Map(names.map((name) => [name, [0, 0] as [number, number]]));
  let count = 0;
  try {
    await using batches = createEvaluationBatches({
      set,
      batchSize: Math.min(batchSize, set.count),
      normalisation: plain,
    });
    for await (const { images } of batches.epoch(0)) {
      const size = images.length / set.shape.reduce((a, b) => a * b);
      const results = await session.run({
        images: new Tensor("float32", images.slice(), [size, ...set.shape]),
      });
      for (const [name, sum] of sums) {
        const data = (results[name] as Tensor).data as Float32Array;
        let [min, max] = [0, 0];
        for (const value of data) {
          if (value < min) min = value;
          else if (value > max) max = value;
        }
        if (name === scores) min = lowestSecond(data, data.length / size);
        sum[0] += min;
        sum[1] += max;
      }
      count += 1;
    }
  } finally {
    await session.release();
  }
  return new Map([...sums].map(([name, [min, max]]) => [name, [min / count, max / count] as const]));
}

/** The smallest second-best score of an image. */
function lowestSecond(scores: Float32Array, classCount: number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let start = 0; start < scores.length; start += classCount) {
    const own = scores.slice(start, start + classCount).sort();
    lowest = Math.min(lowest, own.at(-2) ?? 0);
  }
  return lowest;
}
