// With a clock that moves only when it is told to.
import { expect, test } from "vitest";
import { createStartCost } from "./start-cost.ts";

function at() {
  let milliseconds = 0;
  const cost = createStartCost(1, () => milliseconds);
  /** A training that says it took `own` seconds, and for which `passed` seconds pass. */
  const train = (own: number, passed: number, kind = "finished") =>
    cost.follow(async () => {
      milliseconds += passed * 1000;
      return { milliseconds: own * 1000, end: { kind } };
    });
  return { cost, train };
}

test("a training's time is all that passed, with the start of its process", async () => {
  const { train } = at();
  expect(await train(5, 12.5)).toMatchObject({ milliseconds: 12_500 });
});

test("the final training keeps free what starting took lately, at its longest", async () => {
  const { cost, train } = at();
  expect(cost.secondsOf(36)).toBe(1);
  await train(5, 12);
  expect(cost.secondsOf(36)).toBe(7);
  await train(5, 9);
  expect(cost.secondsOf(36)).toBe(7);
  for (const passed of [8, 8, 8]) await train(5, passed);
  expect(cost.secondsOf(36)).toBe(4);
});

test("a long wait in a queue does not cost the final training more than a quarter", async () => {
  const { cost, train } = at();
  await train(5, 3605);
  expect(cost.secondsOf(36)).toBe(9);
});

test("a training that was stopped says nothing of starting, and has taken its time", async () => {
  const { cost, train } = at();
  expect(await train(0, 9, "cancelled")).toMatchObject({ milliseconds: 9000 });
  expect(cost.secondsOf(36)).toBe(1);
});

test("a training that an earlier study had begun says nothing of starting", async () => {
  const { cost, train } = at();
  expect(await train(20, 3)).toMatchObject({ milliseconds: 20_000 });
  expect(cost.secondsOf(36)).toBe(1);
});
