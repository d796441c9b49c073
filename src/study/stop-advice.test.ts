import { describe, expect, it } from "vitest";
import type { Evaluator } from "../evaluators/evaluator.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import macro from "../search/spaces/nas-bench-macro.ts";
import hybrid from "../search/strategies/hybrid.ts";
import random from "../search/strategies/random.ts";
import type { Trial } from "../search/trial.ts";
import { runStudy, type Study } from "./run-study.ts";
import { adviseStop, stopWords } from "./stop-advice.ts";

const cost = { paramCount: 1, macCount: 1 };
const trialOf = (gain: number | undefined, noise01 = 0): Trial => ({
  number: 1,
  proposal: {
    choices: [0],
    fidelity: {},
    by: "",
    ...(gain !== undefined && { outlook: { gain: gain, noise: noise01 } }),
  },
  outcome: { kind: "scored", metrics: { accuracy: 0.9 }, score: 0.9, spent: { milliseconds: 90_000 } },
  cost,
});

describe("advice to stop", () => {
  it("needs five evaluations in a row that were expected to add next to nothing", () => {
    const little = Array.from({ length: 5 }, () => trialOf(5e-5));
    expect(adviseStop(little)).toMatchObject({ isDone: true, gain: 5e-5, threshold: 1e-4 });
    expect(adviseStop([...little, trialOf(0.002)])).toMatchObject({ isDone: false, gain: 0.002 });
    expect(adviseStop(little.slice(1))).toBeUndefined();
    expect(adviseStop([...little, trialOf(undefined)])).toBeUndefined();
  });

  it("counts a gain that drowns in noise as none", () => {
    expect(adviseStop(Array.from({ length: 5 }, () => trialOf(4e-4, 0.005)))?.isDone).toBe(true);
    expect(adviseStop(Array.from({ length: 5 }, () => trialOf(4e-4, 0.003)))?.isDone).toBe(false);
  });

  it("counts what is small beside the scores so far in any other unit", () => {
    const energy = { name: "energy", unit: "J", goal: "minimise" } as const;
    const scored = (score: number, gain: number): Trial => {
      const { outcome, ...rest } = trialOf(gain);
      return { ...rest, outcome: { ...outcome, metrics: { energy: -score }, score } as Trial["outcome"] };
    };
    const trials = (gain: number) => [-5e-6, -4e-6, -3e-6, -2e-6, -1e-6].map((score) => scored(score, gain));
    expect(adviseStop(trials(1e-7), energy)?.isDone).toBe(false);
    const advice = adviseStop(trials(2e-9), energy)!;
    expect(advice.isDone).toBe(true);
    expect(stopWords(advice, trials(2e-9), energy)).toMatch(
      /to add at most 2e-9 J to the best energy, and what counts begins at 4e-9 J\./,
    );
  });

  it("says so in words, with the figures and what an evaluation took", () => {
    const trials = Array.from({ length: 5 }, () => trialOf(5e-5));
    expect(stopWords(adviseStop(trials)!, trials)).toBe(
      "Further evaluations no longer pay: the last 5 designs were each expected to add at most 0.005 points to the best accuracy, and what counts begins at 0.010 points. Each took 1 min 30 s on average.",
    );
  });
});

describe("a study", () => {
  const domain = createDomain(macro.create({}), {});
  const evaluator: Evaluator = {
    selectedOn: "validation",
    fidelity: { full: {} },
    provenance: {},
    async evaluate({ proposal }) {
      const accuracy01 = proposal.choices.reduce((sum, choice) => sum + choice / 40, 0.5);
      return { kind: "scored", metrics: { accuracy: accuracy01 }, spent: { milliseconds: 0 } };
    },
    test: async () => ({ metrics: { accuracy: 0 } }),
  };
  const setting = { domain, evaluations: 60, task: "", fidelity: evaluator.fidelity };
  const studyOf = (more: Partial<Study>): Study => ({
    domain,
    evaluator,
    strategy: hybrid.create(setting, hybrid.options.parse({})),
    trials: 60,
    parallel: 1,
    seed: 1,
    ...more,
  });

  it("ends when further evaluations no longer pay, if it is asked to, and is told only once otherwise", async () => {
    const said: string[] = [];
    const whole = await runStudy(studyOf({ onAdvice: (words) => said.push(words) }));
    expect(whole.reason).toBe("trials-spent");
    expect(said).toHaveLength(1);
    const short = await runStudy(studyOf({ stopWhenDone: true }));
    expect(short.reason).toBe("no-longer-pays");
    expect(short.detail).toBe(said[0]);
    expect(short.trials).toEqual(whole.trials.slice(0, short.trials.length));
    expect(short.best?.outcome.score).toBe(whole.best?.outcome.score);
    const recorded = short.trials.slice(0, -2);
    const resumed = await runStudy(studyOf({ stopWhenDone: true, recorded, parallel: 1 }));
    expect(resumed.trials).toEqual(short.trials);
  });

  it("is never ended by a strategy that says nothing of what it expects", async () => {
    const strategy = random.create(setting, random.options.parse({}));
    const result = await runStudy(studyOf({ strategy, stopWhenDone: true, trials: 20 }));
    expect(result.reason).toBe("trials-spent");
  });
});
