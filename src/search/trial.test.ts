// Which trial is the best: a design that was measured again counts with the mean of its measurements.
import { expect, test } from "vitest";
import { bestOf, type Trial } from "./trial.ts";

const trial = (number: number, choice: number, score: number, repeat?: number): Trial => ({
  number,
  proposal: { choices: [choice], fidelity: {}, by: "llm", ...(repeat !== undefined && { repeat }) },
  outcome: { kind: "scored", metrics: { accuracy: score }, score, spent: { milliseconds: 0 } },
  cost: { paramCount: 1, macCount: 1 },
});

test("a lucky second measurement does not win by itself", () => {
  const once = [trial(1, 0, 0.8), trial(2, 1, 0.82)];
  expect(bestOf(once)?.number).toBe(2);
  // 0.80 and 0.83: the mean is behind the 0.82 of the other.
  expect(bestOf([...once, trial(3, 0, 0.83, 1)])?.number).toBe(2);
  expect(bestOf([...once, trial(3, 0, 0.86, 1)])?.number).toBe(1);
  expect(bestOf([...once, trial(3, 1, 0.7, 1)])?.number).toBe(1);
});
