// Local measures on features whose answers are known: separate clusters, noise, and maps of known rank.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { classEntropy, effectiveRank, type Features, probeAccuracy } from "./local-measures.ts";

const random = createRandom("local-measures");
const classCount = 4;

/** `distance` between class centres in units of the noise. */
function clusters(distance: number, width = 6, count = 160): Features {
  const labels = Array.from({ length: count }, () => random.integer(classCount));
  const values = Float32Array.from({ length: count * width }, (_, place) => {
    const label = labels[Math.floor(place / width)]!;
    return (place % width === label ? distance : 0) + random.normal();
  });
  return { values, labels, classCount };
}

test("finds separate classes pure and separable, and noise neither", () => {
  const apart = clusters(30);
  expect(classEntropy(apart)).toBe(0);
  expect(probeAccuracy(apart)).toBe(1);
  const noise = clusters(0);
  expect(classEntropy(noise)).toBeGreaterThan(1);
  expect(classEntropy(noise)).toBeLessThan(Math.log(classCount));
  expect(probeAccuracy(noise)).toBeLessThan(0.45);
  const between = clusters(2.5);
  expect(classEntropy(between)).toBeLessThan(classEntropy(noise));
  expect(probeAccuracy(between)).toBeGreaterThan(0.6);
});

test("counts the neighbours of a case done by hand", () => {
  // On a line: 0, 1, 3 | 10. With two neighbours each: {b, a}, {a, a}, {b, a}, {a, b}.
  const features = { values: Float32Array.of(0, 1, 3, 10), labels: [0, 1, 0, 0], classCount: 2 };
  const half = Math.log(2);
  expect(classEntropy(features, 2)).toBeCloseTo((half + 0 + half + half) / 4, 10);
});

test("measures how many directions are filled", () => {
  const line = Float32Array.from(
    { length: 100 * 3 },
    (_, place) => Math.floor(place / 3) * ((place % 3) + 1),
  );
  expect(effectiveRank({ values: line, labels: new Array(100).fill(0), classCount })).toBeCloseTo(1, 4);
  // An orthogonal design: all singular values alike.
  const corners = [-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].flatMap((c) => [a, b, c])));
  expect(
    effectiveRank({ values: Float32Array.from(corners), labels: new Array(8).fill(0), classCount }),
  ).toBeCloseTo(3, 8);
  expect(effectiveRank({ values: new Float32Array(6), labels: [0, 1], classCount })).toBe(1);
});
