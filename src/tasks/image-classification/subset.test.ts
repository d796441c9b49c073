import fc from "fast-check";
import { expect, test } from "vitest";
import type { ImageSet } from "./dataset.ts";
import { countClasses, selectImages, splitValidation, takeFraction } from "./subset.ts";

function labelled(labels: readonly number[], classCount = 5): ImageSet {
  return {
    count: labels.length,
    classCount,
    shape: [1, 1, 1],
    labels: Uint16Array.from(labels),
    records: Uint32Array.from(labels, (_, record) => record + 100),
    pixels: { kind: "memory", bytes: new Uint8Array(new SharedArrayBuffer(0)) },
  };
}

const anySet = fc.array(fc.nat(4), { minLength: 1, maxLength: 200 }).map((labels) => labelled(labels));
const anySeed = fc.nat(1000);

test("a split is stratified, complete, without overlap, and keeps labels with their records", () => {
  fc.assert(
    fc.property(anySet, anySeed, fc.double({ min: 0.01, max: 0.9, noNaN: true }), (set, seed, fraction01) => {
      fc.pre(countClasses(set).some((count) => count > 1));
      const { train, validation } = splitValidation(set, { fraction01, seed });
      expect([...train.records, ...validation.records].sort()).toEqual([...set.records].sort());
      const [all, held] = [countClasses(set), countClasses(validation)];
      for (const [label, count] of all.entries()) {
        const due = Math.min(Math.max(0, count - 1), Math.max(1, Math.round(fraction01 * count)));
        expect(held[label]).toBe(due);
      }
      for (const part of [train, validation]) {
        for (const [position, record] of part.records.entries()) {
          expect(part.labels[position]).toBe(set.labels[record - 100]);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("fractions of one seed are nested, stratified and never lose a class", () => {
  const fraction = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(anySet, anySeed, fraction, fraction, (set, seed, one, other) => {
      const small = takeFraction(set, { fraction01: Math.min(one, other), seed });
      const large = new Set(takeFraction(set, { fraction01: Math.max(one, other), seed }).records);
      expect(small.records.every((record) => large.has(record))).toBe(true);
      const all = countClasses(set);
      for (const [label, count] of countClasses(small).entries())
        expect(count > 0).toBe((all[label] as number) > 0);
    }),
    { numRuns: 50 },
  );
});

test("seeds decide: same seed, same images; another seed, others", () => {
  const set = labelled(Array.from({ length: 100 }, (_, i) => i % 5));
  const held = (seed: number) => [...splitValidation(set, { fraction01: 0.2, seed }).validation.records];
  expect(held(1)).toEqual(held(1));
  expect(held(1)).not.toEqual(held(2));
  expect(takeFraction(set, { fraction01: 1, seed: 1 })).toBe(set);
});

test("a selection of a selection points at the same records", () => {
  const set = labelled([0, 1, 2, 3]);
  const chosen = selectImages(selectImages(set, [3, 1]), [1]);
  expect([chosen.count, chosen.labels[0], chosen.records[0]]).toEqual([1, 1, 101]);
});

test("impossible fractions are refused", () => {
  const set = labelled([0, 0, 1, 1]);
  for (const fraction01 of [0, 1, -1, Number.NaN]) {
    expect(() => splitValidation(set, { fraction01, seed: 0 })).toThrow(/validation fraction/);
  }
  for (const fraction01 of [0, 1.1, Number.NaN])
    expect(() => takeFraction(set, { fraction01, seed: 0 })).toThrow(/data fraction/);
  expect(() => splitValidation(labelled([0, 1]), { fraction01: 0.5, seed: 0 })).toThrow(
    /every class has just one/,
  );
});
