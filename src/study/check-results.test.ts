import fc from "fast-check";
import { expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import nasBenchMacro from "../search/spaces/nas-bench-macro.ts";
import { checkEvaluation, checkProposal, checkTestResult } from "./check-results.ts";

const space = nasBenchMacro.create(nasBenchMacro.options.parse({}));
const good = { choices: [0, 1, 2, 0, 1, 2, 0, 1], fidelity: {}, by: "mine" };
const scored = { kind: "scored", metrics: { accuracy: 0.5 }, spent: { milliseconds: 1 } };

test("a proposal that follows the contract is taken as it is", () => {
  const proposal = { ...good, fidelity: { epochs: 3 }, predicted: { score: 0.9, sd: 0.1 }, repeat: 1 };
  expect(checkProposal(proposal, space)).toEqual(proposal);
});

test.each([
  ["nothing", null, /it must be an object; null was given$/],
  ["too few choices", { ...good, choices: [0, 1] }, /choices has 2 numbers, and .* has 8 decisions/],
  [
    "half an option",
    { ...good, choices: [0.5, 1, 2, 0, 1, 2, 0, 1] },
    /choices\.0 must be a whole number; 0\.5 was given$/,
  ],
  [
    "a negative option",
    { ...good, choices: [-1, 1, 2, 0, 1, 2, 0, 1] },
    /choices\.0 must be at least 0; -1 was given$/,
  ],
  [
    "an option too many",
    { ...good, choices: [0, 1, 3, 0, 1, 2, 0, 1] },
    /has 3 for layer3; allowed are 0 to 2/,
  ],
  ["NaN", { ...good, choices: [Number.NaN, 1, 2, 0, 1, 2, 0, 1] }, /choices\.0/],
  [
    "an unknown field",
    { ...good, confidence: 0.9 },
    /it has the unknown field "confidence"\. Known are choices,/,
  ],
  [
    "a misspelt fidelity",
    { ...good, fidelity: { epoch: 3 } },
    /fidelity has the unknown field "epoch"\. Did you mean "epochs"\? Known are epochs, /,
  ],
  ["no proposer", { choices: good.choices, fidelity: {} }, /by is needed$/],
  ["a repaired design of another space", { ...good, repairedFrom: [0] }, /repairedFrom has 1 numbers/],
])("a strategy that returns %s proposes nothing, with the reason", (_, value, why) => {
  const proposal = checkProposal(value, space);
  expect(proposal.choices).toEqual([]);
  expect(proposal.unreadable).toMatch(why);
});

test("a circle is no proposal, and an expectation of NaN is left out", () => {
  const circle: Record<string, unknown> = { ...good };
  circle.self = circle;
  expect(checkProposal(circle, space).unreadable).toMatch(/not plain JSON/);
  expect(checkProposal({ ...good, predicted: { score: Number.NaN } }, space)).toEqual(good);
});

test.each<[string, unknown, RegExp?]>([
  ["nothing", undefined],
  ["a number", 0.5],
  [
    "NaN",
    { ...scored, metrics: { accuracy: Number.NaN } },
    /metrics\.accuracy must be a number; NaN was given$/,
  ],
  ["Infinity", { ...scored, metrics: { accuracy: Number.POSITIVE_INFINITY } }],
  [
    "a text",
    { ...scored, metrics: { accuracy: "0.5" } },
    /metrics\.accuracy must be a number; "0\.5" was given$/,
  ],
  ["another metric of NaN", { ...scored, metrics: { accuracy: 0.5, loss: Number.NaN } }],
  ["no time", { ...scored, spent: {} }],
  ["an unknown kind", { kind: "fine" }, /kind must be one of scored, infeasible, failed; "fine" was given$/],
  ["a curve with NaN", { ...scored, curve: [{ epoch: 1, trainLoss: Number.NaN, validation: {} }] }],
  ["a big integer", { ...scored, extra: 1n }],
])("an evaluator that returns %s has failed, with the reason", (_, value, why = /cannot be used: .+/) => {
  expect(checkEvaluation(value, 7)).toMatchObject({
    ...{ kind: "failed", reason: "crashed", spent: { milliseconds: 7 } },
    detail: expect.stringMatching(why),
  });
});

test("an evaluator of the first release, which returned accuracy01, is still understood", () => {
  const { metrics: _, ...rest } = scored;
  expect(checkEvaluation({ ...rest, accuracy01: 0.5 }, 7)).toEqual(scored);
  expect(checkTestResult({ accuracy01: 0.5 })).toEqual({ metrics: { accuracy: 0.5 } });
  expect(() => checkTestResult({ metrics: { accuracy: Number.NaN } })).toThrow(/metrics\.accuracy/);
});

test("whatever is returned, the answer can be written down and read again", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({
      kind: fc.constantFrom("scored", "failed", "infeasible"),
      metrics: fc.anything(),
      spent: fc.record({ milliseconds: fc.oneof(fc.double(), fc.anything()) }),
      curve: fc.anything(),
      violations: fc.anything(),
      detail: fc.anything(),
      reason: fc.constantFrom("crashed", "diverged", "odd"),
    }),
    fc.record({ choices: fc.anything(), fidelity: fc.anything(), by: fc.anything() }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const evaluation = checkEvaluation(value, 0);
      expect(checkEvaluation(JSON.parse(JSON.stringify(evaluation)), 0)).toEqual(evaluation);
      const proposal = checkProposal(value, space);
      expect(checkProposal(JSON.parse(JSON.stringify(proposal)), space)).toEqual(proposal);
      try {
        checkTestResult(value);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GeniusError);
      }
    }),
    { seed: 15, numRuns: 1000 },
  );
});
