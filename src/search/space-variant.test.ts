// Every variant is the same set of networks, the mapping goes both ways, and a hidden variant says nothing that tells.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { anyDesign, createDomain } from "./constraints/create-domain.ts";
import { describeCosts, describeDecisions } from "./prompt/describe-space.ts";
import { spaceVariant, type VariantKind, variantKinds } from "./space-variant.ts";
import channels from "./spaces/channel-bench-resnet.ts";
import cell from "./spaces/nas-bench-201.ts";
import macro from "./spaces/nas-bench-macro.ts";

const spaces = [macro.create({}), channels.create({}), cell.create(cell.options.parse({}))];
const variant = (space: (typeof spaces)[number], kind: VariantKind, seed = 1) =>
  spaceVariant(space, { kind, random: createRandom(seed, "disguise") });

test("a design costs what its original costs, and the mapping goes there and back", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...spaces),
      fc.constantFrom(...variantKinds),
      fc.integer({ min: 1, max: 5 }),
      fc.integer(),
      (space, kind, order, seed) => {
        const disguised = variant(space, kind, order);
        const shown = anyDesign(disguised.space, createRandom(seed));
        const original = disguised.toOriginal(shown);
        expect(disguised.fromOriginal(original)).toEqual(shown);
        expect(createDomain(disguised.space, {}).costOf(shown)).toEqual(
          createDomain(space, {}).costOf(original),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("a shuffled variant keeps each label with its decision, and differs from seed to seed", () => {
  const [space] = spaces;
  const shuffled = variant(space!, "permuted");
  const shown = [0, 1, 2, 0, 1, 2, 0, 1];
  const labelsOf = (names: typeof space, choices: readonly number[]) =>
    Object.fromEntries(
      names!.decisions.map(({ name, options }, index) => [name, options[choices[index]!]!.label]),
    );
  expect(labelsOf(shuffled.space, shown)).toEqual(labelsOf(space, shuffled.toOriginal(shown)));
  expect(shuffled.toOriginal(shown)).not.toEqual(shown);
  expect(variant(space!, "permuted", 2).space.decisions).not.toEqual(shuffled.space.decisions);
  expect(variant(space!, "permuted", 1).space.decisions).toEqual(shuffled.space.decisions);
  expect(shuffled.space.decisions.every(({ kind }) => kind === "categorical")).toBe(true);
});

test("a relabelled variant has no word of the original, and is in another order", () => {
  const told =
    /conv|skip|none|identity|kernel|channel|pool|residual|edge|node|layer|stem|nas-|CIFAR|published/i;
  for (const space of spaces) {
    const domain = createDomain(variant(space, "relabelled").space, {});
    expect(describeDecisions(domain) + domain.space.name + domain.space.summary).not.toMatch(told);
    expect(describeDecisions(createDomain(space, {}))).toMatch(told);
  }
  const disguised = variant(spaces[2]!, "relabelled");
  for (const { options } of disguised.space.decisions)
    expect(options.map(({ label }) => label)).toEqual(
      ["A", "B", "C", "D", "E"].map((letter) => `operation ${letter}`),
    );
  // Alike in the original does not look alike, and the same design looks different from seed to seed.
  const alike = [1, 1, 1, 1, 1, 1];
  expect(new Set(disguised.fromOriginal(alike)).size).toBeGreaterThan(1);
  expect(variant(spaces[2]!, "relabelled", 2).fromOriginal(alike)).not.toEqual(disguised.fromOriginal(alike));
});

test("a hidden task keeps decisions and costs to the letter, and no name", () => {
  for (const space of spaces) {
    const hidden = variant(space, "hidden-task");
    const [before, after] = [createDomain(space, {}), createDomain(hidden.space, {})];
    expect(describeDecisions(after) + describeCosts(after)).toBe(
      describeDecisions(before) + describeCosts(before),
    );
    expect(`${hidden.space.name} ${hidden.space.summary} ${hidden.task}`).not.toMatch(
      /nas|bench|cifar|published|designs/i,
    );
    expect(hidden.space.parse).toBeUndefined();
  }
});
