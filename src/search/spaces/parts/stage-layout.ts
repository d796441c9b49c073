// What the spaces for images of any size share: four stages of blocks, how wide they are in each size class, where an
// image of some size is halved, and the hyperparameters that may be decided too. It knows no blocks.
import { z } from "zod";
import {
  type ImageSize,
  imageSizeOption,
  shortSideOf,
  sidesOf,
  sizeOf,
  sizeText,
} from "../../../tasks/image-size.ts";
import type { Decision } from "../../space.ts";

export const depths = [1, 2, 3, 4] as const;
export const learningRates = [0.0125, 0.025, 0.05, 0.1, 0.2] as const;
export const weightDecays = [1e-5, 1e-4, 5e-4, 2e-3] as const;

/** From the smallest; each class is twice as wide as the one before. */
export const sizeClasses = ["tiny", "small", "medium", "large"] as const;
export type SizeClass = (typeof sizeClasses)[number];

/** The options of a space of stages; `ranges` says how many parameters the size classes have. */
export const stagedOptions = (ranges: string) =>
  z.object({
    imageSize: imageSizeOption({ min: 8, max: 1024 })
      .prefault(32)
      .describe("image size in pixels: 32, or 24x32 for height x width"),
    channels: z.int().min(1).max(64).default(3).describe("image channels: 3 for colour, 1 for grey"),
    classCount: z.int().min(2).max(100_000).default(10).describe("how many classes"),
    sizeClass: z.enum(sizeClasses).default("small").describe(`how wide: ${ranges}`),
    hyperparameters: z
      .boolean()
      .default(false)
      .describe("decide the training's learning rate and weight decay too"),
  });

export type StagedOptions = z.output<ReturnType<typeof stagedOptions>>;

export interface StageLayout {
  readonly stem: { readonly channels: number; readonly kernel: number; readonly stride: number };
  readonly stages: readonly {
    readonly widths: readonly number[];
    readonly stride: number;
    /** Of the stage's output. */
    readonly size: ImageSize;
  }[];
  readonly headWidths: readonly number[];
}

const tinyWidths = [
  [4, 8, 12, 16],
  [8, 12, 16, 24],
  [12, 16, 24, 32],
  [16, 24, 32, 48],
] as const;
const tinyHeadWidths = [32, 48, 64, 96] as const;

/** Strides of the four stages for 0 to 4 halvings, early ones first: small maps are cheap. */
const stageStrides = [
  [1, 1, 1, 1],
  [1, 2, 1, 1],
  [1, 2, 2, 1],
  [1, 2, 2, 2],
  [2, 2, 2, 2],
] as const;

/** The parts of the network that the options settle. The short side of the last map is 5 to 8 pixels, whatever the image. */
export function layoutOf({
  imageSize,
  sizeClass,
}: Pick<StagedOptions, "imageSize" | "sizeClass">): StageLayout {
  const factor = 2 ** sizeClasses.indexOf(sizeClass);
  const halvings = Math.max(0, Math.round(Math.log2(shortSideOf(imageSize) / 6)));
  // A large image is halved in the stem, which would otherwise be the most expensive layer.
  const inStem = halvings >= 4 ? halvings - 4 + (halvings === 4 ? 1 : 0) : 0;
  const stemStride = 2 ** inStem;
  const strides = stageStrides[halvings - inStem] as readonly number[];
  let size = divided(imageSize, stemStride);
  return {
    // A kernel that sees every pixel, whatever the stride.
    stem: { channels: 8 * factor, kernel: Math.max(3, 2 * stemStride - 1), stride: stemStride },
    stages: tinyWidths.map((widths, stage) => {
      const stride = strides[stage] as number;
      size = divided(size, stride);
      return { widths: widths.map((width) => width * factor), stride, size };
    }),
    headWidths: tinyHeadWidths.map((width) => width * factor),
  };
}

function divided(size: ImageSize, stride: number): ImageSize {
  const [height, width] = sidesOf(size);
  return sizeOf([Math.ceil(height / stride), Math.ceil(width / stride)]);
}

/** A stage in words, for the meaning of a decision. */
export const stageWords = (
  { size, stride }: StageLayout["stages"][number],
  number: number,
  count: number,
): string =>
  `stage ${number} of ${count} (output ${sizeText(size)}${stride > 1 ? ", its first block halves the map" : ""})`;

export const widthDecision = (
  stage: StageLayout["stages"][number],
  number: number,
  count: number,
): Decision => ({
  name: `stage${number}.width`,
  meaning: `Output channels of every block of ${stageWords(stage, number, count)}.`,
  kind: "ordinal",
  about: "architecture",
  options: stage.widths.map((value) => ({ label: `${value} channels`, value })),
});

export const trainingDecisions: readonly Decision[] = [
  {
    name: "learningRate",
    meaning: "The peak learning rate of the training (SGD with momentum, cosine decay).",
    kind: "ordinal",
    about: "training",
    options: learningRates.map((value) => ({ label: `learning rate ${value}`, value })),
  },
  {
    name: "weightDecay",
    meaning: "The weight decay of the training: more of it regularises, which small data sets need.",
    kind: "ordinal",
    about: "training",
    options: weightDecays.map((value) => ({ label: `weight decay ${value}`, value })),
  },
];

/** The values of the training decisions, which stand at `first` and after it. */
export const hyperparametersAt = (first: number) => (choices: readonly number[]) => ({
  learningRate: learningRates[choices[first] as number] as number,
  weightDecay: weightDecays[choices[first + 1] as number] as number,
});
