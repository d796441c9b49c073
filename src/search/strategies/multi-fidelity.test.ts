import { describe, expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createDomain } from "../constraints/create-domain.ts";
import { rungEpochs } from "../sampling/rungs.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { StrategyDefinition } from "../strategy.ts";
import type { Outcome, Proposal, Trial } from "../trial.ts";
import bohb from "./bohb.ts";
import hyperband from "./hyperband.ts";
import successiveHalving from "./successive-halving.ts";

const domain = createDomain(macro.create({}), {});
const signal = new AbortController().signal;
const spent = { milliseconds: 0 };
/** Better the more large blocks; a short training shows the same order with an error that shrinks with its length. */
const accuracyOf = ({ choices, fidelity }: Proposal) =>
  choices.reduce((sum, choice) => sum + choice, 0) / 32 + 0.3 - 0.2 / (fidelity.epochs ?? 81);

async function run<Options>(
  definition: StrategyDefinition<Options>,
  setting: {
    readonly count: number;
    readonly parallel?: number;
    readonly max?: number;
    readonly failEvery?: number;
  },
) {
  const { count, parallel = 1, max = 81, failEvery = 0 } = setting;
  const strategy = definition.create(
    { domain, evaluations: count, task: "", fidelity: { full: { epochs: max }, epochs: { min: 1, max } } },
    definition.options.parse({}),
  );
  const trials: Trial[] = [];
  const pending: Proposal[] = [];
  const observe = () => {
    const proposal = pending.shift() as Proposal;
    const number = trials.length + 1;
    const outcome: Outcome =
      failEvery > 0 && number % failEvery === 0
        ? { kind: "failed", reason: "diverged", detail: "", spent }
        : { kind: "scored", metrics: { accuracy: accuracyOf(proposal) }, score: accuracyOf(proposal), spent };
    const trial = { number, proposal, outcome, cost: domain.costOf(proposal.choices) };
    trials.push(trial);
    strategy.observe(trial);
  };
  for (let number = 1; number <= count; number += 1) {
    while (pending.length >= parallel) observe();
    const proposal = await strategy.propose({
      trialNumber: number,
      random: createRandom(3, number),
      pending,
      signal,
    });
    pending.push(proposal as Proposal);
  }
  while (pending.length > 0) observe();
  return trials;
}

const epochsOf = (trials: readonly Trial[]) =>
  trials.map(({ proposal }) => proposal.fidelity.epochs as number);
const countsOf = (trials: readonly Trial[]) => {
  const counts: Record<number, number> = {};
  for (const epochs of epochsOf(trials)) counts[epochs] = (counts[epochs] ?? 0) + 1;
  return counts;
};

it("puts rungs a factor apart, down from the longest training", () => {
  expect(rungEpochs({ min: 1, max: 81 }, 3)).toEqual([1, 3, 9, 27, 81]);
  expect(rungEpochs({ min: 4, max: 100 }, 3)).toEqual([11, 33, 100]);
  expect(rungEpochs({ min: 1, max: 2 }, 4)).toEqual([2]);
  expect(rungEpochs({ min: 5, max: 5 }, 3)).toEqual([5]);
});

