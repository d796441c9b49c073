import { expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { strategyChecks } from "../../testing/strategy-suite.ts";
import { tinySpace } from "../../testing/tiny-space.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import macro from "../spaces/nas-bench-macro.ts";
import hybrid from "../strategies/hybrid.ts";
import { networkKnowledge } from "../surrogate/network-knowledge.ts";
import { createScoredKnowledge } from "./scored-knowledge.ts";

const domain = createDomain(macro.create({}), {});
const graph = networkKnowledge(domain);
const random = createRandom("scored-knowledge");
const designs = Array.from({ length: 20 }, () => domain.sample(random) as Choices);
const last = (numbers: readonly number[]) => numbers.at(-1) as number;

it("believes nothing of a score that follows from the graph, and the rest of one that does not", async () => {
  const choicesOf = (name: string) => [...name.slice(name.indexOf("/") + 1)].map(Number);
  const follows = createScoredKnowledge(domain, {
    graph,
    score: async ({ name }) => 3 * (graph.featuresOf(choicesOf(name))[0] as number) + 7,
  });
  await follows.begin(designs);
  for (const choices of designs)
    expect(Math.abs(last(follows.knowledge.featuresOf(choices)))).toBeLessThan(0.35);
  // Whether the last decision's option is the middle one cannot be told from size and depth alone.
  const differs = createScoredKnowledge(domain, {
    graph,
    score: async ({ name }) => (name.endsWith("1") ? 1 : 0),
  });
  await differs.begin(designs);
  const mean = (is: boolean) => {
    const own = designs
      .filter((choices) => (choices.at(-1) === 1) === is)
      .map((choices) => last(differs.knowledge.featuresOf(choices)));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  expect(mean(true) - mean(false)).toBeGreaterThan(1);
});

it("knows only what was revealed since it began, and asks for no score twice", async () => {
  let asked = 0;
  const scored = createScoredKnowledge(domain, {
    graph,
    score: async () => {
      asked += 1;
      return Math.sin(asked);
    },
  });
  await scored.begin(designs.slice(0, 3));
  const before = asked;
  const feature = (at: number) => last(scored.knowledge.featuresOf(designs[at] as Choices));
  expect([feature(0) === 0, feature(10)]).toEqual([false, 0]);
  expect(await scored.reveal(designs.slice(0, 3))).toBe(false);
  expect(await scored.reveal([designs[10] as Choices])).toBe(true);
  expect(feature(10)).not.toBe(0);
  await scored.begin([]);
  expect([feature(0), feature(10)]).toEqual([0, 0]);
  await scored.reveal([designs[0] as Choices, designs[10] as Choices]);
  expect(asked).toBeLessThanOrEqual(before + 1);
});

it("keeps hybrid to the contract: a small space whole, and restored by observing", async () => {
  const options = hybrid.options.parse({ zeroCost: "synflow" });
  const check = strategyChecks(hybrid, options).find(({ name }) =>
    name.startsWith("evaluates a small space whole"),
  );
  await check?.run();
  const tiny = createDomain(tinySpace, {});
  const found: Choices[] = [];
  const search = async (replayed: number) => {
    const setting = { domain: tiny, evaluations: 10, task: "", fidelity: { full: {} } };
    const strategy = hybrid.create(setting, options);
    for (let number = 1; number <= 8; number += 1) {
      if (number > replayed) {
        const context = { trialNumber: number, random: createRandom(number), pending: [] };
        const proposal = await strategy.propose({ ...context, signal: new AbortController().signal });
        found[number] = proposal?.choices as Choices;
      }
      const choices = found[number] as Choices;
      const accuracy01 = 0.5 + 0.1 * (choices[1] as number) - 0.02 * Math.abs((choices[0] as number) - 1);
      const outcome = {
        kind: "scored",
        metrics: { accuracy: accuracy01 },
        score: accuracy01,
        spent: { milliseconds: 0 },
      } as const;
      strategy.observe({
        number,
        proposal: { choices, fidelity: {}, by: "" },
        outcome,
        cost: tiny.costOf(choices),
      });
    }
  };
  await search(0);
  const whole = [...found];
  found.length = 6;
  await search(5);
  expect(found).toEqual(whole);
});
