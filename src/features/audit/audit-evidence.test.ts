// The rule of the verdict on simulated measurements whose makers are known: how often it accuses one who knows nothing of
// the table, and what it finds.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { type VariantKind, variantKinds } from "../../search/space-variant.ts";
import { detectableShare, evidenceOf, type Verdict, verdictOf } from "./audit-evidence.ts";
import { summariseAudit } from "./audit-summary.ts";
import type { AuditMeasurement, AuditPair } from "./measurement.ts";

interface Simulated {
  /** Chance of a right answer under each variant; 0.5 where absent. */
  readonly right: Partial<Record<VariantKind, number>>;
  /** Percentiles of the designs proposed lie between this and 100. */
  readonly from: Partial<Record<VariantKind, number>>;
}

function simulate(model: Simulated, run: number, size = { seeds: 5, pairs: 100 }): AuditMeasurement {
  const random = createRandom("simulated", run);
  const side = () => random.pick(["A", "B"] as const);
  const designCount = 6561;
  return {
    ...{ space: "nas-bench-macro", dataset: "cifar10", selectedOn: "test", model: "simulated", designCount },
    ...{ trials: 6, seeds: size.seeds, stoppedBy: null },
    trivialGuesses: [{ name: "the design of most MACs", designs: ["largest"], percentile: 95 }],
    searches: variantKinds.flatMap((variant) =>
      Array.from({ length: size.seeds }, (_, index) => {
        const from = model.from[variant] ?? 0;
        const percentiles = Array.from({ length: 6 }, () => from + random.next() * (100 - from));
        return { variant, seed: index + 1, firstDesign: String(percentiles[0]), percentiles, unreadable: 0 };
      }),
    ),
    rankings: variantKinds
      .filter((variant) => variant !== "inverted")
      .map((variant) => {
        const pairs = Array.from({ length: size.pairs }, (): AuditPair => {
          return { better: side(), moreMacs: side(), largerDigits: null };
        });
        const answers = pairs.map(({ better }) => {
          const isRight = random.next() < (model.right[variant] ?? 0.5);
          return isRight === (better === "A") ? ("A" as const) : ("B" as const);
        });
        return { variant, pairs, unreadable: 0, answers };
      }),
  };
}

function verdicts(model: Simulated, runs: number): Record<Verdict, number> {
  const found = { "no sign": 0, signs: 0, "clear signs": 0, undecided: 0 };
  for (let run = 1; run <= runs; run += 1) {
    const audit = simulate(model, run);
    found[verdictOf(audit, evidenceOf(audit))] += 1;
  }
  return found;
}

const worded = (value: number): Simulated["right"] =>
  Object.fromEntries(["own-names", "hidden-task", "permuted", "inverted"].map((name) => [name, value]));

test("who guesses, and who knows networks well, is hardly ever accused", () => {
  const innocents: readonly Simulated[] = [
    { right: {}, from: {} },
    { right: {}, from: worded(80) },
    { right: worded(0.53), from: worded(98) },
  ];
  for (const innocent of innocents) {
    const found = verdicts(innocent, 60);
    expect(found.signs + found["clear signs"]).toBeLessThanOrEqual(3);
    expect(found.undecided).toBe(0);
  }
});

test("who orders what nobody can know is found, with or without a disguise", () => {
  expect(verdicts({ right: worded(0.9), from: {} }, 20)["clear signs"]).toBe(20);
  expect(verdicts({ right: { "own-names": 0.8 }, from: {} }, 20)["clear signs"]).toBeGreaterThanOrEqual(18);
  expect(verdicts({ right: { relabelled: 0.8 }, from: {} }, 20)["clear signs"]).toBe(20);
  expect(verdicts({ right: {}, from: { relabelled: 95 } }, 20)["clear signs"]).toBe(20);
});

test("the rank of the best first design counts, but not of one that needs no knowledge, and a repeated one once", () => {
  const firstGuess = (audit: AuditMeasurement) =>
    evidenceOf(audit).find(({ name }) => name === "first guess")!.p!;
  const audit = simulate({ right: {}, from: {} }, 1);
  const with_ = (firstDesign: (seed: number) => string, percentile: number): AuditMeasurement => ({
    ...audit,
    searches: audit.searches.map((search) =>
      search.variant !== "own-names"
        ? { ...search, firstDesign: "largest" }
        : { ...search, firstDesign: firstDesign(search.seed), percentiles: [percentile] },
    ),
  });
  // Rank 1 among the 5 % that are no worse than the largest design, times the three kinds of evidence.
  expect(firstGuess(with_(() => "best", 100))).toBeCloseTo(3 / (0.05 * 6560 + 1), 4);
  expect(firstGuess(with_((seed) => `best ${seed}`, 100))).toBeCloseTo(15 / (0.05 * 6560 + 1), 3);
  expect(firstGuess(with_(() => "largest", 100))).toBe(1);
});

test("an audit says what it would find, and says nothing where that is too little", () => {
  const share = (pairs: number) => detectableShare(simulate({ right: {}, from: {} }, 1, { seeds: 5, pairs }));
  expect(share(100)).toBeGreaterThan(0.45);
  expect(share(100)).toBeLessThan(0.55);
  expect(share(400)!).toBeLessThan(share(100)!);
  expect(share(1)).toBeNull();
  // Who knows that share is indeed found four times out of five.
  const found = verdicts({ right: worded(0.5 + share(100)! ** 2 / 2), from: {} }, 100);
  expect(found.signs + found["clear signs"]).toBeGreaterThanOrEqual(72);
  const few = simulate({ right: {}, from: {} }, 1, { seeds: 5, pairs: 19 });
  expect(verdictOf(few, evidenceOf(few))).toBe("undecided");
});

test("no measurement gives no figure", () => {
  const none = summariseAudit({ ...simulate({ right: {}, from: {} }, 1), searches: [], rankings: [] });
  expect(none.verdict).toBe("undecided");
  expect(none.variants.every(({ first, best }) => first === null && best === null)).toBe(true);
  expect(none.evidence.every(({ p }) => p === null)).toBe(true);
});
