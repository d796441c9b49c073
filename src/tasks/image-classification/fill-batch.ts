// Makes batch k of epoch e: a pure function of the plan and (e, k), whatever thread it runs on and whatever was
// made before. The inner loops of data preparation are here and in augment/; threads and buffers are elsewhere.
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import { type Augmentation, checkAugmentation, noAugmentation } from "./augment/augmentation.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./augment/colour.ts";
import { createCrop } from "./augment/crop.ts";
import { mixRows, sampleBeta } from "./augment/mixup.ts";
import { applyTrivialAugment } from "./augment/trivial-augment.ts";
import { warp } from "./augment/warp.ts";
import type { ImageSet } from "./dataset.ts";
import { openPixels } from "./pixels.ts";
import type { Normalisation } from "./statistics.ts";

/** All that decides the content of batches. Can be sent to another thread. */
export interface BatchPlan {
  readonly set: ImageSet;
  readonly batchSize: number;
  readonly normalisation: Normalisation;
  readonly augmentation?: Augmentation;
  /** An image is mirrored in every second epoch instead of at random; by default not. See airbench, https://arxiv.org/abs/2404.00498 */
  readonly alternatingFlip?: boolean;
  /** Default 0. */
  readonly seed?: number | string;
  /** Default `shuffled`: another order each epoch. */
  readonly order?: "shuffled" | "sequential";
  /** What becomes of a last batch that is not full: left out (default), shorter, or filled up with zero rows. */
  readonly lastBatch?: "drop" | "keep" | "pad";
}

/** Where a batch is written: `images [N, C, H, W]`, `targets [N, classes]` and `labels [N]`, N the batch size. */
export interface BatchBuffers {
  readonly images: Float32Array;
  readonly targets: Float32Array;
  readonly labels: Uint16Array;
}

export interface BatchFiller {
  /** Writes batch `index` of `epoch`; rows from the returned number of images on are zero. */
  fill(epoch: number, index: number, out: BatchBuffers): number;
  close(): void;
}

/** Batches in an epoch. @throws GeniusError `wrong-use` when that is none. */
export function countBatches(plan: BatchPlan): number {
  const { set, batchSize, lastBatch = "drop" } = plan;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new GeniusError(
      "wrong-use",
      `A batch size of ${batchSize} is not possible. Choose a whole number from 1.`,
    );
  }
  const count = lastBatch === "drop" ? Math.floor(set.count / batchSize) : Math.ceil(set.count / batchSize);
  if (count === 0) {
    throw new GeniusError(
      "wrong-use",
      `${set.count} images do not fill one batch of ${batchSize}. Choose a smaller batch, more data, or lastBatch "keep".`,
    );
  }
  return count;
}

/** @throws GeniusError `wrong-use` when the plan is impossible, `not-found` when its pixels are gone. */
export function createBatchFiller(plan: BatchPlan): BatchFiller {
  const { set, batchSize, normalisation, augmentation = noAugmentation, seed = 0, order = "shuffled" } = plan;
  const { alternatingFlip = false } = plan;
  countBatches(plan);
  checkAugmentation(augmentation, set.shape);
  const [channels, height, width] = set.shape;
  const area = height * width;
  const length = channels * area;
  const tables = Array.from({ length: channels }, (_, channel) => normaliser(normalisation, channel));
  const crop = createCrop(set.shape);
  const scratch = new Uint8Array(length);
  const warped = new Uint8Array(length);
  const reader = openPixels(set);
  const { cropPadding, flip, colourJitter, trivialAugment, cutoutSize, mixupAlpha } = augmentation;
  const changesPixels =
    cropPadding > 0 || flip || augmentation.warp > 0 || colourJitter > 0 || trivialAugment;
  // Which images are mirrored in epoch 0, and so in every even one.
  const first = createRandom(seed, "flip");
  const isEven = Uint8Array.from({ length: alternatingFlip ? set.count : 0 }, () => first.integer(2));
  let ordered: { epoch: number; positions: readonly number[] } | undefined;

  const positionsOf = (epoch: number) => {
    if (ordered?.epoch !== epoch) {
      const inOrder = Array.from({ length: set.count }, (_, position) => position);
      ordered = {
        epoch,
        positions: order === "shuffled" ? createRandom(seed, "order", epoch).shuffle(inOrder) : inOrder,
      };
    }
    return ordered.positions;
  };

  return {
    fill(epoch, index, { images, targets, labels }) {
      const random = createRandom(seed, "augmentation", epoch, index);
      const positions = positionsOf(epoch).slice(index * batchSize, (index + 1) * batchSize);
      const count = positions.length;
      targets.fill(0);
      for (const [row, position] of positions.entries()) {
        let pixels = reader.read(position);
        if (changesPixels) {
          const shift = () => (cropPadding > 0 ? random.integer(2 * cropPadding + 1) - cropPadding : 0);
          const move = { right: shift(), down: shift() };
          const isFlipped = () => (alternatingFlip ? isEven[position] !== epoch % 2 : random.next() < 0.5);
          crop(pixels, { ...move, flip: flip && isFlipped() }, scratch);
          pixels = scratch;
        }
        if (augmentation.warp > 0) {
          warp(scratch, warped, { shape: set.shape, strength01: augmentation.warp, random });
          scratch.set(warped);
        }
        if (colourJitter > 0) {
          const factor = () => 1 + colourJitter * (2 * random.next() - 1);
          adjustBrightness(scratch, set.shape, factor());
          adjustContrast(scratch, set.shape, factor());
          adjustSaturation(scratch, set.shape, factor());
        }
        if (trivialAugment) applyTrivialAugment(scratch, set.shape, random);
        let to = row * length;
        for (let channel = 0, from = 0; channel < channels; channel += 1) {
          const table = tables[channel] as Float32Array;
          for (const end = from + area; from < end; from += 1, to += 1)
            images[to] = table[pixels[from] as number] as number;
        }
        if (cutoutSize > 0) {
          const [left, top] = [random.integer(width), random.integer(height)].map(
            (centre) => centre - (cutoutSize >> 1),
          );
          cutOut(images.subarray(row * length, (row + 1) * length), {
            left: left as number,
            top: top as number,
          });
        }
        const label = set.labels[position] as number;
        labels[row] = label;
        targets[row * set.classCount + label] = 1;
      }
      if (count < batchSize) {
        images.fill(0, count * length, batchSize * length);
        labels.fill(0, count, batchSize);
      }
      if (mixupAlpha > 0) {
        const weight = sampleBeta(mixupAlpha, random);
        const partners = random.shuffle(positions.map((_, row) => row));
        mixRows(images, length, { weight, partners });
        mixRows(targets, set.classCount, { weight, partners });
      }
      return count;
    },
    close: reader.close,
  };

  function cutOut(image: Float32Array, at: { left: number; top: number }): void {
    const [left, right] = [Math.max(0, at.left), Math.min(width, at.left + cutoutSize)];
    for (let channel = 0; channel < channels; channel += 1) {
      for (let y = Math.max(0, at.top); y < Math.min(height, at.top + cutoutSize); y += 1) {
        const row = channel * area + y * width;
        image.fill(0, row + left, row + right);
      }
    }
  }
}

/** Normalised values of the 256 pixel values of a channel. */
function normaliser({ mean01, sd01 }: Normalisation, channel: number): Float32Array {
  const [mean, sd] = [mean01[channel], sd01[channel]];
  if (mean === undefined || sd === undefined || !(sd > 0)) {
    throw new GeniusError(
      "wrong-use",
      `The normalisation has no mean and standard deviation above 0 for channel ${channel}.`,
    );
  }
  return Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / sd);
}
