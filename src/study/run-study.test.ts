import { expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import { createNetworkBuilder } from "../graph/network.ts";
import { fromDigits } from "../search/choices.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import { createKnownDesigns, freeDesigns } from "../search/sampling/unseen.ts";
import type { Choices, Space } from "../search/space.ts";
import skeletons from "../search/spaces/transnas-macro.ts";
import type { ProposeContext, Strategy } from "../search/strategy.ts";
import type { Outcome, Proposal, Trial } from "../search/trial.ts";
import { runStudy, type Study, testBest } from "./run-study.ts";

// Six decisions of three options; a design is as good as the sum of its choices, and costs as much.
const space: Space = {
  name: "sum",
  summary: "",
  input: [1, 1, 1],
  classCount: 2,
  firstDigit: 0,
  decisions: Array.from({ length: 6 }, (_, index) => ({
    name: `d${index}`,
    meaning: "",
    kind: "ordinal" as const,
    about: "architecture" as const,
    options: ["0", "1", "2"].map((label) => ({ label })),
  })),
  decode(choices) {
    const build = createNetworkBuilder("sum", [1, 1, 1]);
    build.add("linear", { kind: "linear", outFeatures: 1 + sum(choices), bias: false }, "input");
    return build.build();
  },
};
const sum = (choices: Choices) => choices.reduce((total, choice) => total + choice, 0);
const scoreOf = (choices: Choices) => sum(choices) / 12;

/** A strategy whose proposals depend on everything it saw: any change of order changes them. */
function sensitive(): Strategy {
  let state = 17;
  return {
    async propose({ random, pending }: ProposeContext): Promise<Proposal> {
      const choices = space.decisions.map(
        (_, index) => (random.integer(3) + state + pending.length * index) % 3,
      );
      return { choices, fidelity: { epochs: state % 1000 }, by: "sensitive" };
    },
    observe(trial: Trial) {
      state = (state * 31 + trial.number * 7 + sum(trial.proposal.choices)) % 100_003;
    },
  };
}

function evaluatorOf(evaluate: (choices: Choices, number: number) => Promise<Outcome> | Outcome): Evaluator {
  return {
    selectedOn: "validation",
    fidelity: { full: { epochs: 1 } },
    provenance: {},
    evaluate: async ({ proposal, trialNumber }) => evaluate(proposal.choices, trialNumber),
    test: async ({ proposal }) => ({ metrics: { accuracy: scoreOf(proposal.choices) } }),
  };
}

const scored = (choices: Choices): Outcome => ({
  kind: "scored",
  metrics: { accuracy: scoreOf(choices) },
  score: scoreOf(choices),
  spent: { milliseconds: 1 },
});

const studyOf = (changes: Partial<Study> = {}): Study => ({
  domain: createDomain(space, {}),
  strategy: sensitive(),
  evaluator: evaluatorOf(scored),
  trials: 20,
  parallel: 1,
  seed: 3,
  ...changes,
});

/** Evaluations that finish in an order of their own: each waits for some turns of the event loop. */
const shuffled = (salt: number) =>
  evaluatorOf(async (choices, number) => {
    for (let turn = 0; turn < (number * 7919 * salt) % 13; turn += 1) await new Promise(setImmediate);
    return scored(choices);
  });

test("whatever the order of completion, a parallel study is the same study", async () => {
  const first = await runStudy(studyOf({ parallel: 4, evaluator: shuffled(1) }));
  const second = await runStudy(studyOf({ parallel: 4, evaluator: shuffled(5) }));
  expect(first.trials.length).toBe(20);
  expect(second.trials).toEqual(first.trials);
  expect(first.reason).toBe("trials-spent");
});

test.each([1, 3])(
  "stopped after any trial, with %i at once, a resumed study equals the uninterrupted one",
  async (parallel) => {
    const whole = await runStudy(studyOf({ parallel, evaluator: shuffled(2) }));
    for (let stopAfter = 0; stopAfter < 20; stopAfter += 3) {
      const kept: Trial[] = [];
      const controller = new AbortController();
      if (stopAfter === 0) controller.abort();
      const stopped = await runStudy(
        studyOf({
          parallel,
          signal: controller.signal,
          evaluator: {
            ...shuffled(3),
            async evaluate(request) {
              const outcome = await shuffled(3).evaluate(request);
              if (request.signal.aborted)
                return { kind: "failed", reason: "cancelled", detail: "", spent: { milliseconds: 0 } };
              return outcome;
            },
          },
          keep: async (trial) => {
            kept.push(trial);
            if (kept.length === stopAfter) controller.abort();
          },
        }),
      );
      expect(stopped.reason).toBe("interrupted");
      let evaluations = 0;
      const resumed = await runStudy(
        studyOf({
          parallel,
          recorded: kept,
          evaluator: evaluatorOf((choices) => {
            evaluations += 1;
            return scored(choices);
          }),
        }),
      );
      expect(resumed.trials).toEqual(whole.trials);
      expect(evaluations).toBe(20 - kept.length);
    }
  },
);

test("a network from outside the space is counted, held to the limits and evaluated once", async () => {
  const outside = (outFeatures: number) => {
    const build = createNetworkBuilder(`outside-${outFeatures}`, [1, 1, 1]);
    const features = build.add("wide", { kind: "linear", outFeatures, bias: false }, "input");
    build.add("linear", { kind: "linear", outFeatures: 2, bias: false }, features);
    return build.build();
  };
  const networks = [outside(2), outside(2), outside(50), outside(3)];
  let next = 0;
  const { trials } = await runStudy(
    studyOf({
      domain: createDomain(space, { maxParamCount: 20 }),
      trials: 10,
      strategy: {
        async propose() {
          next += 1;
          const network = networks[next - 1];
          return network && { choices: [], network, fidelity: { seconds: 1 }, by: "reference" };
        },
        observe() {},
      },
    }),
  );
  expect(trials.map(({ outcome }) => (outcome.kind === "failed" ? outcome.reason : outcome.kind))).toEqual([
    "scored",
    "duplicate",
    "infeasible",
    "scored",
  ]);
  expect(trials.map(({ cost }) => cost.paramCount)).toEqual([6, 6, 150, 9]);
});

test("infeasible, repeated, unreadable and made-up proposals cost no evaluation", async () => {
  const proposals: Proposal[] = [
    { choices: [0, 0, 0, 0, 0, 0], fidelity: {}, by: "list", nominalScore: 0.99 },
    { choices: [2, 2, 2, 2, 2, 2], fidelity: {}, by: "list" },
    { choices: [], fidelity: {}, by: "list", unreadable: "no list of choices" },
    { choices: [1, 0, 0, 0, 0, 0], fidelity: {}, by: "list" },
    { choices: [1, 0, 0, 0, 0, 0], fidelity: {}, by: "list" },
    { choices: [1, 1, 0, 0, 0, 0], fidelity: {}, by: "list" },
    { choices: [1, 1, 1, 0, 0, 0], fidelity: {}, by: "list" },
  ];
  const next = proposals.values();
  let evaluations = 0;
  const result = await runStudy(
    studyOf({
      domain: createDomain(space, { maxParamCount: 6 }),
      trials: 2,
      strategy: { propose: async () => next.next().value, observe: () => {} },
      evaluator: evaluatorOf((choices) => {
        evaluations += 1;
        return scored(choices);
      }),
    }),
  );
  expect(evaluations).toBe(2);
  expect(
    result.trials.map(({ outcome }) => (outcome.kind === "failed" ? outcome.reason : outcome.kind)),
  ).toEqual(["scored", "infeasible", "unreadable", "scored", "duplicate", "scored"]);
  expect(result.best?.number).toBe(6);
});

test("a strategy that has nothing left ends the study, one that is stuck too, and a spent model budget is a result", async () => {
  const nothing: Strategy = { propose: async () => undefined, observe: () => {} };
  expect((await runStudy(studyOf({ strategy: nothing }))).reason).toBe("space-exhausted");
  const stuck: Strategy = {
    propose: async () => ({ choices: [0, 0, 0, 0, 0, 0], fidelity: {}, by: "x" }),
    observe: () => {},
  };
  expect(await runStudy(studyOf({ strategy: stuck }))).toMatchObject({
    reason: "space-exhausted",
    best: { number: 1 },
  });
  const poor = sensitive();
  const result = await runStudy(
    studyOf({
      strategy: {
        ...poor,
        propose: async (context) => {
          if (context.trialNumber > 4) throw new GeniusError("budget-exhausted", "$1.00 is spent");
          return poor.propose(context);
        },
      },
    }),
  );
  expect(result).toMatchObject({ reason: "budget-spent", detail: "$1.00 is spent" });
  expect(result.trials.length).toBe(4);
});

test("a failure to keep a trial, or of the strategy itself, is thrown, after what runs was stopped", async () => {
  const full = new GeniusError("disk-full", "the disk is full");
  const broken = studyOf({ parallel: 2, keep: async () => Promise.reject(full) });
  await expect(runStudy(broken)).rejects.toBe(full);
  const faulty: Strategy = { propose: () => Promise.reject(new Error("a fault")), observe: () => {} };
  await expect(runStudy(studyOf({ strategy: faulty }))).rejects.toThrow("a fault");
});

test.each([["a text"], [null], [undefined], [42], [{ code: 1 }], [Symbol("s")]])(
  "a member that throws %o and no error is named, and genius is not",
  async (thrown) => {
    const named = (member: string) =>
      expect.objectContaining({
        code: "foreign-code",
        message: expect.stringMatching(new RegExp(`^The ${member} threw .*no Error`)),
      });
    const evaluator = evaluatorOf(() => Promise.reject(thrown));
    await expect(runStudy(studyOf({ evaluator }))).rejects.toEqual(named("evaluator"));
    const propose = () => {
      throw thrown;
    };
    await expect(runStudy(studyOf({ strategy: { propose, observe() {} } }))).rejects.toEqual(
      named("strategy"),
    );
    const observing: Strategy = { ...sensitive(), observe: propose };
    await expect(runStudy(studyOf({ strategy: observing }))).rejects.toEqual(named("strategy"));
  },
);

test("what an evaluator returns out of range is a failed trial, and the search continues", async () => {
  const odd = [Number.NaN, 93.5, Number.POSITIVE_INFINITY];
  const kept: Trial[] = [];
  const evaluator = evaluatorOf((choices, number) => {
    const accuracy = number % 4 === 2 ? odd[Math.floor(number / 4) % 3]! : scoreOf(choices);
    return { kind: "scored", metrics: { accuracy }, score: accuracy, spent: { milliseconds: 1 } };
  });
  const keep = async (trial: Trial) => {
    kept.push(trial);
  };
  const { trials, best } = await runStudy(studyOf({ evaluator, keep }));
  const failed = trials.filter(({ outcome }) => outcome.kind === "failed");
  expect(failed.map(({ number }) => number)).toEqual([2, 6, 10, 14, 18]);
  expect(failed[0]!.outcome).toMatchObject({ reason: "crashed", detail: expect.stringMatching(/NaN/) });
  expect(failed[1]!.outcome).toMatchObject({ detail: expect.stringMatching(/93\.5.*from 0 to 1/) });
  expect(best!.outcome.score).toBeLessThanOrEqual(1);
  expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
});

test("a strategy that proposes nonsense costs no evaluation, and ends the study when it does nothing else", async () => {
  const strategy: Strategy = {
    propose: async () => ({ choices: [0, 1], fidelity: {}, by: "mine" }),
    observe() {},
  };
  const { reason, trials } = await runStudy(studyOf({ strategy }));
  expect(reason).toBe("space-exhausted");
  expect(trials[0]).toMatchObject({
    ...{ proposal: { choices: [], by: "mine" } },
    outcome: { kind: "failed", reason: "unreadable", detail: expect.stringMatching(/2 numbers/) },
  });
});

test("a training's seed follows from the design, its fidelity and the study's seed, in any search", async () => {
  const seedsOf = async (designs: readonly Proposal[], seed: number) => {
    const seeds: number[] = [];
    const evaluator: Evaluator = {
      ...evaluatorOf(scored),
      evaluate: async (request) => {
        seeds.push(request.seed);
        return scored(request.proposal.choices);
      },
      test: async (request) => {
        seeds.push(request.seed);
        return { metrics: { accuracy: 0.5 } };
      },
    };
    const left = [...designs];
    const strategy: Strategy = { propose: async () => left.shift(), observe() {} };
    const study = studyOf({ evaluator, strategy, seed });
    const { best } = await runStudy(study);
    await testBest(study, best!);
    return seeds;
  };
  const proposal = (digits: string, more: Partial<Proposal> = {}): Proposal => ({
    ...{ choices: [...digits].map(Number), fidelity: {}, by: "list", ...more },
  });
  const [a, b] = [proposal("012012"), proposal("222222")];
  const first = await seedsOf([a, b], 3);
  const second = await seedsOf([proposal("111111"), b, a], 3);
  expect([second[2], second[1]]).toEqual([first[0], first[1]]);
  // The selected design is trained at full length with the seed of full fidelity, which its search had here.
  expect([first[2], second[3]]).toEqual([first[1], first[1]]);
  expect(await seedsOf([a, b], 4)).not.toContain(first[0]);
  const [once, again, longer, whole] = await seedsOf(
    [a, { ...a, repeat: 1 }, { ...a, fidelity: { epochs: 9 } }, { ...a, fidelity: { epochs: 1 }, repeat: 2 }],
    3,
  );
  expect(once).toBe(first[0]);
  expect(new Set([once, again, longer, whole]).size).toBe(4);
});

test("evaluates a network once, whichever of its vectors is proposed", async () => {
  const space = skeletons.create(skeletons.options.parse({}));
  // The fifth digit of modules 5 and 6 leaves them out: 11114 is written in two ways.
  const proposals = ["111145", "111154", "111114"].map((text) => fromDigits(space, [...text].map(Number)));
  let evaluations = 0;
  const { trials } = await runStudy({
    domain: createDomain(space, {}),
    strategy: {
      propose: async ({ trialNumber }) => {
        const choices = proposals[trialNumber - 1];
        return choices && { choices, fidelity: {}, by: "test" };
      },
      observe() {},
    },
    evaluator: {
      selectedOn: "validation",
      fidelity: { full: {} },
      provenance: {},
      async evaluate() {
        evaluations += 1;
        return { kind: "scored", metrics: { accuracy: 0.5 }, spent: { milliseconds: 0 } };
      },
    },
    ...{ trials: 3, parallel: 1, seed: 1 },
  });
  expect(evaluations).toBe(2);
  expect(trials.map(({ outcome }) => outcome.kind)).toEqual(["scored", "failed", "scored"]);
  expect(trials[1]!.outcome).toMatchObject({ reason: "duplicate" });
  const known = createKnownDesigns(space);
  known.observe(trials[0]!);
  expect(freeDesigns(known, [])(proposals[1]!)).toBe(false);
  expect(freeDesigns(known, [trials[2]!.proposal])(proposals[2]!)).toBe(false);
  expect(freeDesigns(known, [])(proposals[2]!)).toBe(true);
});
