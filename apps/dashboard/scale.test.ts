// The ends of an axis hold what they must, and ticks can be told from each other.
import fc from "fast-check";
import { expect, test } from "vitest";
import { endsOf, logTicks } from "./src/charts/scale.ts";
import { scoreAxis } from "./src/run/axes.ts";

const accuracy = { name: "accuracy", unit: "share", goal: "maximise", range: [0, 1] } as const;

test("the ends lie outside of all values, so that no mark is cut, and apart from each other", () => {
  const value = fc.double({ min: 0.001, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.boolean(), fc.boolean(), (values, isLog, whole) => {
      const { min, max } = endsOf(values, { isLog, whole });
      expect(min).toBeLessThan(Math.min(...values));
      expect(max).toBeGreaterThan(Math.max(...values));
      expect(min).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("a single score has a quarter of a point on either side; none has an axis all the same", () => {
  const { min, max } = endsOf([0.24, 0.24], scoreAxis(accuracy, "accuracy"));
  expect([min, max]).toEqual([expect.closeTo(0.2375, 9), expect.closeTo(0.2425, 9)]);
  const none = endsOf([], {});
  expect(none.max).toBeGreaterThan(none.min);
});

test("values that differ in their last digits only have room as one value has", () => {
  const { min, max } = endsOf([0.0010000000000000002, 0.001], {});
  expect([min, max]).toEqual([expect.closeTo(0.00095, 9), expect.closeTo(0.00105, 9)]);
});

test("small differences without a wish for room fill the axis", () => {
  const { min, max } = endsOf([0, 0.004], { min: 0 });
  expect([min, max]).toEqual([0, expect.closeTo(0.0042, 9)]);
});

test("ticks of a logarithmic axis are round, in order and inside", () => {
  expect(logTicks({ min: 15, max: 1200 })).toEqual([20, 50, 100, 200, 500, 1000]);
  expect(logTicks({ min: 1, max: 1e6 })).toEqual([1, 10, 100, 1000, 1e4, 1e5, 1e6]);
});

test("an axis of scores is labelled with the figures that they stand for", () => {
  const energy = scoreAxis({ name: "energy", unit: "mJ", goal: "minimise" }, "energy");
  expect([energy.format?.(-2.5), energy.tick?.(-2.5)]).toEqual(["2.5", "2.5"]);
  expect([scoreAxis(accuracy, "accuracy").format?.(0.25)]).toEqual(["25"]);
});
