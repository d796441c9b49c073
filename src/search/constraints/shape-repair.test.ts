import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limits } from "../space.ts";
import mobilenet from "../spaces/channel-bench-mobilenet.ts";
import mobile from "../spaces/mobile.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { allDesigns, createDomain } from "./create-domain.ts";
import { repairInShape } from "./shape-repair.ts";

const repaired = (domain: ReturnType<typeof createDomain>, design: string) =>
  repairInShape(domain, [...design].map(Number))?.join("");

describe("a design brought within the limits", () => {
  test("shrinks all over, where the fewest changes would drop whole blocks", () => {
    const domain = createDomain(macro.create({}), { maxMacCount: 60e6 });
    expect(domain.repair([2, 2, 2, 2, 2, 2, 2, 2])?.join("")).toBe("00221202");
    const design = repaired(domain, "22222222") ?? "";
    expect(design).not.toContain("0");
    expect(domain.costOf([...design].map(Number)).macCount).toBeGreaterThan(0.9 * 60e6);
  });

  test("keeps what is narrow beside what is wide", () => {
    const domain = createDomain(mobilenet.create({} as never), { maxMacCount: 105e6 });
    const design = [...(repaired(domain, "3333333") ?? "")].map(Number);
    expect(Math.min(...design)).toBeGreaterThanOrEqual(1);
    expect(domain.costOf(design).macCount).toBeGreaterThan(0.95 * 105e6);
    const falling = [...(repaired(domain, "3333000") ?? "")].map(Number);
    expect(Math.min(...falling.slice(0, 4))).toBeGreaterThan(Math.max(...falling.slice(4)));
  });

  test("grows together where it is too small", () => {
    const domain = createDomain(macro.create({}), { minMacCount: 60e6 });
    const design = [...(repaired(domain, "00000000") ?? "")].map(Number);
    expect(domain.isFeasible(design)).toBe(true);
    expect(Math.min(...design)).toBeGreaterThanOrEqual(1);
  });

  test("of operations without an order is the exact nearest one", () => {
    const domain = createDomain(cell.create(cell.options.parse({}) as never), { maxMacCount: 60e6 });
    expect(repaired(domain, "333333")).toBe(domain.repair([3, 3, 3, 3, 3, 3])?.join(""));
  });

  test("that is allowed stays, and that cannot be allowed is none", () => {
    const domain = createDomain(macro.create({}), { maxMacCount: 60e6 });
    const allowed = [0, 1, 0, 1, 0, 1, 0, 1];
    expect(repairInShape(domain, allowed)).toBe(allowed);
    expect(repaired(createDomain(macro.create({}), { maxMacCount: 1 }), "22222222")).toBeUndefined();
  });

  test("is always allowed, whatever is asked and wherever the limits are", () => {
    const small = macro.create({});
    const large = mobile.create(mobile.options.parse({}) as never);
    const sizes = allDesigns(small).map((choices) => createDomain(small, {}).costOf(choices).macCount);
    const limit = fc.integer({ min: Math.min(...sizes), max: Math.max(...sizes) });
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }),
        limit,
        fc.boolean(),
        (asked, count, isMax) => {
          const domain = createDomain(small, isMax ? { maxMacCount: count } : { minMacCount: count });
          const found = repairInShape(domain, asked);
          expect(found !== undefined && domain.isFeasible(found)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 150 },
    );
    const limits: Limits = { maxParamCount: 120e3, maxMacCount: 20e6 };
    const domain = createDomain(large, limits);
    const asked = fc.tuple(...large.decisions.map(({ options }) => fc.nat(options.length - 1)));
    fc.assert(
      fc.property(asked, (choices) => {
        const found = repairInShape(domain, choices);
        expect(found !== undefined && domain.isFeasible(found)).toBe(true);
      }),
      { seed: 2, numRuns: 40 },
    );
  });
});
