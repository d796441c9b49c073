// The domain against brute force: costs, nearest allowed designs, uniform draws and extremes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { conv } from "../../graph/blocks.ts";
import { networkCost } from "../../graph/cost.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import type { Choices, Space } from "../space.ts";
import resNet from "../spaces/channel-bench-resnet.ts";
import genius from "../spaces/genius-imagenet.ts";
import mobile from "../spaces/mobile.ts";
import cells from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import residual from "../spaces/residual.ts";
import { costModelOf, designCountOf } from "./cost-model.ts";
import {
  anyDesign,
  createDomain,
  largestFeasible,
  neighbours,
  reachOf,
  smallestFeasible,
} from "./create-domain.ts";
import { describeEmpty } from "./describe-empty.ts";
import type { Domain, Limits } from "./domain.ts";

const tiny = mobile.create(
  mobile.options.parse({ imageSize: 28, channels: 1, sizeClass: "tiny", hyperparameters: true }),
);
const large = mobile.create(mobile.options.parse({ imageSize: 224, classCount: 1000, sizeClass: "large" }));
const residuals = residual.create(residual.options.parse({ imageSize: 64, hyperparameters: true }));
const builtIn: readonly Space[] = [
  macro.create({}),
  resNet.create({}),
  cells.create(cells.options.parse({})),
  genius.create({ classCount: 1000 }),
  tiny,
  large,
  residuals,
];

/** A chain of 1×1 convolutions on one pixel: neighbouring widths meet, and costs are easily made to collide. */
function toySpace(widths: readonly (readonly number[])[], scoped = true): Space {
  const space: Space = {
    name: "toy",
    summary: "",
    input: [1, 1, 1],
    classCount: 2,
    firstDigit: 0,
    decisions: widths.map((options, index) => ({
      name: `width${index}`,
      meaning: "",
      kind: "ordinal",
      about: "architecture",
      options: options.map((value) => ({ label: String(value), value })),
    })),
    decode(choices) {
      const build = createNetworkBuilder("toy", [1, 1, 1]);
      let x = "input";
      widths.forEach((options, index) => {
        const outChannels = options[choices[index] as number] as number;
        x = conv(build, `conv${index}`, x, { outChannels, kernel: 1, bias: true });
      });
      return build.build();
    },
    ...(scoped && { costScopes: widths.map((_, index) => (index === 0 ? [0] : [index - 1, index])) }),
  };
  return space;
}

function allDesigns(space: Space): readonly Choices[] {
  return space.decisions.reduce<readonly Choices[]>(
    (designs, { options }) => designs.flatMap((design) => options.map((_, option) => [...design, option])),
    [[]],
  );
}

/** Fewest changes, least movement, most MACs – as three numbers to compare. */
function distance(domain: Domain, from: Choices, to: Choices): readonly [number, number, number] {
  const changed = from.filter((choice, index) => choice !== to[index]).length;
  const movement = from.reduce((sum, choice, index) => sum + Math.abs(choice - (to[index] as number)), 0);
  return [changed, movement, -domain.costOf(to).macCount];
}

const compare = (a: readonly number[], b: readonly number[]) =>
  a.map((value, index) => value - b[index]!).find((difference) => difference !== 0) ?? 0;

const toyWidths = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 5,
});

