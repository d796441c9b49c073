// Every evaluator of the catalog under the contract of all. Those that train do so for real, on a few of the digits that
// come with the install. One without a harness here fails the test: a new evaluator needs one.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { evaluators } from "../catalog/_catalog.ts";
import { openSpace } from "../catalog/load.ts";
import type { Choices, Space } from "../search/space.ts";
import { type EvaluatorHarness, evaluatorChecks } from "../testing/evaluator-suite.ts";
import type { EvaluatorDefinition, EvaluatorSetting } from "./evaluator.ts";

const root = await mkdtemp(join(tmpdir(), "genius-evaluators-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const macro = await openSpace("nas-bench-macro");
const digits = await openSpace("mobile", { imageSize: 28, channels: 1, classCount: 10, sizeClass: "tiny" });
const smallest = digits.decisions.map(() => 0);

interface Given {
  readonly space: Space;
  readonly dataset: string;
  readonly designs: readonly Choices[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly more?: Partial<EvaluatorHarness>;
}

const conversation = join(root, "conversation.json");
await writeFile(
  conversation,
  JSON.stringify([
    { role: "user", content: "Eight numbers from 0 to 2, please." },
    { role: "assistant", content: "[2,2,2,1,2,2,2,0]" },
    { role: "user", content: "By using this model, we achieved an accuracy of 93.13%." },
    { role: "assistant", content: "[2,0,1,0,1,2,0,0]" },
    { role: "user", content: "By using this model, we achieved an accuracy of 90.69%." },
  ]),
);

const training: Given = {
  space: digits,
  dataset: "digits",
  designs: [smallest, smallest.with(0, 1)],
  options: {
    ...{ epochs: 2, minEpochs: 1, finalEpochs: 1, threads: 1 },
    ...{ dataFraction01: 0.02, validationFraction01: 0.5 },
  },
  more: { trains: true },
};

const given: Readonly<Record<string, Given | { readonly why: string }>> = {
  table: {
    space: macro,
    dataset: "cifar10",
    designs: [
      [2, 2, 2, 1, 2, 2, 2, 0],
      [2, 0, 1, 0, 1, 2, 0, 0],
    ],
    options: { noise01: 0.01 },
  },
  transcript: {
    space: macro,
    dataset: conversation,
    designs: [
      [2, 2, 2, 1, 2, 2, 2, 0],
      [2, 0, 1, 0, 1, 2, 0, 0],
    ],
    options: {},
  },
  train: training,
  torch: { why: "its trainings go through a launcher, and torch.test.ts proves them on each" },
};

test("there is a harness for every evaluator of the catalog", () => {
  expect(Object.keys(given).sort()).toEqual(Object.keys(evaluators).sort());
});

for (const [name, entry] of Object.entries(evaluators)) {
  const of = given[name];
  if (of === undefined || "why" in of) continue;
  const definition = (await entry.load()) as EvaluatorDefinition;
  const open = () => {
    const setting: EvaluatorSetting = {
      space: of.space,
      dataset: of.dataset,
      folder: join(root, name),
      seed: 1,
      environment: { GENIUS_CACHE_DIR: join(root, "cache") },
    };
    return definition.create(setting, definition.options.parse(of.options));
  };
  describe(name, { timeout: 300_000 }, () => {
    for (const check of evaluatorChecks({ open, space: of.space, designs: of.designs, ...of.more }))
      test(check.name, check.run);
  });
}
