import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseChoices } from "../search/choices.ts";
import { designAt } from "../search/sampling/unseen.ts";
import type { Choices, Space } from "../search/space.ts";
import resnet from "../search/spaces/channel-bench-resnet.ts";
import cells from "../search/spaces/nas-bench-201.ts";
import macro from "../search/spaces/nas-bench-macro.ts";
import natsSize from "../search/spaces/nats-size.ts";
import macroTransnas from "../search/spaces/transnas-macro.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import table from "./table.ts";
import { openTable, tablePairs } from "./tables/accuracy-table.ts";

const environment = {};
const setting = (space: Space, dataset: string) => ({ space, dataset, folder: "", seed: 1, environment });
const open = (space: Space, dataset: string, options: unknown = {}) =>
  table.create(setting(space, dataset), table.options.parse(options));
const request = (space: Space, choices: Choices, trialNumber = 1): EvaluationRequest => ({
  trialNumber,
  proposal: { choices, fidelity: {}, by: "test" },
  network: space.decode(choices),
  fidelity: {},
  seed: 5,
  signal: new AbortController().signal,
});

describe("the table evaluator", () => {
  it("looks up NAS-Bench-201 on validation and shows the test figure only when asked", async () => {
    const space = cells.create(cells.options.parse({}));
    const best: Record<string, [number, number]> = {
      cifar10: [0.91607, 0.94373],
      cifar100: [0.73493, 0.73513],
      "imagenet16-120": [0.46733, 0.462],
    };
    for (const [dataset, [validation, test]] of Object.entries(best)) {
      const evaluator = await open(space, dataset);
      const lookUp = await openTable(setting(space, dataset));
      expect(evaluator.selectedOn).toBe("validation");
      expect(evaluator.optimum).toBeCloseTo(validation, 4);
      let choices: Choices = [0, 0, 0, 0, 0, 0];
      for (let index = 0; index < 15625; index += 1) {
        const candidate = Array.from({ length: 6 }, (_, digit) => Math.floor(index / 5 ** digit) % 5);
        if (lookUp.rankOf(candidate) === 1) choices = candidate;
      }
      const outcome = await evaluator.evaluate(request(space, choices));
      expect(outcome).toEqual({
        kind: "scored",
        metrics: { accuracy: evaluator.optimum },
        spent: { milliseconds: 0 },
      });
      const tested = await evaluator.test!(request(space, choices));
      expect(tested.metrics.accuracy).toBeCloseTo(test, 4);
      expect(tested.detail).toMatchObject({ rank: 1, designs: 15625 });
    }
  });

  it("marks the tables without a validation figure as selected on test", async () => {
    const evaluator = await open(macro.create({}), "cifar10");
    expect(evaluator.selectedOn).toBe("test");
    expect(evaluator.provenance).toMatchObject({
      selectedOn: "test",
      designs: 6561,
      table: "nas-bench-macro_cifar10.json",
    });
  });

  it("has nothing to test where only validation figures are published, and knows the place of a design", async () => {
    const space = natsSize.create(natsSize.options.parse({}));
    const evaluator = await open(space, "cifar10");
    expect(evaluator.selectedOn).toBe("validation");
    expect(evaluator.test).toBeUndefined();
    expect(evaluator.remarks?.join()).toMatch(/only validation figures/i);
    const largest = parseChoices(space, "64:64:64:64:64");
    expect(await evaluator.evaluate(request(space, largest))).toMatchObject({
      metrics: { accuracy: 0.90712 },
    });
    expect(evaluator.placeOf?.(largest)).toEqual({ rank: 1, designs: 32768 });
    const smallest = space.decisions.map(() => 0);
    expect(evaluator.placeOf?.(smallest)).toEqual({ rank: 32768, designs: 32768 });
    const lookUp = await openTable(setting(space, "cifar10"));
    expect(lookUp.lookUp(largest)).toEqual({ selection01: 0.90712 });
    expect(lookUp.rankOf(largest, "test")).toBeUndefined();
    expect(lookUp.testOptimum01).toBeUndefined();
  });

  it("ranks the skeletons of TransNAS by network: 6,400 vectors, 3,256 networks, each in the table", async () => {
    const space = macroTransnas.create(macroTransnas.options.parse({}));
    const lookUp = await openTable(setting(space, "class_scene"));
    const keys = new Set<string>();
    for (let place = 0; place < 6400; place += 1) {
      const choices = designAt(space, place);
      keys.add(space.networks!.keyOf(choices));
      expect(lookUp.lookUp(choices)).toBeDefined();
    }
    expect(keys.size).toBe(space.networks!.count);
    expect(lookUp.designCount).toBe(space.networks!.count);
    expect(lookUp.rankOf(parseChoices(space, "224131"))).toBe(1);
  });

  it("refuses a dataset whose images it does not know, unless the table is one's own", async () => {
    const describeWith = (dataset: string, options: unknown) =>
      table.describe!({ dataset, environment }, table.options.parse(options));
    await expect(describeWith("cifar11", {})).rejects.toThrow(/"cifar11".*Known datasets: cifar10/);
    expect(await describeWith("cifar11", { tableFile: "mine.json" })).toBeUndefined();
    expect((await describeWith("imagenet16-120", {}))?.images).toEqual({
      imageSize: 16,
      channels: 3,
      classCount: 120,
    });
    for (const { dataset } of tablePairs()) expect(await describeWith(dataset, {})).toBeDefined();
  });

  it("ranks designs, equals alike", async () => {
    const space = macro.create({});
    const lookUp = await openTable(setting(space, "cifar10"));
    const rank = (key: string) => lookUp.rankOf(parseChoices(space, key));
    expect([rank("22212220"), rank("22212202"), rank("22222222")]).toEqual([1, 1, 21]);
    const channels = resnet.create({});
    const widths = await openTable(setting(channels, "cifar10"));
    expect(widths.rankOf(parseChoices(channels, "4344424"))).toBe(1);
    expect(widths.optimum01).toBe(widths.testOptimum01);
  });

  it("adds the same noise for the same seed, whatever the trial, and none unless asked", async () => {
    const space = macro.create({});
    const noisy = await open(space, "cifar10", { noise01: 0.01 });
    const plain = await open(space, "cifar10");
    const scores = new Set<number>();
    const choices = parseChoices(space, "11111111");
    const exact = await plain.evaluate(request(space, choices));
    for (const [trial, seed] of [
      [1, 5],
      [2, 5],
      [1, 6],
      [1, 7],
    ] as const) {
      const outcome = await noisy.evaluate({ ...request(space, choices, trial), seed });
      if (outcome.kind !== "scored" || exact.kind !== "scored") throw new Error("not scored");
      expect(Math.abs(outcome.metrics.accuracy! - exact.metrics.accuracy!)).toBeLessThan(0.05);
      scores.add(outcome.metrics.accuracy!);
    }
    expect(scores.size).toBe(3);
  });

  it("names what there is for an unknown data set or space", async () => {
    await expect(open(cells.create(cells.options.parse({})), "cifar-10")).rejects.toThrow(
      'Did you mean "cifar10"?',
    );
    await expect(open({ ...macro.create({}), name: "mine" }, "cifar10")).rejects.toThrow(
      "Spaces with a table: nas-bench-macro",
    );
    expect(tablePairs()).toHaveLength(15);
  });
});

describe("a table of one's own", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genius-own-table-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is looked up by key; a design that is not in it fails and does not crash", async () => {
    const tableFile = join(folder, "mine.json");
    await writeFile(tableFile, '{"00000000": {"validation": 80, "test": 79.5}}');
    const space = macro.create({});
    const evaluator = await open(space, "anything", { tableFile });
    expect(evaluator.selectedOn).toBe("validation");
    expect(await evaluator.evaluate(request(space, [0, 0, 0, 0, 0, 0, 0, 0]))).toMatchObject({
      metrics: { accuracy: 0.8 },
    });
    const missing = request(space, [1, 0, 0, 0, 0, 0, 0, 0]);
    expect(await evaluator.evaluate(missing)).toMatchObject({
      kind: "failed",
      detail: "10000000 is not in the table.",
    });
    await expect(evaluator.test!(missing)).rejects.toThrow("10000000");
  });

  it("that does not exist is named", async () => {
    await expect(open(macro.create({}), "x", { tableFile: join(folder, "none.json") })).rejects.toThrow(
      "none.json",
    );
  });
});
