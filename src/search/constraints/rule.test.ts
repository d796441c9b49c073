// A space's own rule, against brute force in a space that can be listed, and in one that cannot.
import { expect, test } from "vitest";
import { z } from "zod";
import { createRandom } from "../../base/random.ts";
import { loadStrategy } from "../../catalog/load.ts";
import { runStudy } from "../../study/run-study.ts";
import { spaceChecks } from "../../testing/space-suite.ts";
import type { Choices, Space } from "../space.ts";
import { defineSpace } from "../space.ts";
import { spaceVariant } from "../space-variant.ts";
import imagenet from "../spaces/genius-imagenet.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { allDesigns, createDomain, largestFeasible, neighbours, smallestFeasible } from "./create-domain.ts";
import { describeEmpty } from "./describe-empty.ts";

import { restrictDomain } from "./restrict-space.ts";

/** Kernels may not shrink from a layer to the next, and the last is never left out. */
const rule = (choices: Choices): true | string => {
  if (choices.at(-1) === 0) return "the last layer is left out";
  return (
    choices.every((choice, index) => choice >= (choices[index - 1] ?? 0)) ||
    "a layer is smaller than the one before"
  );
};
const space: Space = { ...macro.create({}), allows: rule };
const allowed = allDesigns(space).filter((choices) => rule(choices) === true);
const limits = { maxMacCount: 60_000_000 };
const domain = createDomain(space, limits);
const inside = allowed.filter((choices) => domain.costOf(choices).macCount <= limits.maxMacCount);
const changes = (a: Choices, b: Choices) => a.filter((choice, index) => choice !== b[index]).length;

test("what a rule forbids is not allowed, and its reason is told", () => {
  expect(inside.length).toBeGreaterThan(5);
  for (const choices of allDesigns(space)) {
    const isInside = rule(choices) === true && domain.costOf(choices).macCount <= limits.maxMacCount;
    if (domain.isFeasible(choices) !== isInside) throw new Error(choices.join(""));
  }
  expect(domain.violations([1, 0, 0, 0, 0, 0, 0, 0])).toContainEqual(
    expect.objectContaining({ quantity: "rule", reason: "the last layer is left out" }),
  );
});

test("repairs are the nearest, extremes the most, and draws reach every allowed design", () => {
  const random = createRandom("repairs");
  for (let round = 0; round < 60; round += 1) {
    const from = space.decisions.map(({ options }) => random.integer(options.length));
    const repaired = domain.repair(from)!;
    const fewest = Math.min(...inside.map((choices) => changes(choices, from)));
    expect(domain.isFeasible(repaired)).toBe(true);
    expect(changes(repaired, from)).toBe(fewest);
  }
  const macs = inside.map((choices) => domain.costOf(choices).macCount);
  expect(domain.costOf(largestFeasible(domain, "macCount")!).macCount).toBe(Math.max(...macs));
  expect(domain.costOf(smallestFeasible(domain, "macCount")!).macCount).toBe(Math.min(...macs));
  const drawn = new Set(Array.from({ length: 40 * inside.length }, () => domain.sample(random)!.join("")));
  expect(drawn).toEqual(new Set(inside.map((choices) => choices.join(""))));
});

test("a rule that no design within the limits keeps leaves nothing, and is named", () => {
  const none = createDomain({ ...space, allows: () => "nothing is allowed" }, {});
  expect([none.sample(createRandom(1)), none.repair(allowed[0]!), largestFeasible(none, "macCount")]).toEqual(
    [undefined, undefined, undefined],
  );
  expect(describeEmpty(none)).toBe(
    "No design of nas-bench-macro is allowed by the rule of the space (nothing is allowed). Change its rule.",
  );
});

test("in a space too large to list, draws, repairs and extremes keep the rule within the limits", () => {
  const whole = imagenet.create({ classCount: 10 });
  const rises = (choices: Choices) =>
    (choices[29]! > choices[0]! && choices[5] !== 0) || "its last layer is no larger";
  const large = createDomain(
    { ...whole, allows: rises },
    { maxMacCount: 330_000_000, minMacCount: 250_000_000 },
  );
  const random = createRandom("large");
  for (let round = 0; round < 5; round += 1) {
    const from = whole.decisions.map(({ options }) => random.integer(options.length));
    for (const found of [large.sample(random), large.repair(from)]) {
      expect(found && large.isFeasible(found)).toBe(true);
    }
  }
  // Within the limits, one change mends it: the nearest is one change away.
  const right = large.sample(random)!;
  const broken = neighbours(whole, right).find(
    (choices) => rises(choices) !== true && large.violations(choices).length === 1,
  )!;
  expect(changes(large.repair(broken)!, broken)).toBe(1);
  for (const found of [largestFeasible(large, "macCount"), smallestFeasible(large, "paramCount")])
    expect(found && large.isFeasible(found)).toBe(true);
});

test("the rule holds for what is left when options are pinned, and under an audit's other order", () => {
  const pinned = restrictDomain(
    domain,
    space.decisions.map((_, index) => (index === 3 ? [1] : [0, 1, 2])),
  );
  const random = createRandom("pinned");
  for (let round = 0; round < 20; round += 1) {
    const whole = pinned.toWhole(pinned.domain.sample(random)!);
    expect([whole[3], rule(whole)]).toEqual([1, true]);
  }
  const other = spaceVariant(space, { kind: "permuted", random });
  for (const choices of allDesigns(space).slice(0, 500))
    expect(other.space.allows!(other.fromOriginal(choices))).toBe(rule(choices));
});

test.each(["random", "evolution", "local-search", "gp", "hybrid", "largest-first", "tpe", "grid"])(
  "%s proposes nothing that the rule forbids",
  async (name) => {
    const definition = await loadStrategy(name);
    const strategy = definition.create(
      { domain, evaluations: 12, task: "", fidelity: { full: {} } },
      definition.options.parse({}),
    );
    const { trials } = await runStudy({
      ...{ domain, strategy, trials: 12, parallel: 1, seed: 3 },
      evaluator: {
        ...{ selectedOn: "validation", fidelity: { full: {} }, provenance: {} },
        evaluate: async ({ proposal: { choices } }) => ({
          kind: "scored",
          metrics: { accuracy: choices.reduce((sum, choice) => sum + choice, 0) / 16 },
          spent: { milliseconds: 0 },
        }),
      },
    });
    expect(trials.length).toBeGreaterThan(2);
    expect(trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
  },
);

for (const check of spaceChecks(
  defineSpace({
    ...{ name: space.name, summary: space.summary, source: "a test", options: z.object({}) },
    create: () => space,
  }),
  {},
))
  test(check.name, check.run);
