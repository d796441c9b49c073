// Known answers from mpmath 1.3.0 with 40 digits (computed once, written here) over the whole range of doubles.
import { expect, test } from "vitest";
import { normalCdf, normalPdf, normalQuantile } from "./normal.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

test.each([
  [-37, 5.725571222524577e-300],
  [-20, 2.7536241186062337e-89],
  [-8, 6.220960574271784e-16],
  [-6, 9.86587645037698e-10],
  [-5.7, 5.990371401063528e-9],
  [-5.6, 1.071759025831093e-8],
  [-3.5, 0.00023262907903552504],
  [-3, 0.0013498980316300946],
  [-1.96, 0.024997895148220435],
  [-0.7, 0.24196365222307303],
  [-0.5, 0.3085375387259869],
  [0.5, 0.6914624612740131],
  [0.67, 0.7485711049046899],
  [1.96, 0.9750021048517795],
  [2.99, 0.9986051127645077],
  [3.2, 0.9993128620620841],
  [6, 0.9999999990134123],
  [8, 0.9999999999999993],
])("P(Z < %f)", (z, expected) => expect(relative(normalCdf(z), expected)).toBeLessThan(2e-15));

test.each([
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-6, -4.753424308822899],
  [0.001, -3.0902323061678136],
  [0.025, -1.9599639845400543],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.3, -0.5244005127080408],
  [0.501, 0.002506630899571766],
  [0.9, 1.2815515655446006],
  [0.975, 1.9599639845400538],
  [0.999999, 4.753424308817087],
])("the quantile of %f", (probability, expected) =>
  expect(relative(normalQuantile(probability), expected)).toBeLessThan(2e-15),
);

test("the ends, the middle and what is not a number", () => {
  expect(normalCdf(0)).toBe(0.5);
  expect(normalQuantile(0.5)).toBe(0);
  expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(40), normalCdf(-40)]).toEqual([0, 1, 1, 0]);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  expect([normalCdf(Number.NaN), normalQuantile(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  expect(normalPdf(0)).toBe(1 / Math.sqrt(2 * Math.PI));
});

test("the quantile undoes the distribution function, which has the density as its slope", () => {
  for (let z = -7.9; z < 4; z += 0.013) {
    expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 9);
    const slope = (normalCdf(z + 1e-5) - normalCdf(z - 1e-5)) / 2e-5;
    expect(slope / normalPdf(z)).toBeCloseTo(1, 4);
  }
});
