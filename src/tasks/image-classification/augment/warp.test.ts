import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../base/random.ts";
import { warp } from "./warp.ts";

const drawn = (pixels: Uint8Array, shape: [number, number, number], strength01: number, seed: number) => {
  const out = new Uint8Array(pixels.length);
  warp(pixels, out, { shape, strength01, random: createRandom(seed) });
  return out;
};

test("strength 0 changes nothing, and an even image stays even", () => {
  const pixels = Uint8Array.from({ length: 3 * 9 * 11 }, (_, index) => (index * 37) % 256);
  expect(drawn(pixels, [3, 9, 11], 0, 1)).toEqual(pixels);
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 255 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, grey, strength01) => {
        const even = new Uint8Array(8 * 8).fill(grey);
        expect(drawn(even, [1, 8, 8], strength01, seed)).toEqual(even);
      },
    ),
  );
});

test("the centre stays, every channel moves alike, and numbers stay between their neighbours", () => {
  const plane = new Uint8Array(15 * 15);
  for (let y = 5; y < 10; y += 1) for (let x = 7; x < 8; x += 1) plane[y * 15 + x] = 200;
  const pixels = Uint8Array.from([...plane, ...plane]);
  const results = Array.from({ length: 20 }, (_, seed) => drawn(pixels, [2, 15, 15], 1, seed));
  for (const out of results) {
    expect(out.subarray(225)).toEqual(out.subarray(0, 225));
    expect(out[7 * 15 + 7]).toBe(200);
    expect(Math.max(...out)).toBeLessThanOrEqual(200);
  }
  expect(new Set(results.map(String)).size).toBe(20);
});

test("an upright stroke turns by the angle that was drawn", () => {
  // Only the angle is drawn away from the middle: 1 gives +30° at full strength, 0.5 leaves the rest as it is.
  const numbers = [1, 0.5, 0.5, 0.5];
  const random = { ...createRandom(0), next: () => numbers.shift()! };
  const side = 41;
  const pixels = new Uint8Array(side * side);
  for (let y = 0; y < side; y += 1) pixels[y * side + 20] = 255;
  const out = new Uint8Array(pixels.length);
  warp(pixels, out, { shape: [1, side, side], strength01: 1, random });
  const columnAt = (y: number) => {
    const row = [...out.subarray(y * side, (y + 1) * side)];
    return row.reduce((sum, value, x) => sum + value * x, 0) / row.reduce((sum, value) => sum + value, 0);
  };
  const slope = (columnAt(30) - columnAt(10)) / 20;
  expect(Math.atan(Math.abs(slope)) * (180 / Math.PI)).toBeCloseTo(30, 0);
});