describe("hyperband", () => {
  const firstBracket = { 1: 81, 3: 27, 9: 9, 27: 3, 81: 1 };

  it("follows the brackets of the paper's Table 1", async () => {
    const trials = await run(hyperband, { count: 121 + 40 + 13 + 8 + 5 });
    const cut = [0, 121, 161, 174, 182, 187];
    const brackets = cut.slice(1).map((end, index) => countsOf(trials.slice(cut[index], end)));
    expect(brackets).toEqual([
      firstBracket,
      { 3: 27, 9: 9, 27: 3, 81: 1 },
      { 9: 9, 27: 3, 81: 1 },
      { 27: 6, 81: 2 },
      { 81: 5 },
    ]);
  });

  it("trains the best third longer", async () => {
    const trials = await run(hyperband, { count: 121 });
    const scores = (epochs: number) =>
      trials
        .filter(({ proposal }) => proposal.fidelity.epochs === epochs)
        .map(({ proposal }) => accuracyOf({ ...proposal, fidelity: {} }))
        .sort((a, b) => b - a);
    for (const [from, to] of [
      [1, 3],
      [3, 9],
      [9, 27],
      [27, 81],
    ] as const)
      expect(scores(to)).toEqual(scores(from).slice(0, scores(to).length));
  });

  it("begins the next bracket rather than let workers wait", async () => {
    const trials = await run(hyperband, { count: 90, parallel: 8 });
    expect(countsOf(trials.slice(0, 81))).toEqual({ 1: 81 });
    expect(epochsOf(trials.slice(81, 88))).toContain(3);
    const designs = trials.map(({ proposal }) => JSON.stringify([proposal.choices, proposal.fidelity]));
    expect(new Set(designs).size).toBe(trials.length);
  });

  it("does not wait for designs that failed", async () => {
    const trials = await run(hyperband, { count: 121, failEvery: 2 });
    expect(countsOf(trials)[81]).toBeGreaterThanOrEqual(1);
    const failed = new Set(
      trials
        .filter(({ outcome }) => outcome.kind === "failed")
        .map(({ proposal }) => proposal.choices.join()),
    );
    for (const [index, { proposal }] of trials.entries()) {
      const before = trials
        .slice(0, index)
        .filter((other) => other.proposal.choices.join() === proposal.choices.join());
      if (failed.has(proposal.choices.join()))
        for (const { outcome } of before) expect(outcome.kind).toBe("scored");
    }
  });
});

describe("successive halving", () => {
  it("promotes a design exactly when it is in the best third of its rung", async () => {
    const trials = await run(successiveHalving, { count: 60, max: 9 });
    expect(epochsOf(trials).slice(0, 5)).toEqual([1, 1, 1, 3, 1]);
    const promoted = new Set<string>();
    const earned = (before: readonly Trial[], epochs: number) => {
      const rung = before.filter(({ proposal }) => proposal.fidelity.epochs === epochs);
      return rung
        .toSorted((a, b) => accuracyOf(b.proposal) - accuracyOf(a.proposal))
        .slice(0, Math.floor(rung.length / 3))
        .map(({ proposal }) => `${proposal.choices.join()} at ${3 * epochs}`)
        .filter((key) => !promoted.has(key));
    };
    trials.forEach(({ proposal }, index) => {
      const epochs = proposal.fidelity.epochs as number;
      const due = [3, 1].flatMap((from) => earned(trials.slice(0, index), from));
      const key = `${proposal.choices.join()} at ${epochs}`;
      if (epochs === 1) expect(due).toEqual([]);
      else expect(due).toContain(key);
      promoted.add(key);
    });
    expect(countsOf(trials)[9]).toBeGreaterThanOrEqual(4);
  });

  it("spends most on short trainings and still trains the best in full, with workers in parallel", async () => {
    const trials = await run(successiveHalving, { count: 150, parallel: 6 });
    const counts = countsOf(trials);
    expect(counts[1]).toBeGreaterThan(2 * (counts[3] as number));
    expect(counts[81]).toBeGreaterThanOrEqual(1);
  });
});

describe("bohb", () => {
  it("finds better designs than hyperband in the same schedule", async () => {
    const mean = async (definition: typeof hyperband | typeof bohb) => {
      const trials = await run(definition as typeof hyperband, { count: 187 });
      const fresh = trials.slice(121).filter(({ proposal }) => !proposal.rationale?.startsWith("among"));
      return (
        fresh.reduce((sum, { proposal }) => sum + accuracyOf({ ...proposal, fidelity: {} }), 0) / fresh.length
      );
    };
    expect(await mean(bohb as typeof hyperband)).toBeGreaterThan((await mean(hyperband)) + 0.05);
  });
});
