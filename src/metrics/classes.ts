// What several metrics of classification read from logits: the predicted class, and how often each class was
// predicted for each.
import type { Scored } from "./metric.ts";

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
