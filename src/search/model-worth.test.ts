// The sentence on a search of five trials whose figures can be worked out by hand.
import { expect, test } from "vitest";
import { worthInWords } from "./model-worth.ts";
import type { Proposal, Trial } from "./trial.ts";

const trial = (number: number, score: number, more: Partial<Proposal>): Trial => ({
  number,
  proposal: { choices: [number], fidelity: {}, by: "hybrid/surrogate", ...more },
  outcome: { kind: "scored", metrics: { accuracy: score }, score, spent: { milliseconds: 0 } },
  cost: { paramCount: 1, macCount: 1 },
});
const offers = [2, 3, 9].map((choice) => ({ choices: [choice], kind: "offer" as const, score: 0.9 }));
const trials = [
  trial(1, 0.8, { call: 1, modelSaid: [...offers, { choices: [4], kind: "forecast", score: 0.7 }] }),
  trial(2, 0.92, { by: "hybrid/model", surrogateExpected: { score: 0.88, sd: 0.01 } }),
  trial(3, 0.9, { by: "hybrid/model" }),
  trial(4, 0.8, { surrogateExpected: { score: 0.81, sd: 0.01 } }),
];

test("says what was tried, whose the best is, and who forecast better", () => {
  expect(worthInWords(trials)).toBe(
    "The model offered 3 designs, 2 of which were tried, and the best design is one of them; of 2 designs that both had forecast, it missed by 6.00 points on average and the surrogate by 2.50.",
  );
  expect(worthInWords([...trials, trial(5, 0.95, {})])).toContain("the best design is the surrogate's");
  expect(worthInWords(trials.slice(1))).toBeUndefined();
});
