import { expect, test } from "vitest";
import type { Network } from "../graph/network.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { ScoredTrial } from "../search/trial.ts";
import { besideSearches } from "./baseline-search-words.ts";
import type { BaselineSearch } from "./journal-lines.ts";

const config = { metric: metricOf(accuracy) };
const trial = (network?: string): ScoredTrial => ({
  number: 3,
  proposal: {
    ...{ choices: [1], fidelity: {}, by: network === undefined ? "gp" : "reference" },
    ...(network !== undefined && { network: { name: network, nodes: [] } as unknown as Network }),
  },
  outcome: { kind: "scored", score: 0.97, metrics: { accuracy: 0.97 }, spent: { milliseconds: 1 } },
  cost: { paramCount: 1, macCount: 1 },
});
const other: BaselineSearch = {
  ...{ strategy: "random", evaluations: 14, minutes: 10, score: 0.96, paramCount: 900, macCount: 1e5 },
  ...{ testMetrics: { accuracy: 0.9 }, testImages: 1000 },
};
const beside = (search: BaselineSearch, own = 0.95, network?: string) =>
  besideSearches({
    ...{ config, selected: trial(network), searches: [search] },
    result: { testMetrics: { accuracy: own } },
  })[0];

test("test figures decide, with their intervals and beside their noise", () => {
  expect(beside(other)).toEqual({
    strategy: "random",
    kind: "better",
    words:
      "Better than random, a search as long (10 min 00 s, 14 evaluations): 95.00 % (95 % interval 93.47 % to 96.19 %) beside 90.00 % (95 % interval 87.98 % to 91.71 %) on test data, beyond the noise of ±2.36 points (2σ).",
  });
  expect(beside(other, 0.85)).toMatchObject({
    kind: "worse",
    words: expect.stringMatching(/^Worse than random/),
  });
  expect(beside(other, 0.91)).toMatchObject({
    kind: "unclear",
    words: expect.stringMatching(/^Not shown to differ from random/),
  });
});

test("says when both hand over the same reference, and when no figure is on test data", () => {
  expect(beside({ ...other, reference: "resnet-8" }, 0.91, "resnet-8")?.words).toMatch(
    /; both hand over resnet-8\.$/,
  );
  expect(beside({ ...other, reference: "resnet-8" }, 0.91)?.words).not.toContain("both");
  const { testImages: ___, ...uncounted } = other;
  expect(beside(uncounted)?.words).toBe(
    "Above random, a search as long (10 min 00 s, 14 evaluations): 95.00 % beside 90.00 % on test data; how much is noise is not known.",
  );
  const { testMetrics: _, minutes: __, ...untested } = other;
  expect(beside(untested)).toEqual({
    strategy: "random",
    kind: "unclear",
    words:
      "Above random, a search with as many evaluations (14): 97.00 % beside 96.00 % as they were selected; how much is noise is not known.",
  });
});

test("a search that scored nothing is not compared", () => {
  expect(beside({ strategy: "random", evaluations: 0 })).toMatchObject({
    kind: "none",
    words: "Not compared with random, a search with as many evaluations (0): it scored no network.",
  });
  expect(besideSearches({ config, selected: undefined, result: undefined, searches: [other] })).toEqual([]);
});
