import { expect, test } from "vitest";
import { createCountdown, plannedEpochs, timeOfTrials } from "./run-time.ts";

const epochs = { search: 2, final: 20 };

test("the whole of a run by trials has the final training in it", () => {
  const work = { budget: 10, parallel: 1, paceMs: 1000, epochs };
  // Ten trainings of two epochs and one of twenty: half of the work is the final one.
  expect(timeOfTrials({ ...work, evaluated: 0 })).toEqual({ share01: 0, leftMs: 20_000 });
  expect(timeOfTrials({ ...work, evaluated: 10 })).toEqual({ share01: 0.5, leftMs: 10_000 });
  const half = timeOfTrials({ ...work, evaluated: 10, final: { epoch: 10, paceMs: 400 } });
  expect(half).toEqual({ share01: 0.75, leftMs: 4000 });
  // Ended early: the search is over all the same.
  expect(timeOfTrials({ ...work, evaluated: 3, final: { epoch: 20, paceMs: 400 } })).toEqual({
    share01: 1,
    leftMs: 0,
  });
});

test("without a final training it is evaluations, and without a pace no time is said", () => {
  const work = { budget: 4, parallel: 1, paceMs: undefined };
  expect(timeOfTrials({ ...work, evaluated: 1 })).toEqual({ share01: 0.25, leftMs: undefined });
});

test("of trainings at once each takes as long as it takes", () => {
  // Two at once, each 2 s: one ends every second. The final training has ten times the epochs: 20 s.
  const { leftMs } = timeOfTrials({ budget: 2, evaluated: 2, parallel: 2, paceMs: 1000, epochs });
  expect(leftMs).toBe(20_000);
});

test("the time left counts down, and rises only for a reason", () => {
  let now = 0;
  const countdown = createCountdown(() => now);
  expect(countdown.leftMs()).toBeUndefined();
  countdown.estimate(100_000);
  now = 10_000;
  expect(countdown.leftMs()).toBe(90_000);
  countdown.estimate(95_000);
  expect(countdown.leftMs()).toBe(90_000);
  countdown.estimate(80_000);
  expect(countdown.leftMs()).toBe(80_000);
  countdown.estimate(200_000);
  expect(countdown.leftMs()).toBe(200_000);
});

test("the plan is read from what the evaluator says of itself", () => {
  expect(plannedEpochs({ epochs: { min: 1, search: 2, final: 20 } })).toEqual(epochs);
  expect(plannedEpochs({ byTheClock: true })).toBeUndefined();
  expect(plannedEpochs(undefined)).toBeUndefined();
});
