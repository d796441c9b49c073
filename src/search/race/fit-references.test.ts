import { expect, test } from "vitest";
import { createDomain } from "../constraints/create-domain.ts";
import resnet8 from "../references/resnet-8.ts";
import resnet20 from "../references/resnet-20.ts";
import mobile from "../spaces/mobile.ts";
import { fitReferences } from "./fit-references.ts";
import { raceDomain } from "./race-domain.ts";

const images = { imageSize: 28, channels: 1, classCount: 10 } as const;
const space = mobile.create(mobile.options.parse(mobile.fit?.(images, {})));
const definitions = [resnet8, resnet20];
/** All decisions with their first option only, so that no design is large. */
const small = {
  ...space,
  decisions: space.decisions.map((each) => ({ ...each, options: each.options.slice(0, 1) })),
};

test("without limits, a reference is no larger than the largest design and no wider than published", () => {
  expect(fitReferences(createDomain(space, {}), definitions).map(({ width }) => width <= 1)).toEqual([
    true,
    true,
  ]);
  const domain = createDomain(small, {});
  const { paramCount, macCount } = domain.costOf(small.decisions.map(() => 0));
  const fitted = fitReferences(domain, definitions);
  expect(fitted).toHaveLength(2);
  for (const each of fitted) {
    expect(each.paramCount).toBeLessThanOrEqual(paramCount);
    expect(each.macCount).toBeLessThanOrEqual(macCount);
    expect(each.width).toBeLessThan(1);
  }
});

test("a device's memory widens none beyond its published width, so designs are bounded as without a device", () => {
  const memory = { maxRamBytes: 280 * 1024, maxFlashBytes: 896 * 1024, precision: "int8" } as const;
  const [free] = fitReferences(createDomain(space, {}), definitions);
  const [fitted] = fitReferences(createDomain(space, memory), definitions);
  expect(fitted?.width).toBe(1);
  expect(raceDomain(createDomain(space, memory), [fitted!])?.limits.maxMacCount).toBe(2 * free!.macCount);
  const [narrow] = fitReferences(createDomain(space, { ...memory, maxFlashBytes: 24 * 1024 }), definitions);
  expect(narrow?.width).toBeLessThan(1);
});

test("a limit of parameters is kept, and the widest inside it is taken", () => {
  const domain = createDomain(space, { maxParamCount: 20_000 });
  for (const { paramCount } of fitReferences(domain, definitions)) {
    expect(paramCount).toBeLessThanOrEqual(20_000);
    expect(paramCount).toBeGreaterThan(15_000);
  }
});
