import { expect, test } from "vitest";
import { createRandom } from "./random.ts";

test("a path names a stream: same path, same numbers; another path, other numbers", () => {
  const draw = (...path: (number | string)[]) => {
    const random = createRandom(...path);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(draw(7, "trial", 3)).toEqual(draw(7, "trial", 3));
  expect(draw(7, "trial", 3)).not.toEqual(draw(7, "trial", 4));
  expect(draw(7, "trial", 3)).not.toEqual(draw(8, "trial", 3));
});

test("the numbers are pinned, so that a study of an older release can be repeated", () => {
  const random = createRandom(1);
  expect([random.integer(1000), random.integer(1000), random.integer(1000)]).toMatchInlineSnapshot(`
    [
      667,
      673,
      115,
    ]
  `);
});

test("uniform and normal variates have the moments they should", () => {
  const random = createRandom("moments");
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(uniform)).toBeCloseTo(0.5, 1.5);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
});

test("shuffle keeps the items and integer covers its range", () => {
  const random = createRandom("shuffle");
  expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(7)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(() => random.pick([])).toThrow(RangeError);
});
