import { describe, expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { tinySpace } from "../../testing/tiny-space.ts";
import { createDensity, likeliestGood } from "./parzen.ts";

const designs = [0, 1, 2].flatMap((width) =>
  [0, 1].flatMap((act) => [0, 1, 2].map((rate) => [width, act, rate])),
);
const centres = [
  [0, 1, 0],
  [0, 1, 1],
  [2, 0, 0],
];

describe.each([true, false])("a density with multivariate %s", (multivariate) => {
  it("gives all designs probabilities that add up to one, and none is impossible", () => {
    for (const around of [[], centres.slice(0, 1), centres]) {
      const density = createDensity(tinySpace, around, { multivariate });
      const probabilities = designs.map((design) => Math.exp(density.logProbability(design)));
      expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 10);
      expect(Math.min(...probabilities)).toBeGreaterThan(1e-4);
    }
  });

  it("draws designs as often as it says", () => {
    const density = createDensity(tinySpace, centres, { multivariate });
    const random = createRandom("parzen");
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const key = density.sample(random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const design of designs) {
      const probability = Math.exp(density.logProbability(design));
      const deviation = Math.sqrt(probability * (1 - probability) * draws);
      expect(Math.abs((counts.get(design.join()) ?? 0) - probability * draws)).toBeLessThan(5 * deviation);
    }
  });

  it("is uniform without centres", () => {
    const density = createDensity(tinySpace, [], { multivariate });
    for (const design of designs) expect(density.logProbability(design)).toBeCloseTo(-Math.log(18), 10);
  });

  it("thinks more of an ordinal option the nearer it is", () => {
    const density = createDensity(tinySpace, [[0, 0, 0]], { multivariate });
    const [near, mid, far] = [0, 1, 2].map((width) => density.logProbability([width, 0, 0])) as [
      number,
      number,
      number,
    ];
    expect(near).toBeGreaterThan(mid);
    expect(mid).toBeGreaterThan(far);
  });
});

it("keeps together what goes together only when it is multivariate", () => {
  const pairs = [
    [0, 0, 1],
    [0, 0, 1],
    [2, 1, 1],
    [2, 1, 1],
  ];
  const gap = (multivariate: boolean) => {
    const density = createDensity(tinySpace, pairs, { multivariate });
    return density.logProbability([0, 0, 1]) - density.logProbability([0, 1, 1]);
  };
  expect(gap(true)).toBeGreaterThan(0.5);
  expect(gap(false)).toBeCloseTo(0, 10);
});

it("prefers what only the good designs have", () => {
  const good = createDensity(
    tinySpace,
    [
      [2, 1, 2],
      [2, 1, 1],
    ],
    { multivariate: true },
  );
  const bad = createDensity(
    tinySpace,
    [
      [0, 1, 2],
      [0, 1, 1],
      [1, 1, 0],
    ],
    { multivariate: true },
  );
  const found = likeliestGood(
    { good, bad },
    { draws: 200, random: createRandom(1), isOpen: ([, act]) => act === 1 },
  );
  expect(found?.[0]).toBe(2);
  expect(
    likeliestGood({ good, bad }, { draws: 5, random: createRandom(1), isOpen: () => false }),
  ).toBeUndefined();
});
