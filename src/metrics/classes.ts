// What several metrics of classification read from logits: the predicted class, and how often each class was
// predicted for each.
import type { ChanceLevel, Scored } from "./metric.ts";

/** The class of the highest logit of a row; among equals the lowest index. */
export function highestOf(logits: Float32Array, row: number, classCount: number): number {
  const start = row * classCount;
  let best = 0;
  for (let index = 1; index < classCount; index += 1)
    if ((logits[start + index] as number) > (logits[start + best] as number)) best = index;
  return best;
}

export interface ClassCounts {
  /** Examples of the class. */
  readonly actual: Float64Array;
  /** Examples that were taken for the class. */
  readonly predicted: Float64Array;
  /** Examples of the class that were taken for it. */
  readonly correct: Float64Array;
}

export function countClasses({ logits, labels, classCount }: Scored): ClassCounts {
  const [actual, predicted, correct] = [0, 0, 0].map(() => new Float64Array(classCount)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < labels.length; row += 1) {
    const label = labels[row] as number;
    const found = highestOf(logits, row, classCount);
    actual[label]! += 1;
    predicted[found]! += 1;
    if (found === label) correct[label]! += 1;
  }
  return { actual, predicted, correct };
}

/** The chance level of a share of right answers: that of the `places` most frequent classes. */
export function shareChance(classSizes: readonly number[], places = 1): ChanceLevel {
  const images = sum(classSizes);
  const right = sum(classSizes.toSorted((a, b) => b - a).slice(0, places));
  const value = right / images;
  return { value, sd: binomialSd(value, images), images };
}

/**
 * The chance level of a mean over classes. Its noise is that of a mean of shares, each of one class: rare classes make it
 * larger than that of the share over all images.
 */
export function classMeanChance(
  classSizes: readonly number[],
  chanceOf: (largest01: number, classes: number) => number,
): ChanceLevel {
  const sizes = classSizes.filter((size) => size > 0);
  const images = sum(sizes);
  const value = chanceOf(Math.max(...sizes) / images, sizes.length);
  const independent = sizes.length ** 2 / sum(sizes.map((size) => 1 / size));
  return { value, sd: binomialSd(value, independent), images };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const binomialSd = (value: number, count: number) => Math.sqrt((value * (1 - value)) / count);
