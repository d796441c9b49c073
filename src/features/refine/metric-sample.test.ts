// Metrics as samples on made-up scores whose truth is known: the values mean the metric, noise stays within the margin and
// an improvement is beyond it, for metrics that are means over images and for those that are not.
import { expect, test } from "vitest";
import { createRandom, type Random } from "../../base/random.ts";
import { mean } from "../../math/statistics.ts";
import balancedAccuracy from "../../metrics/balanced-accuracy.ts";
import crossEntropy from "../../metrics/cross-entropy.ts";
import { accuracy, type MetricDefinition, type Scored } from "../../metrics/index.ts";
import macroF1 from "../../metrics/macro-f1.ts";
import { margins, paired } from "./evidence.ts";
import { metricSample } from "./metric-sample.ts";

const classCount = 5;
/** In the order of their classes, as a set of images is; later classes are rarer. */
const labels = [200, 120, 60, 30, 14].flatMap((count, label) => new Array<number>(count).fill(label));

/** Scores of which this share is highest at the right class, by class. */
function scored(random: Random, right01: readonly number[]): Scored {
  const logits = Float32Array.from({ length: labels.length * classCount }, () => random.next());
  for (const [row, label] of labels.entries())
    if (random.next() < right01[label]!) logits[row * classCount + label] = 2;
  return { logits, labels, classCount };
}

const alike = new Array<number>(classCount).fill(0.5);

test("accuracy gives one value an image: whether it is right", () => {
  const given = scored(createRandom("images"), alike);
  const { score, values } = metricSample(accuracy, given);
  expect(values).toHaveLength(labels.length);
  expect(new Set(values)).toEqual(new Set([0, 1]));
  expect(score).toBe(accuracy.measure(given));
  expect(mean(values)).toBeCloseTo(score, 12);
});

test("a metric that is minimised is turned round", () => {
  const given = scored(createRandom("loss"), alike);
  const { score, values } = metricSample(crossEntropy, given);
  expect(score).toBe(-crossEntropy.measure(given));
  expect(mean(values)).toBeCloseTo(score, 6);
});

test.each<[string, MetricDefinition]>([
  ["accuracy", accuracy],
  ["balanced accuracy", balancedAccuracy],
  ["macro-F1", macroF1],
])("%s is compared by the noise of its differences", (_, metric) => {
  const random = createRandom("compare", metric.name);
  const rounds = 40;
  const counts = { noise: 0, better: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const base = metricSample(metric, scored(random, alike));
    expect(mean(base.values)).toBeCloseTo(base.score, 1);
    expect(paired(base.values, base.values)).toBe(0);
    const noise = metricSample(metric, scored(random, alike));
    counts.noise += Number(paired(noise.values, base.values) > margins.score);
    const better = metricSample(
      metric,
      scored(
        random,
        alike.map(() => 0.85),
      ),
    );
    counts.better += Number(paired(better.values, base.values) > margins.score);
  }
  expect(counts.noise).toBeLessThanOrEqual(0.1 * rounds);
  expect(counts.better).toBeGreaterThanOrEqual(0.9 * rounds);
});

test("what helps rare classes alone counts for the metric that weighs classes alike", () => {
  const random = createRandom("rare");
  const base = scored(random, [0.9, 0.9, 0.9, 0.2, 0.2]);
  const changed = scored(random, [0.9, 0.9, 0.9, 0.95, 0.95]);
  const differenceBy = (metric: MetricDefinition) =>
    paired(metricSample(metric, changed).values, metricSample(metric, base).values);
  expect(differenceBy(balancedAccuracy)).toBeGreaterThan(margins.score);
});
