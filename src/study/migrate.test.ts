import { expect, test } from "vitest";
import { emptyJournal, foldJournal } from "./fold.ts";

/** Lines as the release before wrote them: a search of a table with a model's forecast, a training, and the result. */
const lines = [
  {
    kind: "header",
    format: "genius-journal",
    version: 1,
    config: {
      ...{ dataset: "cifar10", task: "CIFAR-10", space: "nas-bench-macro", spaceOptions: {}, limits: {} },
      ...{ strategy: "llm", strategyOptions: {}, evaluator: "train", evaluatorOptions: {}, modelOptions: {} },
      ...{ trials: 3, parallel: 1, seed: 7 },
    },
    provenance: { evaluator: { selectedOn: "validation", optimum01: 0.9313 } },
    time: "2026-01-01T12:00:00.000Z",
  },
  {
    kind: "trial",
    trial: {
      number: 1,
      proposal: { choices: [0], fidelity: {}, by: "llm/nominal", nominalAccuracy01: 0.5 },
      outcome: { kind: "scored", accuracy01: 0.5, spent: { milliseconds: 0 } },
      cost: { paramCount: 1, macCount: 2 },
    },
    key: "0",
    time: "2026-01-01T12:00:01.000Z",
  },
  {
    kind: "trial",
    trial: {
      number: 2,
      proposal: {
        choices: [1],
        fidelity: { epochs: 1 },
        by: "llm",
        predicted: { accuracy01: 0.91, sd01: 0.01 },
        outlook: { gain01: 0.002, noise01: 0.001 },
      },
      outcome: {
        kind: "scored",
        accuracy01: 0.9,
        curve: [{ epoch: 1, trainLoss: 0.4, validationAccuracy01: 0.9, validationLoss: 0.3 }],
        spent: { milliseconds: 10, epochs: 1 },
      },
      cost: { paramCount: 1, macCount: 2 },
    },
    key: "1",
    time: "2026-01-01T12:00:02.000Z",
  },
  {
    kind: "result",
    reason: "trials-spent",
    best: 2,
    testAccuracy01: 0.89,
    baselines: [{ strategy: "random", seed: 1, points: [{ evaluation: 1, accuracy01: 0.7 }] }],
    time: "2026-01-01T12:00:03.000Z",
  },
];
const fold = (values: readonly unknown[]) =>
  foldJournal(
    emptyJournal,
    values.map((value, index) => ({ value, lineNumber: index + 1 })),
  );

test("a journal of version 1 is read with accuracy as its metric, and nothing is lost", () => {
  const { header, trials, result, damage } = fold(lines);
  expect(damage).toBeUndefined();
  expect(header?.config.metric).toMatchObject({ name: "accuracy", unit: "share", goal: "maximise" });
  expect(trials[0]?.proposal.nominalScore).toBe(0.5);
  expect(trials[1]).toMatchObject({
    proposal: { predicted: { score: 0.91, sd: 0.01 }, outlook: { gain: 0.002, noise: 0.001 } },
    outcome: {
      kind: "scored",
      score: 0.9,
      metrics: { accuracy: 0.9 },
      curve: [{ epoch: 1, trainLoss: 0.4, validation: { accuracy: 0.9 }, validationLoss: 0.3 }],
    },
  });
  expect(result).toMatchObject({
    testMetrics: { accuracy: 0.89 },
    baselines: [{ points: [{ evaluation: 1, score: 0.7 }] }],
  });
});

test("a journal of version 1 that was resumed holds lines of both versions, and both are read", () => {
  const newer = {
    ...lines[2],
    trial: {
      ...lines[2]!.trial,
      number: 3,
      proposal: { choices: [2], fidelity: {}, by: "llm", predicted: { score: 0.92 } },
      outcome: { kind: "scored", metrics: { accuracy: 0.93 }, spent: { milliseconds: 10 } },
    },
  };
  const { trials, selected } = fold([...lines.slice(0, 3), newer]);
  expect(trials.map(({ outcome }) => outcome.kind === "scored" && outcome.score)).toEqual([0.5, 0.9, 0.93]);
  expect(selected?.number).toBe(3);
});

test("a minimised metric is compared with its sign turned, and a value out of range names the line", () => {
  const metric = { name: "error", unit: "%", goal: "minimise", range: [0, 100] };
  const header = { ...lines[0], version: 2, config: { ...lines[0]!.config, metric } };
  const trial = (number: number, error: number) => ({
    ...lines[2],
    trial: {
      ...lines[2]!.trial,
      number,
      proposal: { choices: [number], fidelity: {}, by: "llm" },
      outcome: { kind: "scored", metrics: { error }, spent: { milliseconds: 0 } },
    },
  });
  expect(fold([header, trial(1, 12), trial(2, 7), trial(3, 9)]).selected).toMatchObject({
    number: 2,
    outcome: { score: -7 },
  });
  expect(fold([header, trial(1, 120)]).damage).toMatchObject({ lineNumber: 2 });
});
