import { describe, expect, test } from "vitest";
import { metrics as catalogue } from "../catalog/_catalog.ts";
import imageClassification from "../tasks/image-classification/task.ts";
import { selectedMetric } from "../tasks/task.ts";
import { metricChecks } from "../testing/metric-suite.ts";
import { classMetrics } from "./index.ts";
import {
  formatBareScore,
  formatChange,
  formatMetric,
  isLikeAccuracy,
  type Metric,
  scoreOf,
  valueOfScore,
} from "./metric.ts";

describe.each(Object.keys(catalogue))("%s", async (name) => {
  const metric = await catalogue[name]!.load();
  test.each(metricChecks(metric).map((check) => [check.name, check] as const))("%s", (_, { run }) => run());
});

const classMetric = (wanted?: { readonly name: string }) => selectedMetric(imageClassification, wanted);

/** Predictions 0 0 1 2 2 0 for the labels 0 0 0 1 2 2, of six classes. */
const scored = () => {
  const logits = new Float32Array(6 * 6);
  for (const [row, found] of [0, 0, 1, 2, 2, 0].entries()) logits[row * 6 + found] = 2;
  return { logits, labels: [0, 0, 0, 1, 2, 2], classCount: 6 };
};

// By hand, and as scikit-learn 1.7.2 gives them (accuracy_score, balanced_accuracy_score, f1_score, log_loss): recalls 2/3, 0, 1/2; F1 2/3, 0, 1/2.
test.each([
  ["accuracy", 3 / 6],
  ["balanced-accuracy", (2 / 3 + 0 + 1 / 2) / 3],
  ["macro-f1", (2 / 3 + 0 + 1 / 2) / 3],
  [
    "cross-entropy",
    -(3 * Math.log(Math.exp(2) / (Math.exp(2) + 5)) + 3 * Math.log(1 / (Math.exp(2) + 5))) / 6,
  ],
])("%s of six examples is what a hand computes", (name, expected) => {
  expect(classMetrics.find((metric) => metric.name === name)!.measure(scored())).toBeCloseTo(expected, 6);
});

test("top-5 accuracy counts a class among the five highest, and ties go to the lower index", () => {
  const measure = classMetric({ name: "top-5-accuracy" }).measure;
  const row = [6, 5, 4, 3, 2, 1, 0];
  const logits = Float32Array.from([...row, ...row, ...row]);
  expect(measure({ logits, labels: [0, 4, 5], classCount: 7 })).toBeCloseTo(2 / 3, 9);
  expect(measure({ logits: new Float32Array(14), labels: [4, 5], classCount: 7 })).toBe(0.5);
});

test("answering one class always: accuracy is its share, balanced accuracy one over the classes", () => {
  const labels = Array.from({ length: 100 }, (_, row) => (row < 90 ? 0 : 1));
  const all = { logits: Float32Array.from(labels.flatMap(() => [1, 0])), labels, classCount: 2 };
  expect(classMetric().measure(all)).toBe(0.9);
  expect(classMetric({ name: "balanced-accuracy" }).measure(all)).toBe(0.5);
});

test("a score is higher for the better value, and gives the value back", () => {
  const loss = classMetrics.find(({ goal }) => goal === "minimise")!;
  expect(scoreOf(loss, 0.3)).toBeGreaterThan(scoreOf(loss, 0.4));
  expect(valueOfScore(loss, scoreOf(loss, 0.3))).toBe(0.3);
});

test("figures are said in their unit, and an unknown name is answered with what there is", () => {
  expect(formatMetric(classMetric(), 0.9313)).toBe("93.13 %");
  expect(formatMetric(classMetric({ name: "macro-f1" }), 0.8714)).toBe("0.871");
  expect(formatMetric(classMetrics.find(({ unit }) => unit === "nats")!, 0.4123)).toBe("0.412 nats");
  expect(() => classMetric({ name: "acuracy" })).toThrow(/accuracy/);
});

test.each<[Metric, boolean]>([
  [{ name: "accuracy", unit: "", goal: "maximise" }, true],
  [{ name: "mean-iou", unit: "%", goal: "maximise" }, true],
  [{ name: "macro-f1", unit: "", goal: "maximise", range: [0, 1] }, true],
  [{ name: "error", unit: "share", goal: "minimise" }, false],
  [{ name: "energy", unit: "mJ", goal: "minimise" }, false],
  [{ name: "throughput", unit: "images/s", goal: "maximise" }, false],
])("%j is like accuracy: %s", (metric, expected) => {
  expect(isLikeAccuracy(metric)).toBe(expected);
});

test("a figure in a unit that is large for it is no zero", () => {
  const energy = { name: "energy", unit: "J", goal: "minimise" } as const;
  expect([0.0000123456, 0.25, 0, -4e-8].map((value) => formatMetric(energy, value))).toEqual([
    "0.0000123 J",
    "0.250 J",
    "0.000 J",
    "-4e-8 J",
  ]);
});

test("scores of a metric that is minimised are said as its values, and a rise as the fall that it is", () => {
  const loss = { name: "loss", unit: "nats", goal: "minimise" } as const;
  expect([formatBareScore(loss, -2.5, 1), formatChange(loss, 0.25)]).toEqual(["2.500", "−0.250 nats"]);
  expect([formatBareScore(classMetric(), 0.25), formatChange(classMetric(), 0.25)]).toEqual([
    "25.00",
    "+25.00 points",
  ]);
});
