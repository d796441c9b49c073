import fc from "fast-check";
import { expect, test } from "vitest";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import { emptyJournal, foldJournal, isHandedOver, parentOf } from "./fold.ts";
import type { JournalLine, StudyConfig } from "./journal-lines.ts";

const config: StudyConfig = {
  metric: metricOf(accuracy),
  ...{ dataset: "cifar10", task: "CIFAR-10", space: "nas-bench-macro", spaceOptions: {}, strategy: "random" },
  ...{ strategyOptions: {}, evaluator: "table", evaluatorOptions: {}, modelOptions: {} },
  ...{ trials: 3, limits: {}, parallel: 1, seed: 7 },
};
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const header: JournalLine = {
  ...{ kind: "header", format: "genius-journal", version: 2, config, provenance: {}, time: at(0) },
};
const trialOf = (number: number, accuracy01: number): Trial => ({
  number,
  proposal: { choices: [number % 3, 0, 2], fidelity: {}, by: "random" },
  outcome: {
    kind: "scored",
    metrics: { accuracy: accuracy01 },
    score: accuracy01,
    spent: { milliseconds: 1000, epochs: 2 },
  },
  cost: { paramCount: number, macCount: number },
});
const trial = (number: number, accuracy01: number, minute = number): JournalLine => ({
  ...{ kind: "trial", trial: trialOf(number, accuracy01), key: String(number), time: at(minute) },
});
const note = (about: "resumed" | "stopped", text: string, minute: number): JournalLine => ({
  ...{ kind: "note", about, text, time: at(minute) },
});
const result = (best: number | null, minute: number): JournalLine => ({
  ...{ kind: "result", reason: "trials-spent", best, time: at(minute) },
});
const fold = (...lines: readonly JournalLine[]) =>
  foldJournal(
    emptyJournal,
    lines.map((value, index) => ({ value, lineNumber: index + 1 })),
  );

const finished = [header, trial(2, 0.7), trial(1, 0.8), trial(3, 0.6), result(1, 4)];
const resumed = [...finished, note("resumed", "resumed after 3 trials", 60), trial(4, 0.9, 61)];

test("a result names the selected trial, a resume takes it back, and a newer result holds again", () => {
  expect(fold(...finished)).toMatchObject({ standing: "finished", selected: { number: 1 } });
  const named = fold(header, trial(1, 0.8), trial(2, 0.7), result(2, 4));
  expect(named.selected?.number).toBe(2);
  const open = fold(...resumed);
  expect(open).toMatchObject({ standing: "stopped", result: undefined, selected: { number: 4 } });
  const again = fold(...resumed, result(4, 62));
  expect(again).toMatchObject({ standing: "finished", result: { best: 4 }, selected: { number: 4 } });
});

test("what lies in best/ belongs to the trial of the last result, also after a resume", () => {
  const open = fold(...resumed);
  expect([isHandedOver(open, 1), isHandedOver(open, 4)]).toEqual([true, false]);
  const stopped = fold(header, trial(1, 0.8));
  expect([isHandedOver(stopped, 1), isHandedOver(stopped, 2)]).toEqual([true, false]);
});

test("an error that stopped the search is a failure until it is resumed", () => {
  const lines = [header, trial(1, 0.8), note("stopped", "failed: the disk is full", 3)];
  expect(fold(...lines)).toMatchObject({ standing: "failed", failure: "the disk is full" });
  expect(fold(...lines, note("resumed", "resumed", 9)).standing).toBe("stopped");
  expect(fold(header, note("stopped", "interrupted after 0 evaluations", 3)).standing).toBe("stopped");
});

test("time is counted without the pause before a resume, and trials by what they took", () => {
  expect(fold(...resumed).spent).toEqual({
    ...{ evaluations: 4, proposals: 4, evaluationMs: 4000, epochs: 8, elapsedMs: 5 * 60_000 },
  });
});

test("a resume may ask for more evaluations, which are then the plan", () => {
  const longer: JournalLine = {
    ...{
      kind: "note",
      about: "resumed",
      text: "resumed after 3 trials, for 5 in all",
      trials: 5,
      time: at(60),
    },
  };
  expect(fold(...finished, longer).header?.config.trials).toBe(5);
  expect(fold(...resumed).header?.config.trials).toBe(3);
});

test("baselines that are run after the end belong to the result, take none of its time, and fall with a resume", () => {
  const runs = [{ strategy: "random", seed: 7001, points: [{ evaluation: 1, score: 0.75 }] }];
  const reference = { name: "resnet-8", paramCount: 1, macCount: 1, testMetrics: { accuracy: 0.5 } };
  const after: JournalLine = {
    ...{ kind: "note", about: "baselines", text: "run", baselines: runs, reference, time: at(50) },
  };
  const state = fold(...finished, after);
  expect(state).toMatchObject({ standing: "finished", baselines: runs, reference, changedAt: at(50) });
  expect(state.spent.elapsedMs).toBe(fold(...finished).spent.elapsedMs);
  const again = fold(...finished, after, note("resumed", "resumed after 3 trials", 60), trial(4, 0.9, 61));
  expect(again).toMatchObject({ baselines: [], reference });
  expect(again.spent.elapsedMs).toBe(5 * 60_000);
  // An error that stopped the search is one though baselines were noted since.
  const failed = [header, trial(1, 0.8), note("stopped", "failed: the disk is full", 3), after];
  expect(fold(...failed).standing).toBe("failed");
});

test("a parent is the best trial of a lower number; among equals the earliest", () => {
  const state = fold(header, trial(3, 0.8), trial(1, 0.8), trial(2, 0.7), trial(4, 0.9));
  expect([1, 2, 4, 5].map((number) => parentOf(state, number)?.number)).toEqual([undefined, 1, 1, 4]);
});

test("the first line that cannot be read is named, and what came before it is kept", () => {
  const state = fold(header, trial(1, 0.8), trial(1, 0.8), trial(2, 0.9));
  expect(state.damage).toEqual({
    ...{ lineNumber: 3, what: ": trial 1 is there already", isForeign: false },
  });
  expect(state.trials.map(({ number }) => number)).toEqual([1]);
  expect(foldJournal(state, [{ value: trial(2, 0.9), lineNumber: 5 }])).toBe(state);
});

test("folded in any pieces, lines give the same state, and no state is changed afterwards", () => {
  const line = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 9 }))
      .map(([n, a]) => trial(n, a / 10)),
    fc.constantFrom(note("resumed", "resumed", 20), note("stopped", "failed: x", 20), result(3, 21), header),
  );
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(4)), (rest, sizes) => {
      const lines = [header, ...rest].map((value, index) => ({ value, lineNumber: index + 1 }));
      const whole = foldJournal(emptyJournal, lines);
      let state = emptyJournal;
      let start = 0;
      for (const size of [...sizes, lines.length]) {
        const frozen = JSON.stringify(state);
        const next = foldJournal(state, lines.slice(start, start + size));
        expect(JSON.stringify(state)).toBe(frozen);
        state = next;
        start += size;
      }
      expect(state).toEqual(whole);
    }),
    { seed: 14 },
  );
});
