// A network with everything that a program for a device is written from: its trained weights, how its images are normalised,
// what its classes are called, and a few images – from `best/` of a run. Without a training: random weights, and made-up rest.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { readCalibration } from "../deploy/calibration.ts";
import { levelRemarks } from "../deploy/readme.ts";
import { channelsLast } from "../deploy/weight-layout.ts";
import type { ValueRange } from "../graph/export/quantise.ts";
import type { FeatureShape, Network } from "../graph/network.ts";
import { volume } from "../graph/operator.ts";
import { inferShapes } from "../graph/shapes.ts";
import type { Weights } from "../graph/weights.ts";
import { decodeOne, prepareDecoder } from "../tasks/image-classification/index.ts";
import { openModelFile } from "../training/model-file.ts";
import { readModelMetadata } from "../training/model-metadata.ts";
import { handedOver, type Shelf, trainedWeights } from "./export-design.ts";

export interface DeployedDesign {
  readonly network: Network;
  readonly weights: Weights;
  readonly isTrained: boolean;
  readonly normalisation: { readonly mean01: readonly number[]; readonly sd01: readonly number[] };
  readonly classNames: readonly string[];
  /** A few to try it with, [height, width, channels] of bytes. */
  readonly images: readonly Uint8Array[];
  /** Of its maps; absent where they were not measured. */
  readonly ranges?: ReadonlyMap<string, ValueRange>;
  /** What a user must know beside. */
  readonly remarks: readonly string[];
}

const imageCount = 3;

/** A network that was not trained: it shows what a device needs for it, and predicts nothing. */
export function untrainedDesign(network: Network, weights: Weights): DeployedDesign {
  const [input, output] = endsOf(network);
  const random = createRandom(1, "images");
  return {
    network,
    weights,
    isTrained: false,
    normalisation: { mean01: Array(input[0]).fill(0.5), sd01: Array(input[0]).fill(0.25) },
    classNames: numbered(volume(output)),
    images: Array.from({ length: imageCount }, () =>
      Uint8Array.from({ length: volume(input) }, () => random.integer(256)),
    ),
    remarks: [
      "The weights are random: memory and speed are those of the network, but it predicts nothing. The images are noise.",
    ],
  };
}

const facts = z.object({
  normalisation: z.object({ mean01: z.array(z.number()), sd01: z.array(z.number()) }),
  class_names: z.array(z.string()).optional(),
  levels: z.object({ low: z.number(), high: z.number() }).optional(),
});

/** The network as it was handed over; undefined where it was not trained to its end. */
export async function trainedDesign(shelf: Shelf, network: Network): Promise<DeployedDesign | undefined> {
  const weights = await trainedWeights(shelf, network);
  const model = await handedOver(shelf, "model.onnx");
  if (weights === undefined || model === undefined) return undefined;
  const { normalisation, class_names, levels } = readFacts(model, shelf.folder);
  const calibration = await handedOver(shelf, "int8.json");
  const kept = calibration && readCalibration(text.decode(calibration), `${shelf.folder}/best/int8.json`);
  const [input, output] = endsOf(network);
  return {
    network,
    weights,
    isTrained: true,
    normalisation,
    classNames: class_names ?? numbered(volume(output)),
    images: kept?.images.map(({ pixels }) => pixels) ?? (await sampleImages(shelf, input)),
    ...(kept && { ranges: kept.ranges }),
    remarks: levelRemarks(levels),
  };
}

const text = new TextDecoder();

function readFacts(model: Uint8Array, folder: string): z.output<typeof facts> {
  const { normalisation, class_names, levels } = readModelMetadata(model);
  try {
    const given = Object.entries({ normalisation, class_names, levels }).flatMap(([name, json]) =>
      json === undefined ? [] : [[name, JSON.parse(json) as unknown]],
    );
    return facts.parse(Object.fromEntries(given));
  } catch (cause) {
    throw new GeniusError(
      "bad-model-file",
      `${folder}/best/model.onnx does not say how its images are normalised, so it was not written by a search.`,
      { cause },
    );
  }
}

const samples = z.array(z.object({ image: z.string(), label: z.string(), predicted: z.string() }));

/** Of the test images that the report shows, the first that were classified correctly. */
async function sampleImages(shelf: Shelf, shape: FeatureShape): Promise<readonly Uint8Array[]> {
  const file = await handedOver(shelf, "samples.json");
  const path = `${shelf.folder}/best/samples.json`;
  const read = samples.safeParse(file && JSON.parse(text.decode(file)));
  if (!read.success) throw new GeniusError("bad-file", `${path} is damaged or missing: it holds no images.`);
  const isRight = ({ label, predicted }: (typeof read.data)[number]) => Number(label === predicted);
  const chosen = read.data.toSorted((a, b) => isRight(b) - isRight(a)).slice(0, imageCount);
  await prepareDecoder();
  return Promise.all(
    chosen.map(async ({ image }) => {
      const bytes = Buffer.from(image.slice(image.indexOf(",") + 1), "base64");
      const decoded = await decodeOne(bytes, path, { shape });
      if ("broken" in decoded) throw new GeniusError("bad-file", `${path} is damaged: ${decoded.broken}.`);
      return channelsLast(decoded.pixels, shape);
    }),
  );
}

function endsOf({ nodes }: Network): readonly [input: FeatureShape, output: FeatureShape] {
  const shapes = [...inferShapes(nodes).values()];
  return [shapes[0] as FeatureShape, shapes.at(-1) as FeatureShape];
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `class ${index}`);

/** What was measured in training; of random weights nothing is worth measuring. */
export function rangesOf(
  { ranges, isTrained }: DeployedDesign,
  names: readonly string[],
): ReadonlyMap<string, ValueRange> {
  if (!isTrained) return new Map(names.map((name): [string, ValueRange] => [name, [-4, 4]]));
  if (ranges !== undefined) return ranges;
  throw new GeniusError(
    "missing-feature",
    "This network was trained without --int8, so the ranges of its maps, which 8 bits need, were not measured.",
  );
}

/** The scores of each image by an ONNX model in onnxruntime. */
export async function scoresOf(
  bytes: Uint8Array,
  { images }: DeployedDesign,
): Promise<readonly Float32Array[]> {
  const model = await openModelFile(bytes);
  const [channels, height, width] = model.shape;
  const area = height * width;
  try {
    const scores: Float32Array[] = [];
    for (const pixels of images) {
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
