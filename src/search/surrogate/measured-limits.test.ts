import { expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { loadStrategy } from "../../catalog/load.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Outcome, Trial } from "../trial.ts";
import { createMeasuredLimits } from "./measured-limits.ts";

const domain = createDomain(macro.create({}), {});
const spent = { milliseconds: 0 };
/** Every other layer is slow in its largest option, which is also the most accurate one: MACs do not tell. */
const latencyOf = (choices: Choices) =>
  choices.reduce((sum, choice, index) => sum + (choice === 2 && index % 2 === 1 ? 4 : choice / 2), 1);
const accuracyOf = (choices: Choices) =>
  choices.reduce(
    (sum, choice, index) => sum + 0.03 * choice + (choice === choices[index - 1] ? 0.01 : 0),
    0.3,
  );
const limitMs = 9;
const trialOf = (number: number, choices: Choices, outcome: Outcome): Trial => ({
  number,
  proposal: { choices, fidelity: {}, by: "test" },
  outcome,
  cost: domain.costOf(choices),
});
const outcomeOf = (choices: Choices, noise: number): Outcome => {
  const latencyMs = latencyOf(choices) * (1 + 0.03 * noise);
  if (latencyMs <= limitMs)
    return {
      kind: "scored",
      metrics: { accuracy: accuracyOf(choices) },
      score: accuracyOf(choices),
      latencyMs,
      spent,
    };
  const violation = { quantity: "latencyMs", value: latencyMs, bound: "max", limit: limitMs } as const;
  return { kind: "infeasible", violations: [violation], spent };
};

/** The best found in 30 evaluations, and how many broke the limit before `reached01` was found. */
async function search(name: string, seed: number, tellsLatency: boolean) {
  const definition = await loadStrategy(name);
  const setting = { domain, evaluations: 30, task: "", fidelity: { full: {} } };
  const strategy = definition.create(setting, definition.options.parse({}));
  let [best, wasted] = [0, 0];
  for (let number = 1; number <= 30; number += 1) {
    const random = createRandom(seed, number);
    const signal = new AbortController().signal;
    const proposal = await strategy.propose({ trialNumber: number, random, pending: [], signal });
    if (proposal === undefined) throw new Error("nothing was proposed");
    let outcome = outcomeOf(proposal.choices, createRandom("noise", seed, number).normal());
    if (outcome.kind === "scored") best = Math.max(best, outcome.score);
    else if (best < reached01) wasted += 1;
    if (!tellsLatency) {
      if (outcome.kind === "scored")
        outcome = { kind: "scored", metrics: { accuracy: outcome.score }, score: outcome.score, spent };
      else outcome = { kind: "failed", reason: "crashed", detail: "", spent };
    }
    strategy.observe(trialOf(number, proposal.choices, outcome));
  }
  return { best, wasted };
}

const reached01 = 0.65;
/** 50 in the figures of docs/results/measured-limits-and-time.md. */
const seeds = Number(process.env.GENIUS_SEEDS ?? 4);

// What `hybrid` learns of failures alone brings it as far in the end, on a longer way.
it.each([
  ["gp", 0.01],
  ["hybrid", -1e-9],
] as const)(
  "%s wastes less on its way when it is told the latency",
  async (name, lead01) => {
    const mean = async (tellsLatency: boolean) => {
      const sums = { best: 0, wasted: 0 };
      for (let seed = 1; seed <= seeds; seed += 1) {
        const { best, wasted } = await search(name, seed, tellsLatency);
        sums.best += best / seeds;
        sums.wasted += wasted / seeds;
      }
      return sums;
    };
    const [told, untold] = [await mean(true), await mean(false)];
    if (process.env.GENIUS_SEEDS !== undefined) console.log(name, JSON.stringify({ told, untold }));
    expect(told.wasted).toBeLessThan(untold.wasted);
    expect(told.best).toBeGreaterThan(untold.best + lead01);
  },
  60_000 + 20_000 * seeds,
);

it("tells allowed designs from others after a few measurements, and says nothing before one broke the limit", () => {
  const limits = createMeasuredLimits(domain);
  const random = createRandom("limits");
  const designs = Array.from({ length: 400 }, () => domain.sample(random) as Choices);
  const [seen, unseen] = [designs.slice(0, 40), designs.slice(40)];
  const fast = seen.filter((choices) => latencyOf(choices) < 8);
  fast.forEach((choices, index) => {
    limits.observe(trialOf(index + 1, choices, outcomeOf(choices, 0)));
  });
  expect(limits.probabilities(unseen)).toBeUndefined();
  seen.forEach((choices, index) => {
    limits.observe(trialOf(index + 50, choices, outcomeOf(choices, 0)));
  });
  const likely = limits.probabilities(unseen) as Float64Array;
  const right = unseen.filter(
    (choices, at) => (likely[at] as number) > 0.5 === latencyOf(choices) <= limitMs,
  );
  expect(right.length / unseen.length).toBeGreaterThan(0.9);
});
