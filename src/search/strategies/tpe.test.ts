import { expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createDomain } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { StrategyDefinition } from "../strategy.ts";
import type { Trial } from "../trial.ts";
import random from "./random.ts";
import tpe from "./tpe.ts";

const domain = createDomain(macro.create({}), { maxMacCount: 90_000_000 });
const signal = new AbortController().signal;
/** The best is a mixture: large blocks at even places, small ones elsewhere. */
const accuracyOf = (choices: readonly number[]) =>
  choices.reduce((sum, choice, index) => sum + (choice === (index % 2 === 0 ? 2 : 1) ? 0.1 : 0), 0.1);

async function bestOfRun<Options>(definition: StrategyDefinition<Options>, options: Options, seed: number) {
  const strategy = definition.create({ domain, evaluations: 60, task: "", fidelity: { full: {} } }, options);
  let best = 0;
  for (let number = 1; number <= 60; number += 1) {
    const proposal = await strategy.propose({
      trialNumber: number,
      random: createRandom(seed, number),
      pending: [],
      signal,
    });
    if (proposal === undefined) throw new Error("nothing was proposed");
    const accuracy01 = accuracyOf(proposal.choices);
    best = Math.max(best, accuracy01);
    const trial: Trial = {
      number,
      proposal,
      outcome: {
        kind: "scored",
        metrics: { accuracy: accuracy01 },
        score: accuracy01,
        spent: { milliseconds: 0 },
      },
      cost: domain.costOf(proposal.choices),
    };
    strategy.observe(trial);
  }
  return best;
}

it.each([true, false])("finds better designs than random draws (multivariate: %s)", async (multivariate) => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ours = await Promise.all(
    seeds.map((seed) => bestOfRun(tpe, tpe.options.parse({ multivariate }), seed)),
  );
  const theirs = await Promise.all(seeds.map((seed) => bestOfRun(random, {}, seed)));
  expect(mean(ours)).toBeGreaterThan(mean(theirs) + 0.05);
});
