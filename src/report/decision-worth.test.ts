// What decisions are worth, on made-up accuracies whose answer is known and on the real table.
import { expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { readPackedTable } from "../evaluators/tables/packed-table.ts";
import { packedFileOf } from "../evaluators/tables/published.ts";
import { decisionWorth } from "./decision-worth.ts";
import { space } from "./fixtures/run.ts";

const random = createRandom("designs");
const designs = Array.from({ length: 80 }, () =>
  space.decisions.map(({ options }) => random.integer(options.length)),
);

test("finds the decisions that matter, their size, and none where there is none", () => {
  const observations = designs.map((choices) => ({
    choices,
    score: 0.8 + 0.05 * choices[2]! + 0.01 * choices[6]! + 0.001 * random.normal(),
  }));
  const worth = decisionWorth(space.decisions, observations, createRandom("worth"))!;
  expect(worth.slice(0, 2).map((entry) => entry.decision)).toEqual(["layer3", "layer7"]);
  expect(worth[0]!.worth01).toBeGreaterThan(0.085);
  expect(worth[0]!.worth01).toBeLessThan(0.105);
  expect(worth[0]!.ci95[0]).toBeGreaterThan(worth[1]!.ci95[1]);
  expect(worth[7]!.worth01).toBeLessThan(0.004);
});

test("on the table, the reducing layers matter most, as their averages over all designs say", async () => {
  const table = await readPackedTable(packedFileOf({ space: "nas-bench-macro", dataset: "cifar10" }));
  const all = [...table].map(([key, { test01 }]) => ({ choices: [...key].map(Number), score: test01! }));
  const average = (layer: number, option: number) => {
    const of = all.filter(({ choices }) => choices[layer] === option);
    return of.reduce((sum, { score }) => sum + score, 0) / of.length;
  };
  const truth = space.decisions.map(({ name }, layer) => {
    const means = [0, 1, 2].map((option) => average(layer, option));
    return { name, worth01: Math.max(...means) - Math.min(...means) };
  });
  const top = truth
    .sort((a, b) => b.worth01 - a.worth01)
    .slice(0, 3)
    .map(({ name }) => name);
  const observed = designs.concat(designs.map((choices) => choices.map((choice) => (choice + 1) % 3)));
  const observations = observed.map((choices) => ({
    choices,
    score: table.get(choices.join(""))!.test01!,
  }));
  const worth = decisionWorth(space.decisions, observations, createRandom("worth"))!;
  expect(worth.slice(0, 4).map((entry) => entry.decision)).toEqual(expect.arrayContaining(top.slice(0, 2)));
});

test("too few trials say nothing", () => {
  expect(
    decisionWorth(space.decisions, [{ choices: designs[0]!, score: 0.9 }], createRandom(1)),
  ).toBeUndefined();
});
