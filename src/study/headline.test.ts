import { expect, test } from "vitest";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { ScoredTrial } from "../search/trial.ts";
import { type Headline, headlineOf } from "./headline.ts";

const metric = metricOf(accuracy);
const best: ScoredTrial = {
  number: 3,
  proposal: { choices: [0], fidelity: {}, by: "random" },
  outcome: {
    ...{ kind: "scored", metrics: { accuracy: 0.2438 }, score: 0.2438 },
    spent: { milliseconds: 1000, epochs: 1 },
  },
  cost: { paramCount: 1, macCount: 1 },
};
const headlineWords = ({ main, details }: Headline) => [main, ...details].join(" · ");
const facts = { metric, selectedOn: "validation" as const, best, isAtChance: false };

test("the trained network's test figure stands first, what the search saw last", () => {
  const trained = { testMetrics: { accuracy: 0.9335 }, test: { validation: { accuracy: 0.938 } } };
  expect(headlineWords(headlineOf({ ...facts, ...trained }))).toBe(
    "93.35 % accuracy on test data · on validation data, after the same training: 93.80 % · in the search, after 1 epoch: 24.38 %",
  );
});

test("a share of few test images is shown with what it may stand for", () => {
  const perfect = {
    ...facts,
    testMetrics: { accuracy: 1 },
    test: { validation: { accuracy: 0.938 }, testImages: 36 },
  };
  expect(headlineOf(perfect).details[0]).toBe("95 % interval 90.36 % to 100.00 %, of 36 test images");
});

test("what it does in 8 bits stands beside the figure in floats, and first where it is to run on a device", () => {
  const test = { validation: { accuracy: 0.938 }, integer: { test: { accuracy: 0.9321 } } };
  const trained = { ...facts, testMetrics: { accuracy: 0.9335 }, test };
  expect(headlineOf(trained).main).toBe("93.35 % accuracy on test data");
  expect(headlineOf(trained).details[0]).toBe("93.21 % in 8 bits");
  const onDevice = headlineOf({ ...trained, isForDevice: true });
  expect(onDevice.main).toBe("93.21 % accuracy in 8 bits on test data");
  expect(onDevice.details[0]).toBe("93.35 % in floats");
});

test("what was not trained to its end is said to be so, and chance is chance", () => {
  expect(headlineWords(headlineOf({ ...facts, isAtChance: true }))).toBe(
    "24.38 % accuracy on validation data, at chance level · after 1 epoch in the search, not trained to its end",
  );
  const slice = { ...best, proposal: { ...best.proposal, fidelity: { seconds: 12.5 } } };
  expect(headlineOf({ ...facts, best: slice }).details).toEqual([
    "after 12.5 s of training in the search, not trained to its end",
  ]);
});

test("a table's figures are of the same training", () => {
  const looked = { ...best, outcome: { ...best.outcome, spent: { milliseconds: 0 } } };
  const tested = { ...facts, best: looked, testMetrics: { accuracy: 0.93 }, test: { rank: 3 } };
  expect(headlineWords(headlineOf(tested))).toBe(
    "93.00 % accuracy on test data · on validation data, by which the search selected it: 24.38 %",
  );
  expect(headlineOf({ ...facts, best: looked, selectedOn: "test" }).main).toBe(
    "24.38 % accuracy on test data",
  );
  expect(headlineOf({ ...facts, best: looked }).details).toEqual([]);
});
