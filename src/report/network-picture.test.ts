// The outline of real networks: blocks with the right words, and costs that add up to the network's own.
import { expect, test } from "vitest";
import { formatCount } from "../base/units.ts";
import { networkCost } from "../graph/cost.ts";
import geniusImagenet from "../search/spaces/genius-imagenet.ts";
import nasBench201 from "../search/spaces/nas-bench-201.ts";
import nasBenchMacro from "../search/spaces/nas-bench-macro.ts";
import { toText } from "./markup.ts";
import { outlineOf } from "./network-outline.ts";
import { networkPicture } from "./network-picture.ts";
import { networkSketch } from "./network-sketch.ts";

const macro = nasBenchMacro.create(nasBenchMacro.options.parse({})).decode([2, 2, 2, 1, 0, 2, 2, 0]);
const genius329 = geniusImagenet
  .create(geniusImagenet.options.parse({}))
  .decode([1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 4, 0, 4, 3, 0, 0, 4, 3, 0, 4, 4, 0, 5, 0, 5, 5, 5, 0]);
const cells = nasBench201.create(nasBench201.options.parse({})).decode([3, 3, 3, 1, 3, 4]);

test.each([
  ["nas-bench-macro", macro],
  ["genius-imagenet", genius329],
  ["nas-bench-201", cells],
])("the blocks of %s cost together what the network costs", (_, network) => {
  const blocks = outlineOf(network).flatMap((stage) => stage.blocks);
  const sum = (read: (block: (typeof blocks)[number]) => number) =>
    blocks.reduce((total, block) => total + read(block), 0);
  const { paramCount, macCount } = networkCost(network);
  expect([sum((block) => block.paramCount), sum((block) => block.macCount)]).toEqual([paramCount, macCount]);
});

test("blocks are described by what they do", () => {
  const blocks = outlineOf(macro).flatMap((stage) => stage.blocks);
  const words = Object.fromEntries(blocks.map((block) => [block.name, block.description]));
  expect(words.stem).toBe("3×3→32");
  expect(words.layer2).toBe("1×1→384, depthwise 5×5, 1×1→64, skip");
  expect(words.layer4).toBe("1×1→384, depthwise 3×3, 1×1→128, skip");
  expect(words.layer5).toBeUndefined();
  expect(outlineOf(macro).map((stage) => stage.name)).toEqual(["32×32", "16×16", "8×8", "4×4", "1×1"]);
});

test("alike blocks in a row are drawn once", () => {
  const stage = outlineOf(cells).find(({ name }) => name === "stage2")!;
  expect(stage.blocks).toHaveLength(1);
  expect(stage.blocks[0]).toMatchObject({ name: "stage2.cell1–cell5", count: 5, outputShape: [32, 16, 16] });
});

test("the picture holds every block, its table the same", () => {
  const picture = networkPicture(genius329, "GENIUS-329");
  const drawing = toText(picture.drawing);
  for (const row of picture.table.rows) expect(drawing).toContain(String(row[1]));
  const { paramCount, macCount } = networkCost(genius329);
  expect(drawing).toContain(
    `${formatCount(paramCount)} parameters, ${formatCount(macCount)} multiply–accumulates`,
  );
});

test("the sketch keeps to its columns and ends with the totals", () => {
  const lines = networkSketch(macro, 80);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines[1]).toMatch(/^stem +32 × 32 × 32 +928 +885k █/);
  expect(lines.at(-1)).toBe("in all: 1.77M parameters, 71.4M MACs");
});
