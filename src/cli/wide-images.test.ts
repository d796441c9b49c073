// Images that are not square, from a folder to a trained model and what it says of images that it never saw. A bar lies
// at one side of each image, and which side it is decides the class: a height taken for a width anywhere is wrong answers.
import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { findPython } from "../evaluators/launchers/local/python.ts";
import { readJournal } from "../study/journal.ts";
import { openModelFile } from "../training/model-file.ts";
import { genius } from "./fixtures/terminal.ts";

const [height, width] = [12, 20];
const sides = ["top", "right", "bottom", "left"] as const;
const random = createRandom("wide images");
let root = "";
let unseen: { readonly path: string; readonly side: string }[] = [];

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "genius-wide-")));
  await draw(join(root, "bars"), 40);
  unseen = await draw(join(root, "unseen"), 5);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Grey noise with a bright bar along one side. */
async function draw(folder: string, count: number) {
  const drawn: { path: string; side: string }[] = [];
  for (const side of sides) {
    await mkdir(join(folder, side), { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const thickness = 2 + random.integer(3);
      const isBar = (x: number, y: number) =>
        ({ top: y, right: width - 1 - x, bottom: height - 1 - y, left: x })[side] < thickness;
      const pixels = Uint8Array.from({ length: height * width }, (_, at) =>
        isBar(at % width, Math.floor(at / width)) ? 200 + random.integer(56) : random.integer(120),
      );
      const path = join(folder, side, `${index}.png`);
      await sharp(pixels, { raw: { width, height, channels: 1 } })
        .toColourspace("b-w")
        .toFile(path);
      drawn.push({ path, side });
    }
  }
  return drawn;
}

const command = (args: readonly string[]) =>
  genius(args, { environment: { ...process.env, GENIUS_CACHE_DIR: join(root, "cache") } });

async function search(name: string, ...more: readonly string[]) {
  const folder = join(root, name);
  const { code, error } = await command([
    ...["search", join(root, "bars"), "--strategy", "random", "--trials", "2", "--seed", "1"],
    ...["--max-params", "20k", "--augmentation", "none", "--epochs", "2", "--out", folder, ...more],
  ]);
  if (code !== 0) throw new Error(error);
  return { folder, said: error, journal: await readJournal(folder) };
}

/** The share of unseen images whose side the model names. */
async function shareRight(folder: string): Promise<number> {
  const model = join(folder, "best/model.onnx");
  const { out } = await command(["predict", model, ...unseen.map(({ path }) => path), "--json"]);
  const answers = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).predictions[0].class as string);
  return answers.filter((answer, index) => answer === unseen[index]?.side).length / unseen.length;
}

const shapeOf = async (folder: string) => {
  const model = await openModelFile(await readFile(join(folder, "best/model.onnx")));
  await model.dispose();
  return model.shape;
};

test("a search keeps the images' aspect ratio and hands over a model that tells the sides", async () => {
  const { folder, journal, said } = await search("own", "--final-epochs", "25");
  expect(journal.header.config.spaceOptions).toMatchObject({ imageSize: [12, 20], channels: 1 });
  expect(said).not.toContain("cropped");
  expect(await shapeOf(folder)).toEqual([1, 12, 20]);
  expect(await shareRight(folder)).toBeGreaterThan(0.9);
});

test("another size is height before width, and is kept in the journal", async () => {
  const more = ["--image-size", "10x16", "--final-epochs", "1"];
  const { folder, journal } = await search("smaller", ...more);
  expect(journal.header.config.evaluatorOptions).toMatchObject({ imageSize: [10, 16] });
  expect(await shapeOf(folder)).toEqual([1, 10, 16]);
});

test("one number asks for squares, and what that cuts off is said", async () => {
  const { folder, journal, said } = await search("square", "--image-size", "12", "--final-epochs", "1");
  expect(journal.header.config.evaluatorOptions).toMatchObject({ imageSize: 12 });
  expect(await shapeOf(folder)).toEqual([1, 12, 12]);
  expect(said).toContain("images have another aspect ratio than 12×12 and were cropped at the edges");
});

const python = await findPython(process.env).catch(() => undefined);
const hasTorch = ["torch", "numpy", "jsonschema", "safetensors"].every(
  (name) => python?.packages[name] !== undefined,
);

test.skipIf(!hasTorch)("PyTorch trains them as they are, too", async () => {
  const more = ["--evaluator", "torch", "--cpus", "1", "--final-epochs", "25"];
  const { folder } = await search("torch", ...more);
  expect(await shapeOf(folder)).toEqual([1, 12, 20]);
  expect(await shareRight(folder)).toBeGreaterThan(0.9);
});
