import { expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import macro from "../spaces/nas-bench-macro.ts";
import gp from "../strategies/gp.ts";
import type { Trial } from "../trial.ts";
import { createTrainingTime } from "./training-time.ts";

const domain = createDomain(macro.create({}), {});
const macsOf = (choices: Choices) => domain.costOf(choices).macCount;
const trialOf = (number: number, choices: Choices, milliseconds: number, fidelity = {}): Trial => ({
  number,
  proposal: { choices, fidelity, by: "test" },
  outcome: { kind: "scored", metrics: { accuracy: 0.5 }, score: 0.5, spent: { milliseconds } },
  cost: domain.costOf(choices),
});
const random = createRandom("training-time");
const designs = Array.from({ length: 30 }, () => domain.sample(random) as Choices);

it("learns how times grow with the work, whatever the unit", () => {
  for (const power of [0.5, 1]) {
    const time = createTrainingTime(domain);
    designs.forEach((choices, index) => {
      time.observe(
        trialOf(index + 1, choices, 7 * macsOf(choices) ** power * Math.exp(0.03 * random.normal())),
      );
    });
    const relative = time.relative(designs, 1) as Float64Array;
    const [a, b] = [designs[0] as Choices, designs[1] as Choices];
    const expected = (macsOf(a) / macsOf(b)) ** power;
    expect(Math.log((relative[0] as number) / (relative[1] as number)) / Math.log(expected)).toBeCloseTo(
      1,
      0.6,
    );
    expect(new Set(time.relative(designs, 0))).toEqual(new Set([1]));
  }
});

it("says nothing where evaluations take no time, or were no whole ones", () => {
  const time = createTrainingTime(domain);
  time.observe(trialOf(1, designs[0] as Choices, 0));
  time.observe(trialOf(2, designs[1] as Choices, 100, { epochs: 1 }));
  expect(time.relative(designs, 1)).toBeUndefined();
});

it("makes a search spend less time, and on a table, where evaluations take none, changes nothing", async () => {
  const run = async (costAware: boolean, msOfMac: number) => {
    const setting = { domain, evaluations: 40, task: "", fidelity: { full: {} } };
    const strategy = gp.create(setting, gp.options.parse({ costAware }));
    const found: string[] = [];
    let milliseconds = 0;
    for (let trialNumber = 1; trialNumber <= 12; trialNumber += 1) {
      const signal = new AbortController().signal;
      const context = { trialNumber, random: createRandom(1, trialNumber), pending: [], signal };
      const proposal = await strategy.propose(context);
      if (proposal === undefined) throw new Error("nothing was proposed");
      const { choices } = proposal;
      const spent = msOfMac * macsOf(choices);
      milliseconds += spent;
      found.push(choices.join());
      // Nothing to be learned from the decisions: so the time decides.
      const accuracy01 = 0.5 + 0.01 * createRandom("accuracy", ...choices).next();
      const trial = trialOf(trialNumber, choices, spent);
      strategy.observe({
        ...trial,
        outcome: {
          kind: "scored",
          metrics: { accuracy: accuracy01 },
          score: accuracy01,
          spent: { milliseconds: spent },
        },
      });
    }
    return { found, milliseconds };
  };
  expect((await run(true, 0)).found).toEqual((await run(false, 0)).found);
  expect((await run(true, 1e-3)).milliseconds).toBeLessThan((await run(false, 1e-3)).milliseconds);
});
