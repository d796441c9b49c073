// What every built-in space promises: total decoding, unique names, readable choices; and the range of those for any image.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { spaces as catalog } from "../../catalog/_catalog.ts";
import { networkCost, nodeCosts } from "../../graph/cost.ts";
import { keyOf, parseChoices, toDigits } from "../choices.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Space } from "../space.ts";
import mobileNet from "./channel-bench-mobilenet.ts";
import resNet from "./channel-bench-resnet.ts";
import mobile from "./mobile.ts";
import cells from "./nas-bench-201.ts";
import { layoutOf, sizeClasses } from "./parts/stage-layout.ts";
import residual from "./residual.ts";

const images = { imageSize: 32, channels: 3, classCount: 10 };
/** Every space of the catalog as a search on these images makes it, and those with training decisions as well. */
const spaces: readonly Space[] = [
  ...(await Promise.all(
    Object.values(catalog).map(async ({ load }) => {
      const definition = await load();
      return definition.create(definition.options.parse(definition.fit?.(images, {}) ?? {}));
    }),
  )),
  mobile.create(mobile.options.parse({ hyperparameters: true })),
  residual.create(residual.options.parse({ hyperparameters: true })),
];

const designOf = (space: Space) =>
  fc.tuple(...space.decisions.map(({ options }) => fc.nat(options.length - 1)));

describe.each(spaces.map((space) => [space.name, space] as const))("%s", (_, space) => {
  it("decodes every design to a network with the right input and classes", () => {
    fc.assert(
      fc.property(designOf(space), (choices) => {
        const network = space.decode(choices);
        const costs = nodeCosts(network);
        expect(costs[0]?.shape).toEqual(space.input);
        expect(costs.at(-1)?.shape).toEqual([space.classCount, 1, 1]);
      }),
      { numRuns: 40 },
    );
  });

  it("describes each decision and option once", () => {
    const names = space.decisions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { meaning, options } of space.decisions) {
      expect(meaning.length).toBeGreaterThan(15);
      expect(new Set(options.map(({ label }) => label)).size).toBe(options.length);
    }
  });

  it("reads designs as digits, lists and its own notation", () => {
    fc.assert(
      fc.property(designOf(space), (choices) => {
        const digits = toDigits(space, choices);
        const texts = [keyOf(space, choices), digits.join(","), `[${digits.join(", ")}]`];
        // Where vectors share a network, a table's key names the network: one of its vectors is read back.
        const key = space.tableKey?.(choices);
        if (key !== undefined && space.networks === undefined) texts.push(key);
        for (const text of texts) expect(parseChoices(space, text)).toEqual(choices);
        if (key !== undefined) expect(space.tableKey?.(parseChoices(space, key))).toBe(key);
      }),
      { numRuns: 40 },
    );
  });

  it("answers any other text with an error that says what is allowed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.integer({ min: -9, max: 300 })).map(String)), (text) => {
        try {
          const choices = parseChoices(space, text);
          for (const [index, choice] of choices.entries())
            expect(space.decisions[index]!.options[choice]).toBeDefined();
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GeniusError);
        }
      }),
    );
  });
});

describe("a design in its published notation", () => {
  it("is a cell string in NAS-Bench-201", () => {
    const space = cells.create(cells.options.parse({}));
    const cell = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|none~2|";
    expect(parseChoices(space, cell)).toEqual([3, 0, 1, 4, 2, 0]);
    expect(space.tableKey?.([3, 0, 1, 4, 2, 0])).toBe(cell);
    expect(() => parseChoices(space, cell.replace("~2", "~1"))).toThrow("no list of choices");
    expect(() => parseChoices(space, `${cell}x`)).toThrow("no list of choices");
  });

  it("is a list of widths in Channel-Bench", () => {
    expect(parseChoices(resNet.create({}), "[64, 192, 128, 128, 512, 384, 256]")).toEqual([
      0, 2, 1, 0, 3, 2, 1,
    ]);
    expect(parseChoices(mobileNet.create({}), "32, 768, 192, 384, 256, 1536, 1024")).toEqual([
      0, 3, 0, 1, 3, 3, 3,
    ]);
    expect(() => parseChoices(resNet.create({}), "[64, 100, 128, 128, 512, 384, 256]")).toThrow(
      "(channels0)",
    );
  });

  it("starts at 1 in Channel-Bench", () => {
    expect(keyOf(resNet.create({}), [0, 1, 2, 3, 0, 1, 2])).toBe("1234123");
    expect(() => parseChoices(resNet.create({}), "0111111")).toThrow("Choice 1");
  });
});

describe.each([mobile, residual])("the space $name for any image", (definition) => {
  const options = fc.record({
    imageSize: fc.oneof(fc.integer({ min: 8, max: 256 }), fc.integer({ min: 8, max: 1024 })),
    channels: fc.integer({ min: 1, max: 4 }),
    classCount: fc.integer({ min: 2, max: 1000 }),
    sizeClass: fc.constantFrom(...sizeClasses),
    hyperparameters: fc.boolean(),
  });

  it("fits any image, class count and size class", () => {
    fc.assert(
      fc.property(options, fc.infiniteStream(fc.nat(10_000)), (values, numbers) => {
        const space = definition.create(values);
        const choices = space.decisions.map(
          ({ options: of }) => (numbers.next().value as number) % of.length,
        );
        const costs = nodeCosts(space.decode(choices));
        expect(costs.at(-1)?.shape).toEqual([values.classCount, 1, 1]);
        const pooled = costs[costs.findIndex(({ id }) => id === "head.pool") - 1]!;
        expect(pooled.shape[1]).toBeGreaterThanOrEqual(5);
        expect(pooled.shape[1]).toBeLessThanOrEqual(9);
        const trained = space.decisions.filter(({ about }) => about === "training");
        expect(trained).toHaveLength(values.hyperparameters ? 2 : 0);
        expect(space.hyperparameters !== undefined).toBe(values.hyperparameters);
      }),
      { numRuns: 80 },
    );
  });

  it("has the strides of its layout", () => {
    const strides = (imageSize: number) => {
      const { stem, stages } = layoutOf({ imageSize, sizeClass: "small" });
      return [stem.stride, ...stages.map(({ stride }) => stride)].join("");
    };
    expect([8, 16, 28, 32, 64, 96, 224].map(strides).join(" ")).toBe(
      "11111 11211 11221 11221 11222 21222 22222",
    );
  });

  it("serves budgets from 5 thousand to several million parameters", () => {
    const images = { imageSize: 28, channels: 1, classCount: 10 };
    for (const maxParamCount of [5_000, 20_000, 100_000, 1_000_000, 5_000_000]) {
      const fitted = definition.options.parse(definition.fit?.(images, { maxParamCount }));
      const domain = createDomain(definition.create(fitted), {
        maxParamCount,
        minParamCount: 0.8 * maxParamCount,
      });
      const design = domain.repair(domain.space.decisions.map(() => 0));
      expect(design).toBeDefined();
    }
  });

  it("decides training values only when asked, and they change no cost", () => {
    const space = definition.create(definition.options.parse({ hyperparameters: true }));
    const first = space.decisions.map(() => 0);
    const last = first.with(first.length - 2, 4).with(first.length - 1, 3);
    expect(space.hyperparameters?.(first)).toEqual({ learningRate: 0.0125, weightDecay: 1e-5 });
    expect(space.hyperparameters?.(last)).toEqual({ learningRate: 0.2, weightDecay: 2e-3 });
    expect(networkCost(space.decode(first))).toEqual(networkCost(space.decode(last)));
  });
});
