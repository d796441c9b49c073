// Parts of an image set: a validation split, a held-out test part, a fraction for cheap trainings. All are
// stratified (each class gives its share) and seeded, and are views: no pixel is copied.
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import type { Dataset, ImageSet } from "./dataset.ts";

/** The set of the given positions of `set`, in that order. */
export function selectImages(set: ImageSet, positions: readonly number[] | Uint32Array): ImageSet {
  return {
    ...set,
    count: positions.length,
    labels: Uint16Array.from(positions, (position) => set.labels[position] as number),
    records: Uint32Array.from(positions, (position) => set.records[position] as number),
  };
}

/**
 * Splits `fraction01` of each class off for validation, rounded, but at least one image of every class that has
 * two and never the last one of a class. Same seed, same split.
 * @throws GeniusError `wrong-use` when the fraction is not within (0, 1), or nothing can be split off.
 */
export function splitValidation(
  set: ImageSet,
  options: { readonly fraction01: number; readonly seed: number | string },
): { train: ImageSet; validation: ImageSet } {
  const { fraction01, seed } = options;
  if (!(fraction01 > 0 && fraction01 < 1)) {
    throw new GeniusError(
      "wrong-use",
      `A validation fraction of ${fraction01} is not possible. Choose one between 0 and 1, such as 0.1.`,
    );
  }
  const chosen = shuffledClasses(set, "validation-split", seed).flatMap((positions) =>
    positions.slice(
      0,
      Math.min(positions.length - 1, Math.max(1, Math.round(fraction01 * positions.length))),
    ),
  );
  if (chosen.length === 0) {
    throw new GeniusError(
      "bad-data",
      "No image can be split off for validation: every class has just one to train with. Give each class at least three images – one each to train with, for validation and for the test – or two and a test part of its own.",
    );
  }
  const isChosen = new Set(chosen);
  const rest = Array.from({ length: set.count }, (_, position) => position).filter(
    (position) => !isChosen.has(position),
  );
  return {
    train: selectImages(set, rest),
    validation: selectImages(
      set,
      chosen.toSorted((a, b) => a - b),
    ),
  };
}

/** What is trained on and what is validated on: the source's own validation part where it has one, else split off. */
export function splitForTraining(
  { train, validation }: Pick<Dataset, "train" | "validation">,
  options: { readonly fraction01: number; readonly seed: number | string },
): { train: ImageSet; validation: ImageSet } {
  return validation === undefined ? splitValidation(train, options) : { train, validation };
}

/**
 * A stratified `fraction01` of the set: at least one image of each class. A smaller fraction is always contained
 * in a larger one of the same seed, so that a training which continues at a higher fidelity sees more, not other, data.
 * @throws GeniusError `wrong-use` when the fraction is not within (0, 1].
 */
export function takeFraction(
  set: ImageSet,
  options: { readonly fraction01: number; readonly seed: number | string },
): ImageSet {
  const { fraction01, seed } = options;
  if (!(fraction01 > 0 && fraction01 <= 1)) {
    throw new GeniusError(
      "wrong-use",
      `A data fraction of ${fraction01} is not possible. Choose one above 0 and up to 1.`,
    );
  }
  if (fraction01 === 1) return set;
  const chosen = shuffledClasses(set, "data-fraction", seed).flatMap((positions) =>
    positions.slice(0, Math.max(1, Math.round(fraction01 * positions.length))),
  );
  return selectImages(
    set,
    chosen.toSorted((a, b) => a - b),
  );
}

/** How many images each class has. */
export function countClasses(set: ImageSet): number[] {
  const counts = new Array<number>(set.classCount).fill(0);
  for (const label of set.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** The positions of each class that has any, in an order drawn for the purpose and seed. */
function shuffledClasses(set: ImageSet, purpose: string, seed: number | string): number[][] {
  const classes = Array.from({ length: set.classCount }, (): number[] => []);
  for (const [position, label] of set.labels.entries()) classes[label]?.push(position);
  return classes
    .map((positions, label) => createRandom(seed, purpose, label).shuffle(positions))
    .filter((positions) => positions.length > 0);
}
