import { expect, test } from "vitest";
import { exampleRun } from "./fixtures/run.ts";
import { runVerdict } from "./run-verdict.ts";

const { record } = exampleRun();
const best = record.selected!.outcome.score;

/** The run with random runs that ended at these scores. */
function beside(ends: readonly number[], strategy = record.header.config.strategy) {
  const baselines = ends.map((score, seed) => ({
    strategy: "random",
    seed,
    points: [{ evaluation: 1, score }],
  }));
  const header = { ...record.header, config: { ...record.header.config, strategy } };
  return runVerdict({ ...record, header, baselines });
}
const runs = (count: number, score: number) => new Array<number>(count).fill(score);

test("the verdict beside chance is one sentence, and claims no more than the runs show", () => {
  expect(beside(runs(25, best - 0.01))).toEqual({
    kind: "better",
    short: "better than random search",
    words: "Better than all 25 random runs with the same evaluations.",
  });
  expect(beside([...runs(18, best - 0.01), ...runs(7, best + 0.01)])?.words).toBe(
    "Not clearly better than chance: above 18 and below 7 of 25 random runs with the same evaluations.",
  );
  expect(beside([...runs(5, best - 0.01), ...runs(20, best)])).toEqual({
    kind: "worse",
    short: "no better than random search",
    words:
      "No better than chance: above 5, level with 20 and below 0 of 25 random runs with the same evaluations.",
  });
  // One run is no distribution.
  expect(beside([best - 0.01])?.kind).toBe("unclear");
  expect(beside(runs(25, best - 0.01), "random")?.words).toMatch(/^It is random search/);
});

test("without a baseline nothing is claimed", () => {
  expect(beside([])).toMatchObject({
    ...{ kind: "none", short: "no baseline was run" },
    words: expect.stringMatching(/^No baseline was run: .* is not known\.$/),
  });
  expect(beside([], "random")).toEqual({
    ...{ kind: "none", short: "is random search itself" },
    words: "It is random search itself, and nothing else was run to compare it with.",
  });
});

test("a comparison is promised only where one is made at the end", () => {
  const words = (config: object) =>
    runVerdict({
      ...{ ...record, result: undefined },
      header: {
        ...{ ...record.header, provenance: {} },
        config: { ...record.header.config, ...config },
      },
      baselines: [],
    })?.words;
  expect(words({ minutes: 10 })).toBe("No baseline yet: it is compared when the search has ended.");
  expect(words({})).toMatch(/^No baseline yet: whether the search is better than chance/);
});

test("a known network that was trained alone for as long decides, within the noise of the test images", () => {
  const own = record.result!.testMetrics!.accuracy!;
  const verdict = (accuracy: number, testImages?: number) =>
    runVerdict({
      ...record,
      reference: {
        ...{ name: "resnet-8", paramCount: 18_300, macCount: 1e6, testMetrics: { accuracy } },
        ...(testImages !== undefined && { testImages }),
      },
    });
  // Two shares of 10,000 images near 93 % differ by 0.7 points at two standard deviations.
  expect(verdict(own - 0.02, 10_000)?.kind).toBe("better");
  expect(verdict(own - 0.02, 10_000)?.words).toMatch(
    /^Better than resnet-8 \(18\.3k parameters\), trained alone for as long: .* beyond the noise of ±0\.\d\d points \(2σ\)\.$/,
  );
  expect(verdict(own + 0.02, 10_000)?.kind).toBe("worse");
  expect(verdict(own - 0.02, 100)).toMatchObject({
    kind: "unclear",
    words: expect.stringMatching(/^Not shown to differ/),
  });
  expect(verdict(own - 0.02)?.words).toContain("how much is noise is not known");
});
