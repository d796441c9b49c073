// What may be done to training images, as one JSON-safe record, and what suits a dataset when nothing is said.
// The operations themselves are beside this file; fill-batch.ts applies them in the order of the fields.
import { GeniusError } from "../../../base/errors.ts";
import type { Dataset, ImageShape } from "../dataset.ts";

/** All off: `noAugmentation`. */
export interface Augmentation {
  /** Shift by up to this many pixels in both directions; what enters is the image reflected at its border. 0 is off. */
  readonly cropPadding: number;
  /** Mirror left to right with probability 1/2. */
  readonly flip: boolean;
  /** Small random rotation, slant and scaling of this strength, at most 1: see `warp`. 0 is off. */
  readonly warp: number;
  /** Brightness, contrast and saturation each scaled by a factor drawn from [1 − s, 1 + s]. 0 is off, at most 1. */
  readonly colourJitter: number;
  /** One of 14 operations at a random strength (wide space). @see Müller & Hutter, TrivialAugment, ICCV 2021 */
  readonly trivialAugment: boolean;
  /** Side in pixels of a square set to the channel mean, anywhere in the image and partly outside. 0 is off. @see DeVries & Taylor 2017 */
  readonly cutoutSize: number;
  /** α of Beta(α, α) from which each batch draws how much of a second image is mixed in. 0 is off. @see Zhang et al., mixup, ICLR 2018 */
  readonly mixupAlpha: number;
}

export const noAugmentation: Augmentation = {
  cropPadding: 0,
  flip: false,
  warp: 0,
  colourJitter: 0,
  trivialAugment: false,
  cutoutSize: 0,
  mixupAlpha: 0,
};

/** Shifts by an eighth of the side and, where a mirrored image keeps its class, flips: what small networks profit from. */
export function defaultAugmentation(dataset: Pick<Dataset, "shape" | "mirrorable">): Augmentation {
  const side = Math.min(dataset.shape[1], dataset.shape[2]);
  return {
    ...noAugmentation,
    cropPadding: Math.floor(side / (dataset.mirrorable ? 8 : 14)),
    flip: dataset.mirrorable,
  };
}

/** @throws GeniusError `wrong-use` when a value is out of range for images of `shape`. */
export function checkAugmentation(augmentation: Augmentation, shape: ImageShape): void {
  const side = Math.min(shape[1], shape[2]);
  const check = (name: keyof Augmentation, most: number, whole: boolean) => {
    const value = Number(augmentation[name]);
    if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return;
    const kind = whole ? "a whole number" : "a number";
    throw new GeniusError(
      "wrong-use",
      `Augmentation ${name} is ${augmentation[name]}; allowed is ${kind} from 0 to ${most}.`,
    );
  };
  check("cropPadding", side - 1, true);
  check("cutoutSize", 2 * side, true);
  check("warp", 1, false);
  check("colourJitter", 1, false);
  check("mixupAlpha", 100, false);
}
