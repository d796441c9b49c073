import { expect, test } from "vitest";
import { createRandom } from "../../../base/random.ts";
import type { ImageShape } from "../dataset.ts";
import pillow from "../fixtures/pillow.json" with { type: "json" };
import { checkAugmentation, defaultAugmentation, noAugmentation } from "./augmentation.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  equalize,
  posterize,
  solarize,
} from "./colour.ts";
import { createCrop } from "./crop.ts";
import { mixRows, sampleBeta } from "./mixup.ts";
import { applyTrivialAugment, trivialOperations } from "./trivial-augment.ts";

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

test("a crop moves each channel and reflects at the border; a flip mirrors what was moved", () => {
  const shape: ImageShape = [2, 2, 4];
  const crop = createCrop(shape);
  const out = new Uint8Array(16);
  crop(counting(16), { right: 0, down: 0, flip: false }, out);
  expect([...out]).toEqual([...counting(16)]);
  crop(counting(16), { right: 2, down: 0, flip: false }, out);
  expect([...out.slice(0, 4)]).toEqual([2, 1, 0, 1]);
  expect([...out.slice(12)]).toEqual([14, 13, 12, 13]);
  crop(counting(16), { right: -1, down: 1, flip: false }, out);
  expect([...out.slice(0, 8)]).toEqual([5, 6, 7, 6, 1, 2, 3, 2]);
  crop(counting(16), { right: 2, down: 0, flip: true }, out);
  expect([...out.slice(0, 4)]).toEqual([1, 0, 1, 2]);
});

test("colour operations give what Pillow gives, to one unit of rounding", () => {
  const operations: Record<string, (pixels: Uint8Array, shape: ImageShape, strength: number) => void> = {
    brightness: adjustBrightness,
    contrast: adjustContrast,
    saturation: adjustSaturation,
    sharpness: adjustSharpness,
    posterize,
    solarize,
    autoContrast,
  };
  const farthest = (ours: Uint8Array, theirs: readonly number[]) =>
    Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] as number))));
  expect(new Set(pillow.cases.map((one) => one.name))).toEqual(new Set(Object.keys(operations)));
  for (const { name, strength, pixels } of pillow.cases) {
    const ours = Uint8Array.from(pillow.image);
    operations[name]?.(ours, [3, 5, 6], strength);
    expect(farthest(ours, pixels), `${name} ${strength}`).toBeLessThanOrEqual(1);
  }
  const ours = Uint8Array.from(pillow.equalized.input);
  equalize(ours, [3, 20, 20], 0);
  expect([...ours]).toEqual(pillow.equalized.pixels);
});

test("every TrivialAugment operation changes a picture at full strength and but the histogram ones none at zero", () => {
  const shape: ImageShape = [3, 16, 16];
  const random = createRandom("picture");
  const picture = Uint8Array.from({ length: 3 * 256 }, () => 40 + random.integer(150));
  expect(Object.keys(trivialOperations)).toHaveLength(14);
  for (const [name, operation] of Object.entries(trivialOperations)) {
    const strong = picture.slice();
    operation(strong, shape, { level01: 1, sign: 1 });
    if (name === "identity") expect(strong).toEqual(picture);
    else expect(strong, name).not.toEqual(picture);
    const none = picture.slice();
    operation(none, shape, { level01: 0, sign: 1 });
    if (!["autoContrast", "equalize"].includes(name)) expect(none, name).toEqual(picture);
  }
});

test("geometry: a translation moves by whole pixels and fills with black, in all channels alike", () => {
  const pixels = counting(48).map((value) => value + 1);
  trivialOperations.translateX?.(pixels, [3, 4, 4], { level01: 0.25, sign: 1 });
  expect([...pixels.slice(0, 4)]).toEqual([2, 3, 4, 0]);
  expect([...pixels.slice(32, 36)]).toEqual([34, 35, 36, 0]);
});

test("TrivialAugment is a function of its random stream", () => {
  const run = (seed: number) => {
    const pixels = counting(192);
    const random = createRandom(seed);
    for (let i = 0; i < 5; i += 1) applyTrivialAugment(pixels, [3, 8, 8], random);
    return [...pixels];
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test("Beta(α, α) has mean 1/2 and variance 1 / (8α + 4), down to α where Gamma variates underflow", () => {
  const random = createRandom("beta");
  for (const alpha of [0.001, 0.2, 1, 4]) {
    const draws = Array.from({ length: 20_000 }, () => sampleBeta(alpha, random));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 1.8);
    expect(variance).toBeCloseTo(1 / (8 * alpha + 4), 2);
    expect(draws.every((draw) => draw >= 0 && draw <= 1)).toBe(true);
  }
});

test("mixing uses the rows as they were", () => {
  const rows = Float32Array.from([1, 2, 10, 20]);
  mixRows(rows, 2, { weight: 0.75, partners: [1, 0] });
  expect([...rows]).toEqual([3.25, 6.5, 7.75, 15.5]);
});

test("defaults flip pictures but not digits; what is out of range is named", () => {
  expect(defaultAugmentation({ shape: [3, 32, 32], mirrorable: true })).toMatchObject({
    flip: true,
    cropPadding: 4,
  });
  expect(defaultAugmentation({ shape: [1, 28, 28], mirrorable: false })).toMatchObject({
    flip: false,
    cropPadding: 2,
  });
  expect(() => checkAugmentation({ ...noAugmentation, cropPadding: 32 }, [3, 32, 32])).toThrow(
    /cropPadding is 32.*0 to 31/,
  );
  expect(() => checkAugmentation({ ...noAugmentation, mixupAlpha: Number.NaN }, [3, 32, 32])).toThrow(
    /mixupAlpha/,
  );
});
