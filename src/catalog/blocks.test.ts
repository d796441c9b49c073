// The book of blocks: nothing that is not confirmed can be read from it or written into it, and what a model is shown suits its task.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addBlock, type Block, fittingBlocks, readBlocks } from "./blocks.ts";

const entry: Block = {
  name: "photos-1",
  text: "conv 16 k3 s2 norm relu\nglobalpool flatten linear classes\n",
  ...{ paramCount: 8_000, macCount: 1_000_000 },
  on: { dataset: "secret-photos", input: [3, 32, 32], classCount: 10 },
  metric: { name: "accuracy", unit: "share", goal: "maximise" },
  training: "for 10 min",
  against: { name: "resnet-8", paramCount: 7_900, macCount: 1_100_000 },
  seeds: [2, 3, 4],
  ...{ scores: [0.9, 0.91, 0.92], scoresAgainst: [0.8, 0.81, 0.82] },
  ...{ date: "2026-11-30", source: "runs/first" },
};
const images = { imageSize: 32, channels: 3, classCount: 10 } as const;
const task = { dataset: "others", images, limits: {}, metric: { name: "accuracy" } } as const;

async function ownBook(...lines: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), "genius-blocks-"));
  if (lines.length > 0)
    await writeFile(join(folder, "blocks.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return { GENIUS_OWN_DIR: folder };
}

test("an entry is read as it was written, beside those that come with the package", async () => {
  const environment = await ownBook();
  const shipped = await readBlocks(environment);
  const path = await addBlock(environment, entry);
  expect(await readBlocks(environment)).toEqual([entry, ...shipped]);
  expect(await readFile(path, "utf8")).toMatch(/\n$/);
});

test.each([
  ["within the noise", { scores: [0.7, 0.9, 1] }, /not better beyond the noise/],
  ["worse", { scores: [0.7, 0.71, 0.72] }, /not better beyond the noise/],
  ["of two seeds", { scores: [0.9, 0.91] }, /scores/],
  ["without a name", { name: "" }, /name/],
])("one %s is no entry", async (_, changes, message) => {
  const line = { ...entry, ...changes };
  await expect(readBlocks(await ownBook(entry, line))).rejects.toThrow(message);
  await expect(readBlocks(await ownBook(entry, line))).rejects.toThrow(/blocks\.jsonl, line 2/);
  await expect(addBlock(await ownBook(), line as Block)).rejects.toThrow(/is no block/);
});

test("a model is shown what suits images, limits and metric, without the name of the data", () => {
  const [told] = fittingBlocks([entry], task);
  expect(told).toEqual({
    text: entry.text,
    words:
      "On images of 3x32x32 in 10 classes, each trained for 10 min: accuracy 91.00 % beside 81.00 % of resnet-8 (7.9k parameters), +10.00 points (95 %: +7.73 points to +12.27 points, 3 seeds each); 8k parameters, 1M MACs.",
  });
  const isShown = (changes: Partial<typeof task> | object) =>
    fittingBlocks([entry], { ...task, ...changes }).length;
  expect(isShown({ images: { ...images, imageSize: 64 } })).toBe(1);
  expect(isShown({ images: { ...images, imageSize: 96 } })).toBe(0);
  expect(isShown({ images: { ...images, imageSize: [32, 80] } })).toBe(0);
  expect(isShown({ limits: { maxParamCount: 8_000 } })).toBe(1);
  expect(isShown({ limits: { maxParamCount: 7_999 } })).toBe(0);
  expect(isShown({ limits: { maxParamCount: 81_000 } })).toBe(0);
  expect(isShown({ limits: { maxMacCount: 4_000_000 }, images: { ...images, imageSize: 64 } })).toBe(1);
  expect(isShown({ limits: { maxMacCount: 3_999_999 }, images: { ...images, imageSize: 64 } })).toBe(0);
  expect(isShown({ metric: { name: "macro-f1" } })).toBe(0);
});

test("two at most: of the same data first, then those that won most clearly", () => {
  const named = (name: string, more: Partial<Block> = {}) => ({ ...entry, ...more, text: `# ${name}\n` });
  const clear = named("clear", { scores: [0.99, 0.99, 0.99] });
  const own = named("own", { on: { ...entry.on, dataset: "others" } });
  const told = fittingBlocks([named("plain"), clear, own], task);
  expect(told.map(({ text }) => text)).toEqual(["# own\n", "# clear\n"]);
});
