// The images of a supernet: the training part of a dataset, halved – the weights learn from one half, the architecture
// from the other. It must not know what is trained or where the dataset comes from.
import { GeniusError } from "../../base/errors.ts";
import type { Space } from "../../search/space.ts";
import {
  type Augmentation,
  channelStatistics,
  type Dataset,
  defaultAugmentation,
  type ImageSet,
  type Normalisation,
  splitValidation,
  takeFraction,
} from "../../tasks/image-classification/index.ts";

export interface SupernetData {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
  readonly hash: string;
  /** Where the decoded images lie. */
  readonly cachePath: string;
}

/**
 * Halves the training part of a dataset; its test images are not used.
 * @throws GeniusError `wrong-use` when the images do not fit the space.
 */
export function supernetData(
  dataset: Dataset,
  { space, fraction01, seed }: { readonly space: Space; readonly fraction01: number; readonly seed: number },
): SupernetData {
  if (dataset.shape.join() !== space.input.join() || dataset.classNames.length !== space.classCount) {
    throw new GeniusError(
      "wrong-use",
      `A supernet of ${space.name} takes images of [${space.input.join(", ")}] in ${space.classCount} classes; ${dataset.name} has [${dataset.shape.join(", ")}] in ${dataset.classNames.length}. Use the images that the space was made for.`,
    );
  }
  const kept = takeFraction(dataset.train, { fraction01, seed });
  const { train, validation } = splitValidation(kept, { fraction01: 0.5, seed });
  return {
    train,
    validation,
    normalisation: channelStatistics(train),
    augmentation: defaultAugmentation(dataset),
    hash: dataset.hash,
    cachePath: dataset.cachePath,
  };
}
