// The rule of the verdict on simulated models whose knowledge is known: how often it accuses one that remembers nothing,
// and whether it finds one that does.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { type VariantKind, variantKinds } from "../../search/space-variant.ts";
import { summariseAudit, type Verdict } from "./audit-summary.ts";
import type { AuditMeasurement, AuditPair } from "./measurement.ts";

interface Simulated {
  /** Chance of a right answer under each variant. */
  readonly right: Partial<Record<VariantKind, number>>;
  /** Percentiles of the designs proposed lie between this and 100; the goal under inverted is to go down. */
  readonly from: Partial<Record<VariantKind, number>>;
}

function simulate(model: Simulated, run: number, size = { seeds: 5, pairs: 60 }): AuditMeasurement {
  const random = createRandom("simulated", run);
  const side = () => random.pick(["A", "B"] as const);
  const pairs = Array.from({ length: size.pairs }, (_, index): AuditPair => {
    const better = side();
    const other = better === "A" ? "B" : "A";
    return {
      better,
      moreMacs: index % 2 === 0 ? better : other,
      largerDigits: index % 3 === 0 ? null : side(),
    };
  });
  const chanceOf = (variant: VariantKind) => model.right[variant] ?? 0.5;
  return {
    space: "nas-bench-macro",
    dataset: "cifar10",
    selectedOn: "test",
    model: "simulated",
    designCount: 6561,
    trials: 6,
    seeds: size.seeds,
    trivialGuesses: [{ name: "the design of most MACs", percentile: 95 }],
    searches: variantKinds.flatMap((variant) =>
      Array.from({ length: size.seeds }, (_, index) => {
        const from = model.from[variant] ?? 50;
        const percentiles = Array.from({ length: 6 }, () => from + random.next() * (100 - from));
        return { variant, seed: index + 1, percentiles, unreadable: 0 };
      }),
    ),
    pairs,
    rankings: variantKinds
      .filter((variant) => variant !== "inverted")
      .map((variant) => ({
        variant,
        unreadable: 0,
        answers: pairs.map(({ better }) => {
          const isRight = random.next() < chanceOf(variant);
          return isRight === (better === "A") ? ("A" as const) : ("B" as const);
        }),
      })),
    stoppedBy: null,
  };
}

function verdicts(model: Simulated, runs: number): Record<Verdict, number> {
  const found = { "no sign": 0, signs: 0, "clear signs": 0, undecided: 0 };
  for (let run = 1; run <= runs; run += 1) found[summariseAudit(simulate(model, run)).verdict] += 1;
  return found;
}

const everywhere = (value: number): Simulated["right"] =>
  Object.fromEntries(variantKinds.map((variant) => [variant, value]));

// With 400 audits each and 100 pairs, as the report's method says: 3, 20 and 44 were said to show signs, none clear ones.
test("who guesses, and who knows as much under every variant, is hardly ever accused", () => {
  const models: readonly Simulated[] = [
    { right: {}, from: {} },
    { right: everywhere(0.75), from: { ...everywhere(80), inverted: 0 } },
    { right: everywhere(0.75), from: { ...everywhere(97), inverted: 0 } },
  ];
  for (const model of models) {
    const found = verdicts(model, 20);
    expect(found["clear signs"]).toBe(0);
    expect(found.signs).toBeLessThanOrEqual(5);
  }
});

test("who needs words, but no names, shows at most signs that knowledge explains", () => {
  const { evidence, verdict } = summariseAudit(
    simulate({ right: { ...everywhere(0.8), relabelled: 0.4 }, from: { inverted: 0 } }, 1),
  );
  expect(evidence.filter(({ holds }) => holds).map(({ name }) => name)).toEqual(["names"]);
  expect(verdict).toBe("signs");
});

test("who remembers is found", () => {
  const remembers = {
    right: { ...everywhere(0.6), "own-names": 0.95 },
    from: { "own-names": 99, inverted: 97 },
  };
  expect(verdicts(remembers, 15)["clear signs"]).toBe(15);
});

test("too few seeds and pairs decide nothing, and no measurement gives no figure", () => {
  const sure: Simulated = { right: { "own-names": 1 }, from: { "own-names": 99, inverted: 99 } };
  const few = summariseAudit(simulate(sure, 1, { seeds: 4, pairs: 19 }));
  expect(few.verdict).toBe("undecided");
  const none = summariseAudit({ ...simulate(sure, 1), searches: [], rankings: [] });
  expect(none.verdict).toBe("undecided");
  expect(none.variants.every(({ first, best }) => first === null && best === null)).toBe(true);
});

test("the interval of a share is Wilson's", () => {
  // Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662.
  const { right, from } = { right: {}, from: {} };
  const audit = simulate({ right, from }, 1, { seeds: 5, pairs: 263 });
  const answers = audit.pairs.map(({ better }, index) =>
    index < 81 === (better === "A") ? ("A" as const) : ("B" as const),
  );
  const summary = summariseAudit({ ...audit, rankings: [{ variant: "own-names", answers, unreadable: 0 }] });
  const [low, high] = summary.rankings[0]!.correct!.ci95;
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});