describe("the cost model", () => {
  it.each(builtIn.map((space) => [space.name, space] as const))(
    "of %s equals the counted networks",
    (_, space) => {
      const model = costModelOf(space)!;
      fc.assert(
        fc.property(
          fc.tuple(...space.decisions.map(({ options }) => fc.nat(options.length - 1))),
          (choices) => {
            const { paramCount, macCount } = networkCost(space.decode(choices));
            expect(model.costOf(choices)).toEqual({ paramCount, macCount });
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it("of a small space without scopes is exact, and a large one has none", () => {
    const space = toySpace(
      [
        [1, 2],
        [3, 5, 7],
        [2, 4],
      ],
      false,
    );
    for (const choices of allDesigns(space)) {
      const { paramCount, macCount } = networkCost(space.decode(choices));
      expect(costModelOf(space)!.costOf(choices)).toEqual({ paramCount, macCount });
    }
    expect(
      costModelOf(
        toySpace(
          Array.from({ length: 9 }, () => [1, 2, 3]),
          false,
        ),
      ),
    ).toBeUndefined();
  });

  it("refuses scopes that do not hold", () => {
    const space = {
      ...toySpace([
        [1, 2],
        [3, 5],
        [2, 4],
      ]),
      costScopes: [[0], [1], [2]],
    };
    expect(() => costModelOf(space)).toThrow("costScopes of space toy do not hold");
  });
});

describe("repair", () => {
  it("finds the nearest allowed design, as brute force does", () => {
    fc.assert(
      fc.property(
        toyWidths,
        fc.array(fc.nat(400), { minLength: 4, maxLength: 4 }),
        fc.nat(),
        (widths, bounds, seed) => {
          const space = toySpace(widths);
          const [minMacCount, macRange, maxParamCount, paramRange] = bounds as [
            number,
            number,
            number,
            number,
          ];
          const limits: Limits = {
            minMacCount,
            maxMacCount: minMacCount + macRange,
            maxParamCount,
            ...(paramRange < 100 && { minParamCount: maxParamCount - paramRange }),
          };
          const domain = createDomain(space, limits);
          const from = anyDesign(space, createRandom(seed));
          const allowed = allDesigns(space).filter(domain.isFeasible);
          const nearest = allowed.map((to) => distance(domain, from, to)).sort(compare)[0];
          const found = domain.repair(from);
          expect(found && distance(domain, from, found)).toEqual(nearest);
          if (found !== undefined) expect(domain.isFeasible(found)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agrees with brute force on NAS-Bench-Macro and on Channel-Bench, whose widths meet in pairs", () => {
    for (const [space, limits] of [
      [builtIn[0]!, { maxParamCount: 600_000, minMacCount: 20e6, maxMacCount: 25e6 }],
      [builtIn[1]!, { maxMacCount: 260e6, minParamCount: 3e6 }],
    ] as const) {
      const domain = createDomain(space, limits);
      const allowed = allDesigns(space).filter(domain.isFeasible);
      const random = createRandom(3);
      for (let trial = 0; trial < 20; trial += 1) {
        const from = anyDesign(space, random);
        const nearest = allowed.map((to) => distance(domain, from, to)).sort(compare)[0];
        expect(distance(domain, from, domain.repair(from)!)).toEqual(nearest);
      }
    }
  });

  it("leaves an allowed design alone and gives up only where there is none", () => {
    const domain = createDomain(tiny, { maxParamCount: 20_000 });
    const inside = domain.sample(createRandom(1))!;
    expect(domain.repair(inside)).toBe(inside);
    const empty = createDomain(tiny, { maxParamCount: 2_000 });
    expect(empty.repair(inside)).toBeUndefined();
    expect(empty.sample(createRandom(1))).toBeUndefined();
    expect(describeEmpty(empty)).toMatch(
      /No design of mobile has at most 2k parameters\. .* 3\.19k to 587k parameters/,
    );
  });

  it("says what is within reach where single limits can be met, but not together", () => {
    const space = builtIn[0]!;
    expect(describeEmpty(createDomain(space, { maxParamCount: 400_000, minMacCount: 50e6 }))).toMatch(
      /has at most 400k parameters and at least 50M MACs\. Designs with the parameters asked for have from 7\.71M to .*M MACs/,
    );
    expect(describeEmpty(createDomain(space, { minParamCount: 387_883, maxParamCount: 387_884 }))).toContain(
      "none in between",
    );
  });

  it("knows that limits contradict each other, though each can be met, and repairs where they nearly do", () => {
    const space = genius.create({ classCount: 1000 });
    const from = anyDesign(space, createRandom(4));
    const many = { minParamCount: 7_270_862, maxParamCount: 8_763_677 };
    expect(createDomain(space, { ...many, maxMacCount: 97_704_059 }).repair(from)).toBeUndefined();
    const tight = createDomain(space, { ...many, maxMacCount: 250e6 });
    expect(tight.isFeasible(tight.repair(from)!)).toBe(true);
  });

  it("says so when limits are too narrow to decide", () => {
    const narrow = createDomain(genius.create({ classCount: 1000 }), {
      minMacCount: 329_000_001,
      maxMacCount: 329_000_001,
    });
    expect(() => narrow.repair(anyDesign(narrow.space, createRandom(1)))).toThrow("too narrow");
  });
});

describe("draws", () => {
  it("are uniform among the allowed designs, where those are common and where they are rare", () => {
    const space = builtIn[0]!;
    for (const limits of [
      { maxParamCount: 500_000, maxMacCount: 20e6 },
      { minMacCount: 36e6, maxMacCount: 36.5e6 },
      { minParamCount: 2_830_000 },
    ]) {
      const domain = createDomain(space, limits);
      const allowed = allDesigns(space).filter(domain.isFeasible);
      expect(allowed.length).toBeGreaterThan(3);
      expect(allowed.length).toBeLessThan(400);
      const drawn = new Map<string, number>(allowed.map((choices) => [choices.join(""), 0]));
      const random = createRandom("uniform");
      const draws = allowed.length * 60;
      for (let draw = 0; draw < draws; draw += 1) {
        const key = domain.sample(random)!.join("");
        drawn.set(key, drawn.get(key)! + 1);
      }
      expect(drawn.size).toBe(allowed.length);
      // Chi-square with n − 1 degrees of freedom: mean n − 1, standard deviation √(2(n − 1)); five of them is never.
      const degrees = allowed.length - 1;
      const chiSquare = [...drawn.values()].reduce((sum, count) => sum + (count - 60) ** 2 / 60, 0);
      expect(Math.abs(chiSquare - degrees)).toBeLessThan(5 * Math.sqrt(2 * degrees) + 5);
    }
  });

  it.each([
    [genius.create({ classCount: 1000 }), { minMacCount: 270e6, maxMacCount: 330e6 }],
    [genius.create({ classCount: 1000 }), { minMacCount: 329e6, maxMacCount: 329.1e6, maxParamCount: 5e6 }],
    [tiny, { maxParamCount: 20_000 }],
    [tiny, { maxParamCount: 4_000, maxMacCount: 700_000 }],
    [large, { maxParamCount: 700_000, maxMacCount: 250e6 }],
  ] as const)("are allowed and differ (%#)", (space, limits) => {
    const domain = createDomain(space, limits);
    const random = createRandom(9);
    const drawn = Array.from({ length: 40 }, () => domain.sample(random)!);
    expect(drawn.every(domain.isFeasible)).toBe(true);
    expect(new Set(drawn.map((choices) => choices.join())).size).toBeGreaterThan(20);
  });
});

describe("extremes", () => {
  it("are those of brute force", () => {
    fc.assert(
      fc.property(toyWidths, fc.nat(300), fc.nat(300), fc.boolean(), (widths, most, range, byMacs) => {
        const limits: Limits = byMacs
          ? { maxParamCount: most + 5, minMacCount: Math.max(0, most - range) }
          : { maxMacCount: most + 5, minParamCount: Math.max(0, most - range) };
        const domain = createDomain(toySpace(widths), limits);
        const allowed = allDesigns(domain.space).filter(domain.isFeasible);
        for (const by of ["macCount", "paramCount"] as const) {
          const costs = allowed.map((choices) => domain.costOf(choices)[by]);
          const costOf = (choices: Choices | undefined) => choices && domain.costOf(choices)[by];
          expect(costOf(largestFeasible(domain, by))).toBe(costs.length > 0 ? Math.max(...costs) : undefined);
          expect(costOf(smallestFeasible(domain, by))).toBe(
            costs.length > 0 ? Math.min(...costs) : undefined,
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it("of the large spaces come within half a percent of the limit and stay below it", () => {
    for (const [space, limits] of [
      [genius.create({ classCount: 1000 }), { maxMacCount: 330e6 }],
      [tiny, { maxMacCount: 3e6, maxParamCount: 20_000 }],
      [large, { maxMacCount: 300e6, maxParamCount: 2e6 }],
    ] as const) {
      const domain = createDomain(space, limits);
      const { macCount } = domain.costOf(largestFeasible(domain, "macCount")!);
      expect(macCount).toBeLessThanOrEqual(limits.maxMacCount);
      expect(macCount).toBeGreaterThan(0.995 * limits.maxMacCount);
    }
  });

  it("leave training decisions in the middle", () => {
    const found = largestFeasible(createDomain(tiny, { maxParamCount: 20_000 }), "paramCount")!;
    expect(tiny.hyperparameters?.(found)).toEqual({ learningRate: 0.05, weightDecay: 1e-4 });
  });

  it("without limits are the ends of the reach", () => {
    for (const space of builtIn) {
      const domain = createDomain(space, {});
      const reach = reachOf(space)!;
      expect(domain.costOf(largestFeasible(domain, "macCount")!).macCount).toBe(reach.maxMacCount);
      expect(domain.costOf(smallestFeasible(domain, "paramCount")!).paramCount).toBe(reach.minParamCount);
    }
  });
});

describe("a large space without scopes", () => {
  const space = toySpace(
    Array.from({ length: 10 }, () => [1, 2, 3, 4]),
    false,
  );
  const domain = createDomain(space, { maxParamCount: 60 });

  it("draws and repairs all the same, by climbing", () => {
    expect(costModelOf(space)).toBeUndefined();
    const random = createRandom(2);
    for (let trial = 0; trial < 5; trial += 1) {
      expect(domain.isFeasible(domain.sample(random)!)).toBe(true);
      expect(domain.isFeasible(domain.repair(anyDesign(space, random))!)).toBe(true);
    }
    expect(domain.isFeasible(largestFeasible(domain, "paramCount")!)).toBe(true);
    expect(createDomain(space, { maxParamCount: 1 }).repair(anyDesign(space, random))).toBeUndefined();
    expect(describeEmpty(domain)).toContain("Widen the limits");
  });
});

it("neighbours are all designs one decision away", () => {
  const space = toySpace([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(neighbours(space, [1, 0])).toEqual([
    [0, 0],
    [2, 0],
    [1, 1],
  ]);
  expect(
    neighbours(
      genius.create({ classCount: 1000 }),
      Array.from({ length: 30 }, () => 2),
    ),
  ).toHaveLength(180);
  expect(designCountOf(space)).toBe(6);
});

it("violations name quantity, value, bound and limit", () => {
  const domain = createDomain(builtIn[0]!, { maxParamCount: 500_000, minMacCount: 50e6 });
  expect(domain.violations([0, 0, 0, 0, 0, 0, 0, 0])).toEqual([
    { quantity: "macCount", value: 7_713_280, bound: "min", limit: 50e6 },
  ]);
});

it("a size class is chosen whose middle design fits", () => {
  const digits = { imageSize: 28, channels: 1, classCount: 10 };
  const sizeClassFor = (limits: Limits, images = digits) => mobile.fit?.(images, limits).sizeClass;
  expect(sizeClassFor({ maxParamCount: 20_000 })).toBe("tiny");
  expect(sizeClassFor({ maxParamCount: 100_000 })).toBe("small");
  expect(sizeClassFor({ maxParamCount: 3_000_000 })).toBe("large");
  expect(sizeClassFor({ maxMacCount: 20e6 }, { ...digits, imageSize: 32, channels: 3 })).toBe("small");
  expect(sizeClassFor({})).toBe("small");
});
