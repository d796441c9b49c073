import { expect, test } from "vitest";
import { assemble } from "../api/assemble.ts";
import { createRandom } from "../base/random.ts";
import { loadSpace } from "../catalog/load.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Choices } from "../search/space.ts";
import { earlyLate, earlyLateInWords } from "./early-late.ts";

const macro = async () => {
  const definition = await loadSpace("nas-bench-macro");
  return createDomain(definition.create(definition.options.parse({})), {});
};

/** 200 designs drawn at random, with an accuracy that is made up. */
async function judged(accuracyOf: (choices: Choices) => number) {
  const domain = await macro();
  const random = createRandom("judged");
  const designs = Array.from({ length: 200 }, () => {
    const choices = domain.sample(random)!;
    return { choices, score: accuracyOf(choices) };
  });
  const answer = earlyLate(domain, designs, createRandom("early-late"));
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer;
}

test("accuracies that reward complexity late, early, or neither, are told apart", async () => {
  const late = await judged(
    (choices) => choices.slice(4).reduce((a, b) => a + b, 0) - choices.slice(0, 4).reduce((a, b) => a + b, 0),
  );
  expect(late.verdict).toBe("yes");
  expect(late.best).toBeGreaterThan(0.5);
  const { space } = await macro();
  expect(late.profile.map(({ decision }) => decision)).toEqual(space.decisions.map(({ name }) => name));
  const early = await judged(
    (choices) => choices.slice(0, 4).reduce((a, b) => a + b, 0) - choices.slice(4).reduce((a, b) => a + b, 0),
  );
  expect(early.verdict).toBe("the other way");
  expect(earlyLateInWords(early)).toMatch(/^The other way/);
  const random = createRandom("noise");
  const neither = await judged(() => random.next());
  expect(Math.abs(neither.difference)).toBeLessThan(0.2);
  expect(["no", "not clear"]).toContain(neither.verdict);
});

test("on all of the published table, the remark is answered, and places are in order", async () => {
  const config = {
    ...{
      dataset: "cifar10",
      task: "",
      space: "nas-bench-macro",
      spaceOptions: {},
      metric: metricOf(accuracy),
      strategy: "random",
      strategyOptions: {},
    },
    ...{
      evaluator: "table",
      evaluatorOptions: {},
      modelOptions: {},
      trials: 1,
      limits: {},
      parallel: 1,
      seed: 1,
    },
  };
  const { domain, evaluator } = await assemble(config, {
    folder: ".",
    environment: process.env,
  });
  const random = createRandom("table");
  const designs = [];
  for (let draw = 0; draw < 400; draw += 1) {
    const choices = domain.sample(random)!;
    const outcome = await evaluator.evaluate({
      trialNumber: 1,
      proposal: { choices, fidelity: {}, by: "test" },
      network: domain.space.decode(choices),
      fidelity: {},
      seed: 1,
      signal: new AbortController().signal,
    });
    if (outcome.kind === "scored") designs.push({ choices, score: outcome.metrics.accuracy! });
  }
  const answer = earlyLate(domain, designs, createRandom("early-late"));
  if ("unknown" in answer) throw new Error(answer.unknown);
  const places = answer.profile.map(({ place01 }) => place01);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(answer.ci95[0]).toBeLessThanOrEqual(answer.difference);
  expect(answer.ci95[1]).toBeGreaterThanOrEqual(answer.difference);
});

test("a space whose cell is repeated has no early and late, and few trials say nothing", async () => {
  const definition = await loadSpace("nas-bench-201");
  const domain = createDomain(definition.create(definition.options.parse({})), {});
  const random = createRandom("cells");
  const designs = Array.from({ length: 40 }, () => ({
    choices: domain.sample(random)!,
    score: random.next(),
  }));
  expect(earlyLate(domain, designs, random)).toMatchObject({ unknown: expect.stringContaining("no place") });
  expect(earlyLate(domain, designs.slice(0, 3), random)).toMatchObject({
    unknown: expect.stringContaining("there are 3"),
  });
});
