import { expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createDomain } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { StrategyDefinition } from "../strategy.ts";
import type { Trial } from "../trial.ts";
import nsga2 from "./nsga2.ts";
import random from "./random.ts";

const domain = createDomain(macro.create({}), {});
const signal = new AbortController().signal;

/** Accuracy rises with the blocks' sizes and with cost, so that there is a front; later blocks pay more for less. */
const accuracyOf = (choices: readonly number[]) =>
  0.5 + choices.reduce((sum, choice, index) => sum + (choice * (8 - index)) / 200, 0);

async function run<Options>(definition: StrategyDefinition<Options>, options: Options, seed: number) {
  const strategy = definition.create({ domain, evaluations: 150, task: "", fidelity: { full: {} } }, options);
  const trials: Trial[] = [];
  for (let number = 1; number <= 150; number += 1) {
    const proposal = await strategy.propose({
      trialNumber: number,
      random: createRandom(seed, number),
      pending: [],
      signal,
    });
    if (proposal === undefined) throw new Error("nothing was proposed");
    const outcome = {
      kind: "scored",
      metrics: { accuracy: accuracyOf(proposal.choices) },
      score: accuracyOf(proposal.choices),
      spent: { milliseconds: 0 },
    } as const;
    const trial = { number, proposal, outcome, cost: domain.costOf(proposal.choices) };
    trials.push(trial);
    strategy.observe(trial);
  }
  return trials;
}

/** The share of the cost–accuracy rectangle that a design of the trials beats. */
function hypervolume(trials: readonly Trial[], quantity: "macCount" | "paramCount"): number {
  const largest = domain.costOf([2, 2, 2, 2, 2, 2, 2, 2])[quantity];
  const points = trials
    .map(({ cost, proposal }) => ({
      cost: cost[quantity] / largest,
      accuracy: accuracyOf(proposal.choices) - 0.5,
    }))
    .sort((a, b) => a.cost - b.cost);
  let [area, best] = [0, 0];
  points.forEach((point, index) => {
    best = Math.max(best, point.accuracy);
    area += best * ((points[index + 1]?.cost ?? 1) - point.cost);
  });
  return area;
}

it.each(["macs", "params"] as const)(
  "finds more of the trade-off between accuracy and %s than random draws",
  async (cost) => {
    const quantity = cost === "macs" ? "macCount" : "paramCount";
    for (const seed of [1, 2, 3]) {
      const found = hypervolume(await run(nsga2, { cost }, seed), quantity);
      expect(found).toBeGreaterThan(hypervolume(await run(random, {}, seed), quantity));
    }
  },
);

it("begins at both ends of the range of costs", async () => {
  const trials = await run(nsga2, { cost: "macs" }, 1);
  expect(trials.slice(0, 2).map(({ proposal }) => proposal.choices.join(""))).toEqual([
    "22222222",
    "00000000",
  ]);
});
