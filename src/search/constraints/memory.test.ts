// Limits on RAM and flash: exact in a space that can be listed, kept everywhere, and what is missing told exactly.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { spaces } from "../../catalog/_catalog.ts";
import { networkArena } from "../../graph/arena.ts";
import { flashBytes } from "../../graph/flash.ts";
import type { Choices, Limits, Space } from "../space.ts";
import mobile from "../spaces/mobile.ts";
import cells from "../spaces/nas-bench-201.ts";
import residual from "../spaces/residual.ts";
import { allDesigns, anyDesign, createDomain, largestFeasible, smallestFeasible } from "./create-domain.ts";
import { describeEmpty } from "./describe-empty.ts";
import { restrictDomain } from "./restrict-space.ts";

/** 400 cells in small: the figures of brute force are at hand. */
const small: Space = (() => {
  const whole = cells.create(cells.options.parse({ imageSize: 8, stemChannels: 4, cellsPerStage: 1 }));
  const allowed = whole.decisions.map((_, index) => (index < 2 ? [0, 1, 2, 3, 4] : [1, 3]));
  return restrictDomain(createDomain(whole, {}), allowed).domain.space;
})();
const big = mobile.create(mobile.options.parse({ imageSize: 64, sizeClass: "small", hyperparameters: true }));
const residuals = residual.create(residual.options.parse({ imageSize: 32 }));

const memoryOf = (space: Space, choices: Choices, precision: "int8" | "float") => {
  const network = space.decode(choices);
  return { ram: networkArena(network, precision).bytes, flash: flashBytes(network, precision) };
};
const keeps = (space: Space, choices: Choices, limits: Limits) => {
  const { ram, flash } = memoryOf(space, choices, limits.precision ?? "int8");
  return ram <= (limits.maxRamBytes ?? Infinity) && flash <= (limits.maxFlashBytes ?? Infinity);
};
const changes = (a: Choices, b: Choices) => a.filter((choice, index) => choice !== b[index]).length;
const quantile = (values: readonly number[], share01: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share01 * (values.length - 1))]!;

test("in a space that can be listed repairs, extremes and draws are those of brute force", () => {
  const designs = allDesigns(small);
  const figures = designs.map((choices) => memoryOf(small, choices, "int8"));
  const limits: Limits = {
    maxRamBytes: quantile(
      figures.map(({ ram }) => ram),
      0.4,
    ),
    maxFlashBytes: quantile(
      figures.map(({ flash }) => flash),
      0.3,
    ),
  };
  const domain = createDomain(small, limits);
  const allowed = designs.filter((choices) => keeps(small, choices, limits));
  expect(allowed.length).toBeGreaterThan(10);
  expect(allowed.length).toBeLessThan(designs.length / 2);
  const random = createRandom("memory");
  for (let draw = 0; draw < 20; draw += 1) {
    expect(keeps(small, domain.sample(random)!, limits)).toBe(true);
    const asked = anyDesign(small, random);
    const fewest = Math.min(...allowed.map((choices) => changes(choices, asked)));
    expect(changes(domain.repair(asked)!, asked)).toBe(fewest);
  }
  const macs = allowed.map((choices) => domain.costOf(choices).macCount);
  expect(domain.costOf(largestFeasible(domain, "macCount")!).macCount).toBe(Math.max(...macs));
  expect(domain.costOf(smallestFeasible(domain, "macCount")!).macCount).toBe(Math.min(...macs));
});

test.each([
  ["mobile", big, "int8"],
  ["mobile", big, "float"],
  ["residual", residuals, "int8"],
] as const)("in %s, too large to list, nothing leaves the limits (%#)", (_, space, precision) => {
  const random = createRandom("memory", space.name, precision);
  const drawn = Array.from({ length: 40 }, () => memoryOf(space, anyDesign(space, random), precision));
  const limits: Limits = {
    precision,
    maxRamBytes: quantile(
      drawn.map(({ ram }) => ram),
      0.3,
    ),
    maxFlashBytes: quantile(
      drawn.map(({ flash }) => flash),
      0.2,
    ),
  };
  const domain = createDomain(space, limits);
  for (let draw = 0; draw < 10; draw += 1) {
    expect(keeps(space, domain.sample(random)!, limits)).toBe(true);
    const asked = anyDesign(space, random);
    const repaired = domain.repair(asked)!;
    expect(keeps(space, repaired, limits)).toBe(true);
    // Every change is needed: with any one of them taken back a limit is broken.
    repaired.forEach((choice, index) => {
      if (choice === asked[index]) return;
      expect(domain.isFeasible(repaired.with(index, asked[index]!))).toBe(false);
    });
  }
  for (const by of ["macCount", "paramCount"] as const) {
    const [least, most] = [smallestFeasible(domain, by)!, largestFeasible(domain, by)!];
    expect(keeps(space, least, limits) && keeps(space, most, limits)).toBe(true);
    expect(domain.costOf(least)[by]).toBeLessThan(domain.costOf(most)[by]);
  }
});

test("violations say what is needed and what is allowed", () => {
  const choices = small.decisions.map(({ options }) => options.length - 1);
  const { ram, flash } = memoryOf(small, choices, "float");
  const domain = createDomain(small, { maxRamBytes: ram - 1, maxFlashBytes: flash - 1, precision: "float" });
  expect(domain.violations(choices)).toEqual([
    { quantity: "ramBytes", value: ram, bound: "max", limit: ram - 1 },
    { quantity: "flashBytes", value: flash, bound: "max", limit: flash - 1 },
  ]);
  expect(createDomain(small, { maxRamBytes: ram, precision: "float" }).violations(choices)).toEqual([]);
});

test("where nothing fits it says by how much, exactly in a space that can be listed", () => {
  const least = Math.min(...allDesigns(small).map((choices) => memoryOf(small, choices, "int8").ram));
  expect(describeEmpty(createDomain(small, { maxRamBytes: least - 200 }))).toContain("the smallest needs");
  expect(describeEmpty(createDomain(small, { maxRamBytes: least - 200 }))).toContain("200 B too much");
  expect(createDomain(small, { maxRamBytes: least - 1 }).sample(createRandom("none"))).toBeUndefined();
  expect(createDomain(small, { maxRamBytes: least }).sample(createRandom("one"))).toBeDefined();
  expect(describeEmpty(createDomain(big, { maxFlashBytes: 3000 }))).toMatch(
    /No design of mobile has at most 2\.93 KiB of flash \(int8\): the smallest that was found needs .* KiB of flash, .* KiB too much\./,
  );
});

test.each(["mobile", "residual", "nats-size"])(
  "a byte of flash or RAM is too little for %s, and it says by how much",
  async (name) => {
    const definition = await spaces[name]!.load();
    const fitted = definition.fit?.({ imageSize: 32, channels: 3, classCount: 10 }, {}) ?? {};
    const tried = definition.create(definition.options.parse(fitted) as never);
    for (const limits of [{ maxFlashBytes: 1 }, { maxRamBytes: 1 }]) {
      const domain = createDomain(tried, limits);
      expect(domain.sample(createRandom("none"))).toBeUndefined();
      expect(describeEmpty(domain)).toMatch(
        /the smallest (that was found )?needs [\d.]+ [KM]iB of (flash|RAM), /,
      );
    }
  },
);
