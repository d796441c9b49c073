import { expect, test } from "vitest";
import { mapInOrder } from "./map-in-order.ts";

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("results keep the order, and no more than the width are under way", async () => {
  let underWay = 0;
  let most = 0;
  const results: number[] = [];
  const slowFirst = async (item: number) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await turns(10 - item);
    underWay -= 1;
    return item * 2;
  };
  for await (const result of mapInOrder([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], slowFirst, 4)) results.push(result);
  expect(results).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  expect(most).toBe(4);
});

test("an error that comes early is thrown in its turn, and is not unhandled before", async () => {
  const results: number[] = [];
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const transform = async (item: number) => {
    if (item === 2) throw new Error("two");
    await turns(20);
    return item;
  };
  const run = async () => {
    for await (const result of mapInOrder([0, 1, 2, 3], transform)) results.push(result);
  };
  await expect(run()).rejects.toThrow("two");
  process.off("unhandledRejection", note);
  expect([results, unhandled]).toEqual([[0, 1], []]);
});
