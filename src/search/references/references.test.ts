import { describe, expect, it, test } from "vitest";
import { references } from "../../catalog/_catalog.ts";
import { networkCost } from "../../graph/cost.ts";
import type { FeatureShape } from "../../graph/network.ts";
import { networkName } from "../../graph/network-name.ts";
import { fitReference, nameInWords, type ReferenceDefinition } from "./reference.ts";

const all = await Promise.all(Object.values(references).map(({ load }) => load()));
const byName = new Map<string, ReferenceDefinition>(all.map((each) => [each.name, each]));
const costOf = (name: string, input: FeatureShape, classCount: number, width = 1) =>
  networkCost(byName.get(name)!.build({ input, classCount, width }));

describe("a reference at width 1 is the published network", () => {
  // Parameters without batch norm's running statistics, which Keras counts: 78,666 less 480 for ResNet-8, less 336
  // biases before norms and plus 192 of the shortcuts' norms; 24,908 less 1,152 for DS-CNN.
  test.each([
    ["resnet-8", [3, 32, 32], 10, 78_666 - 480 - 336 + 192, 12.5],
    ["resnet-20", [3, 32, 32], 10, 272_474, 40.81],
    ["mobilenet-v1", [3, 224, 224], 1000, 4_231_976, 568.7],
    ["mobilenet-v2", [3, 224, 224], 1000, 3_504_872, 300.8],
    ["mobilenet-v3-small", [3, 224, 224], 1000, 2_542_856, 56.5],
    ["shufflenet-v2", [3, 224, 224], 1000, 2_278_604, 144.9],
    ["ds-cnn", [1, 49, 10], 12, 24_908 - 1152, 2.66],
    // 1,369,738 with biases in place of the eight norms' scales and shifts.
    ["all-cnn", [3, 32, 32], 10, 1_369_738 + 1248, 281.2],
  ] as const)("%s", (name, input, classCount, paramCount, megaMacs) => {
    const cost = costOf(name, input, classCount);
    expect(cost.paramCount).toBe(paramCount);
    expect(cost.macCount / 1e6).toBeCloseTo(megaMacs, megaMacs > 100 ? 0 : 1);
  });

  test("convnext, of which timm says 3.70 M and 0.55 G", () => {
    const { paramCount, macCount } = costOf("convnext", [3, 224, 224], 1000);
    expect(paramCount / 1e6).toBeCloseTo(3.7, 1);
    expect(macCount / 1e9).toBeCloseTo(0.55, 2);
  });
});

test("its layers are counted as its publication counts them, and its width is said in words", () => {
  const nameOf = (name: string) =>
    networkName(byName.get(name)!.build({ input: [3, 224, 224], classCount: 10, width: 1 }));
  expect(nameOf("resnet-8")).toMatch(/^8-layer residual, /);
  expect(nameOf("resnet-20")).toMatch(/^20-layer residual, /);
  expect(nameOf("mobilenet-v1")).toMatch(/^28-layer depthwise, /);
  expect(nameOf("mobilenet-v2")).toMatch(/^53-layer depthwise residual, /);
  const limits = { maxParamCount: 20_000 };
  const { network } = fitReference(byName.get("resnet-8")!, { input: [3, 32, 32], classCount: 10 }, limits)!;
  expect(nameInWords(network.name)).toMatch(/^resnet-8 at \d\d % width$/);
  expect(nameInWords("resnet-8")).toBe("resnet-8");
});

describe.each(all)("$name", (reference) => {
  const images = { input: [3, 32, 32], classCount: 10 } as const;

  it("grows with its width", () => {
    let last = { paramCount: 0, macCount: 0 };
    for (let width = 1 / 64; width <= 2; width *= 1.1) {
      const cost = networkCost(reference.build({ ...images, width }));
      expect(cost.paramCount).toBeGreaterThanOrEqual(last.paramCount);
      expect(cost.macCount).toBeGreaterThanOrEqual(last.macCount);
      last = cost;
    }
  });

  it.each([
    [80_000, 12_500_000],
    [200_000, 60_000_000],
    [500_000, 10_000_000],
  ])(
    "is fitted to %i parameters and %i MACs, and a little wider breaks a limit",
    (maxParamCount, maxMacCount) => {
      const fitted = fitReference(reference, images, { maxParamCount, maxMacCount });
      if (fitted === undefined) {
        const { paramCount, macCount } = networkCost(reference.build({ ...images, width: 1 / 64 }));
        expect(paramCount > maxParamCount || macCount > maxMacCount).toBe(true);
        return;
      }
      expect(fitted.paramCount).toBeLessThanOrEqual(maxParamCount);
      expect(fitted.macCount).toBeLessThanOrEqual(maxMacCount);
      expect(networkCost(fitted.network)).toMatchObject({ paramCount: fitted.paramCount });
      const wider = networkCost(reference.build({ ...images, width: 1.26 * fitted.width + 0.07 }));
      expect(wider.paramCount > maxParamCount || wider.macCount > maxMacCount).toBe(true);
    },
  );

  it("takes images of any shape that is not tiny", () => {
    for (const input of [
      [1, 28, 28],
      [3, 64, 64],
      [3, 96, 96],
      [3, 100, 60],
      [3, 224, 224],
      [1, 49, 10],
      [3, 16, 16],
    ] as const) {
      const network = reference.build({ input, classCount: 4, width: 0.25 });
      expect(network.nodes.at(-1)).toBeDefined();
      expect(networkCost(network).macCount).toBeGreaterThan(0);
    }
  });

  it("says that it does not fit", () => {
    expect(fitReference(reference, images, { maxParamCount: 50 })).toBeUndefined();
    expect(fitReference(reference, images, { minParamCount: 10 ** 12 })).toBeUndefined();
  });
});
