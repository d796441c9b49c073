import { expect, test } from "vitest";
import { createTimeBudget } from "./time-budget.ts";

const plan = { totalSeconds: 600, searchSeconds: 150 };

function at(setting: Partial<Parameters<typeof createTimeBudget>[0]> = {}) {
  let seconds = 1000;
  const clock = createTimeBudget({
    ...{ plan, usedSeconds: 0, openingSeconds: 0, now: () => seconds * 1000 },
    ...setting,
  });
  const pass = (passed: number) => {
    seconds += passed;
  };
  return { clock, pass };
}

test("the opening of the data is shared out between search and final training", () => {
  const { clock } = at({ usedSeconds: 20, openingSeconds: 20 });
  expect(clock.searchSecondsLeft()).toBe(145);
  expect(clock.plannedFinalSeconds).toBe(435);
});

test("the final training has all that is left, also when the search ended before its time", () => {
  const { clock, pass } = at();
  pass(140);
  expect(clock.searchSecondsLeft()).toBe(10);
  expect(clock.finalSeconds("time-spent")).toBe(460);
  pass(20);
  expect(clock.finalSeconds("time-spent")).toBe(440);
});

test("ended by a person, it has its planned share", () => {
  const { clock, pass } = at();
  pass(30);
  expect(clock.finalSeconds("ended-by-person")).toBe(450);
});

test("a search that was held up beyond its time costs the network no more than half of its training", () => {
  const { clock } = at({ usedSeconds: 590 });
  expect(clock.searchSecondsLeft()).toBe(-440);
  expect(clock.finalSeconds("time-spent")).toBe(225);
});

test("resumed in the final training, it has what it had left, and the search is over", () => {
  const { clock, pass } = at({ usedSeconds: 300, begun: { seconds: 450, usedSeconds: 150 } });
  expect(clock.searchSecondsLeft()).toBeLessThan(0);
  expect(clock.finalSeconds("time-spent")).toBe(300);
  pass(1000);
  expect(clock.finalSeconds("time-spent")).toBe(5);
});
