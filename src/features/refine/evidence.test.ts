// The rule that chooses on answers whose truth is known: equals and noise keep the unchanged design, improvements win.
import { expect, test } from "vitest";
import { createRandom, type Random } from "../../base/random.ts";
import { choose, type Evidence, evidenceFor, isBetter, type Measured, margins, paired } from "./evidence.ts";
import { localSample } from "./local-measures.ts";

const classCount = 4;
const images = 320;
// In pairs, for of two images one teaches the probe and one tests it.
const labels = Array.from({ length: images }, (_, image) => Math.floor(image / 2) % classCount);

/** Answers of which a share is right, and features whose class centres are `distance` noises apart. */
function measured(
  random: Random,
  { accuracy01, distance }: { accuracy01: number; distance: number },
): Measured {
  const width = 6;
  const features = Float32Array.from({ length: images * width }, (_, place) => {
    const label = labels[Math.floor(place / width)]!;
    return (place % width === label ? distance : 0) + random.normal();
  });
  const values = labels.map(() => Number(random.next() < accuracy01));
  return { values, local: localSample({ values: features, labels, classCount }) };
}

const scoreOf = ({ values }: Measured) => values.reduce((sum, value) => sum + value, 0) / values.length;

function round(base: Measured, ...changed: readonly Measured[]): number {
  return choose([
    { score: scoreOf(base) },
    ...changed.map((other) => ({ score: scoreOf(other), evidence: evidenceFor(other, base) })),
  ]);
}

const nothing: Evidence = { score: 0, classEntropy: 0, probeAccuracy: 0, effectiveRank: 0 };

test("compares image by image", () => {
  // Won on 9, lost on 1: McNemar's (9 − 1) / √10.
  const base = [1, ...new Array(9).fill(0), 1, 1];
  const changed = [0, ...new Array(9).fill(1), 1, 1];
  expect(paired(changed, base)).toBeCloseTo(8 / Math.sqrt(10), 12);
  expect(paired(base, changed)).toBeCloseTo(-8 / Math.sqrt(10), 12);
  expect(paired(base, base)).toBe(0);
});

test("an equal never wins", () => {
  const random = createRandom("equal");
  for (const accuracy01 of [0.2, 0.5, 0.9]) {
    const base = measured(random, { accuracy01, distance: 2 });
    expect(evidenceFor(base, base)).toEqual({ ...nothing, classEntropy: -0 });
    expect(round(base, base, base)).toBe(0);
  }
});

test("noise keeps the unchanged design mostly, an improvement wins nearly always", () => {
  const random = createRandom("noise");
  const plain = { accuracy01: 0.5, distance: 2 };
  const wins = { noise: 0, accuracy: 0, local: 0 };
  const rounds = 20;
  for (let count = 0; count < rounds; count += 1) {
    const base = measured(random, plain);
    const noise = measured(random, plain);
    wins.noise += Number(round(base, noise) === 1);
    wins.accuracy += Number(round(base, noise, measured(random, { ...plain, accuracy01: 0.7 })) === 2);
    // Right on the same images, but its classes lie further apart.
    const { local } = measured(random, { ...plain, distance: 3 });
    wins.local += Number(round(base, { values: base.values, local }) === 1);
  }
  expect(wins.noise).toBeLessThanOrEqual(1);
  expect(wins.accuracy).toBeGreaterThanOrEqual(0.9 * rounds);
  expect(wins.local).toBeGreaterThanOrEqual(0.9 * rounds);
});

test("asks two local measures of a design that is no less accurate", () => {
  const above = {
    score: margins.score + 0.1,
    classEntropy: margins.classEntropy + 0.1,
    probeAccuracy: margins.probeAccuracy + 0.1,
    effectiveRank: margins.effectiveRank + 0.01,
  };
  expect(isBetter(nothing)).toBe(false);
  expect(isBetter({ ...nothing, score: above.score, effectiveRank: -above.effectiveRank })).toBe(true);
  expect(isBetter({ ...nothing, classEntropy: above.classEntropy })).toBe(false);
  const two = { classEntropy: above.classEntropy, effectiveRank: above.effectiveRank };
  expect(isBetter({ ...nothing, ...two })).toBe(true);
  expect(isBetter({ ...nothing, ...two, score: -0.1 })).toBe(false);
  expect(choose([{ score: 0.5 }, { score: 0.55, evidence: { ...nothing, ...two } }])).toBe(1);
  expect(
    choose([
      { score: 0.5 },
      { score: 0.55, evidence: { ...nothing, score: 3 } },
      { score: 0.56, evidence: { ...nothing, score: 3.4 } },
      { score: 0.57, evidence: nothing },
    ]),
  ).toBe(2);
});
