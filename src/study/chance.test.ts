import { expect, test } from "vitest";
import { accuracy, classMetrics, metricOf } from "../metrics/index.ts";
import { chanceWords, isAtChance } from "./chance.ts";

const sizes = [102, 100, 100, 100, 100, 100, 100, 100, 99, 99];
const at = (metric: (typeof classMetrics)[number], classSizes = sizes) => ({
  evaluator: { chance: { validation: { ...metric.chance!(classSizes) } } },
});

test("a result within the noise of chance is said to be, and one above it is not", () => {
  const metric = metricOf(accuracy);
  // 0.102 ± 1.96 × 0.0096
  expect(isAtChance(at(accuracy), { metric, score: 0.12 })).toBe(true);
  expect(isAtChance(at(accuracy), { metric, score: 0.122 })).toBe(false);
  expect(chanceWords(at(accuracy), { metric, score: 0.1 })).toContain(
    "no better than always answering the most frequent class (10.20 % of 1,000 images)",
  );
  expect(chanceWords(at(accuracy), { metric, score: 0.5 })).toBeUndefined();
});

test("a figure on test data counts where there is one, and nothing is said where chance is not known", () => {
  const metric = metricOf(accuracy);
  const { validation } = at(accuracy).evaluator.chance;
  const provenance = { evaluator: { chance: { validation, test: validation } } };
  expect(isAtChance(provenance, { metric, score: 0.1, testMetrics: { accuracy: 0.6 } })).toBe(false);
  expect(isAtChance(provenance, { metric, score: 0.6, testMetrics: { accuracy: 0.1 } })).toBe(true);
  expect(isAtChance({ evaluator: {} }, { metric, score: 0.1 })).toBe(false);
});

test.each(
  classMetrics.filter(({ chance }) => chance !== undefined).map((metric) => [metric.name, metric] as const),
)("%s: chance is what always answering by frequency measures", (_, metric) => {
  const classSizes = [5, 40, 0, 20, 9, 8, 7, 6];
  const labels = classSizes.flatMap((size, label) => Array<number>(size).fill(label));
  const logits = Float32Array.from(labels.flatMap(() => classSizes));
  const chance = metric.chance!(classSizes);
  expect(chance.value).toBeCloseTo(metric.measure({ logits, labels, classCount: classSizes.length }), 12);
  expect(chance).toMatchObject({ images: 95, sd: expect.any(Number) });
});
