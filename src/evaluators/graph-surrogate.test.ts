// The surrogate over graphs, which knows nothing of a space's choices, orders published networks that it has not seen.
import { expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { openSpace } from "../catalog/load.ts";
import { spearman } from "../math/statistics.ts";
import { anyDesign } from "../search/constraints/create-domain.ts";
import { fitGraphSurrogate, graphPoint } from "../search/surrogate/graph-surrogate.ts";
import { openTable } from "./tables/accuracy-table.ts";

test.each([
  ["nas-bench-201", "cifar10", 0.7],
  ["nats-size", "cifar100", 0.8],
  ["channel-bench-resnet", "cifar10", 0.8],
] as const)("%s after 25 networks", { timeout: 60_000 }, async (name, dataset, atLeast) => {
  const space = await openSpace(name);
  const table = await openTable({ space, dataset });
  const random = createRandom("graph-surrogate", name);
  const draw = () => {
    const choices = anyDesign(space, random);
    const score = table.lookUp(choices)?.selection01 ?? Number.NaN;
    return { point: graphPoint(space.decode(choices)), score };
  };
  const [seen, unseen] = [25, 100].map((length) => Array.from({ length }, draw)) as [Draw[], Draw[]];
  type Draw = ReturnType<typeof draw>;
  const believe = fitGraphSurrogate(seen);
  const expected = unseen.map(({ point }) => believe?.(point).mean ?? 0);
  expect(
    spearman(
      expected,
      unseen.map(({ score }) => score),
    ),
  ).toBeGreaterThan(atLeast);
  // It is surer of what it saw than of what it did not.
  const deviations = [seen, unseen].map((draws) => draws.map(({ point }) => believe?.(point).deviation ?? 0));
  const [ofSeen, ofUnseen] = deviations.map((all) => all.reduce((a, b) => a + b, 0) / all.length) as [
    number,
    number,
  ];
  expect(ofSeen).toBeLessThan(ofUnseen);
});

test("says nothing where there is nothing to learn from", async () => {
  const space = await openSpace("nas-bench-macro");
  const point = graphPoint(space.decode(space.decisions.map(() => 1)));
  expect(fitGraphSurrogate([{ point, score: 0.5 }])).toBeUndefined();
  expect(fitGraphSurrogate(Array.from({ length: 6 }, () => ({ point, score: 0.5 })))).toBeUndefined();
});
