// Texts written by hand from papers are the published networks: the graphs of our references, the published figures, and
// short enough to be shown to a model.
import { readFileSync } from "node:fs";
import { Tiktoken } from "js-tiktoken/lite";
import ranks from "js-tiktoken/ranks/o200k_base";
import { expect, test } from "vitest";
import { references } from "../catalog/_catalog.ts";
import { loadReference, openSpace } from "../catalog/load.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost } from "../graph/cost.ts";
import { parseChoices } from "../search/choices.ts";
import { readNetwork } from "./read.ts";

const textOf = (name: string) =>
  readFileSync(new URL(`../../docs/networks/${name}.txt`, import.meta.url), "utf8");

// The figures of references.test.ts, which says why some differ from those in the papers.
test.each([
  ["resnet-8", 78_042, 12.5],
  ["resnet-20", 272_474, 40.81],
  ["mobilenet-v1", 4_231_976, 568.7],
  ["mobilenet-v2", 3_504_872, 300.8],
  ["mobilenet-v3-small", 2_542_856, 56.5],
  ["shufflenet-v2", 2_278_604, 144.9],
  ["efficientnet-b0", 5_288_548, 385.9],
  ["convnext", 3_693_680, 547.3],
  ["ds-cnn", 23_756, 2.66],
  ["all-cnn", 1_370_986, 281.2],
] as const)("%s has the published parameters and MACs", async (name, paramCount, megaMacs) => {
  const network = readNetwork(textOf(name));
  const cost = networkCost(network);
  expect(cost.paramCount).toBe(paramCount);
  expect(cost.macCount / 1e6).toBeCloseTo(megaMacs, megaMacs > 100 ? 0 : 1);
  if (!Object.hasOwn(references, name)) return;
  const first = network.nodes[0]?.op;
  const input = first?.kind === "input" ? first.shape : ([0, 0, 0] as const);
  const classCount = Number(/linear (\d+)/.exec(textOf(name))?.[1] ?? 10);
  const { build } = await loadReference(name);
  const published = build({ input, classCount, width: 1 });
  expect(canonicalKey(network)).toBe(canonicalKey(published));
  expect(cost).toEqual(networkCost(published));
});

test("a cell of NAS-Bench-201 is written in three lines", async () => {
  const space = await openSpace("nas-bench-201");
  const cell = "|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|";
  const network = readNetwork(textOf("nas-bench-201-cell"));
  expect(canonicalKey(network)).toBe(canonicalKey(space.decode(parseChoices(space, cell))));
});

test("they are short in tokens of o200k_base", () => {
  const tokeniser = new Tiktoken(ranks);
  const count = (text: string) => tokeniser.encode(text).length;
  const body = (name: string) => textOf(name).replaceAll(/^#.*\n/gm, "");
  const cell = /block cell[\s\S]*?(?=\nblock)/.exec(body("nas-bench-201-cell"))?.[0] ?? "";
  expect(cell).toMatch(/^block cell c:\n.*\n.*\n {2}add\(.*\)$/);
  const counts = [count(body("resnet-8")), count(body("mobilenet-v2")), count(cell)];
  expect(counts[0]).toBeLessThanOrEqual(120);
  expect(counts[1]).toBeLessThanOrEqual(250);
  expect(counts[2]).toBeLessThanOrEqual(60);
});
