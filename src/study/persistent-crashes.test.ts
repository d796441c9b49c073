// When crashes are a fault of the whole study, and when they are findings about single designs.
import { expect, test } from "vitest";
import type { Outcome, Trial } from "../search/trial.ts";
import { createCrashCheck } from "./persistent-crashes.ts";

const spent = { milliseconds: 1 };
const crash = (detail: string): Outcome => ({ kind: "failed", reason: "crashed", detail, spent });
const failed = (reason: "diverged" | "timeout" | "duplicate"): Outcome => ({
  ...{ kind: "failed", reason, detail: "", spent },
});
const scored: Outcome = { kind: "scored", metrics: { accuracy: 0.5 }, score: 0.5, spent };
const trialOf = (outcome: Outcome, index: number): Trial => ({
  number: index + 1,
  proposal: { choices: [index], fidelity: {}, by: "test" },
  outcome,
  cost: { paramCount: 1, macCount: 1 },
});

/** How many of the outcomes are met before the study is given up; undefined when it continues. */
function givenUpAt(outcomes: readonly Outcome[], recorded: readonly Outcome[] = []): number | undefined {
  const check = createCrashCheck(recorded.map(trialOf));
  for (const [index, outcome] of outcomes.entries()) {
    try {
      check(trialOf(outcome, index));
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "training-failed" });
      return index + 1;
    }
  }
  return undefined;
}

const different = Array.from({ length: 12 }, (_, index) => crash(`device ${index} is lost`));
const same = Array.from({ length: 12 }, () => crash("no compiler"));

test.each([
  ["crashes in the same words from the start", same, [], 3],
  ["crashes in different words from the start", different, [], 10],
  ["repeated designs between them do not count", [same[0]!, failed("duplicate"), same[1]!, same[2]!], [], 4],
  ["after a scored trial they are findings", [scored, ...same], [], undefined],
  ["after a scored trial of an earlier sitting, too", same, [scored], undefined],
  ["a study resumed after such crashes gets its own chance", same, [...same.slice(0, 3)], 3],
  ["divergence is a finding", Array.from({ length: 12 }, () => failed("diverged")), [], undefined],
  ["so is a time limit before the crashes", [failed("timeout"), ...same], [], undefined],
])("%s", (_, outcomes, recorded, at) => expect(givenUpAt(outcomes, recorded)).toBe(at));
