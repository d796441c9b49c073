// Matched pairs on published tables: rules without knowledge of the table are worth nothing on them, whether they were
// balanced or not, and the table itself orders all.
import { expect, test } from "vitest";
import { openTable } from "../../evaluators/tables/accuracy-table.ts";
import type { Choices } from "../../search/space.ts";
import channels from "../../search/spaces/channel-bench-resnet.ts";
import macro from "../../search/spaces/nas-bench-macro.ts";
import { matchedPairs } from "./matched-pairs.ts";

const sum = (choices: Choices) => choices.reduce((total, choice) => total + choice, 0);
const rules: Readonly<Record<string, (choices: Choices) => number>> = {
  "larger digits": sum,
  "the first half": (choices) => sum(choices) + sum(choices.slice(0, choices.length / 2)),
  "squared digits": (choices) => sum(choices.map((choice) => choice ** 2)),
  "every second": (choices) => sum(choices.filter((_, index) => index % 2 === 0)),
};

test.each([macro, channels])("no rule orders the pairs of $name", async ({ create }) => {
  const space = create({});
  const table = await openTable({ space, dataset: "cifar10" });
  const pairs = matchedPairs(space, table, { count: 300, seed: 1 });
  expect(pairs.length).toBe(300);
  expect(new Set(pairs.flatMap(({ designs }) => [designs.A.join(), designs.B.join()])).size).toBe(600);
  for (const { designs, better } of pairs) {
    const [a, b] = [table.lookUp(designs.A)!.selection01, table.lookUp(designs.B)!.selection01];
    expect(better).toBe(a > b ? "A" : "B");
  }
  const shareOf = (right: readonly boolean[]) => right.filter(Boolean).length / right.length;
  const withMacs = pairs.filter(({ moreMacs }) => moreMacs !== null);
  expect(shareOf(withMacs.map(({ better, moreMacs }) => better === moreMacs))).toBeCloseTo(0.5, 1);
  for (const [name, worth] of Object.entries(rules)) {
    const decided = pairs.filter(({ designs }) => worth(designs.A) !== worth(designs.B));
    const right = decided.map(
      ({ designs, better }) => worth(designs.A) > worth(designs.B) === (better === "A"),
    );
    expect(shareOf(right), name).toBeGreaterThan(0.44);
    expect(shareOf(right), name).toBeLessThan(0.56);
  }
  // Any prefix is about as balanced, so that each variant's part is.
  const part = pairs.slice(0, 100).filter(({ largerDigits }) => largerDigits !== null);
  expect(shareOf(part.map(({ better, largerDigits }) => better === largerDigits))).toBeCloseTo(0.5, 1);
  expect(pairs).toEqual(matchedPairs(space, table, { count: 300, seed: 1 }));
});
