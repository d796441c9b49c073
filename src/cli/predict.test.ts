// A model trained on the digits that come with the install, asked about digits that it never saw.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { initialWeights } from "../engine/index.ts";
import train from "../evaluators/train.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import mobile from "../search/spaces/mobile.ts";
import { openDataset, openPixels } from "../tasks/image-classification/index.ts";
import { genius as runCommand } from "./fixtures/terminal.ts";

let root: string;
let model: string;
const digits: { path: string; label: string }[] = [];
const space = mobile.create(
  mobile.options.parse({ imageSize: 12, channels: 1, classCount: 10, sizeClass: "tiny" }),
);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-predict-"));
  const environment = { GENIUS_CACHE_DIR: join(root, "cache") };
  const options = train.options.parse({ finalEpochs: 8, threads: 1 });
  const evaluator = await train.create(
    { space, dataset: "digits", folder: root, seed: 1, environment },
    options,
  );
  const choices = space.decisions.map(({ name }) => (name.endsWith("width") ? 1 : 0));
  const { files } = await evaluator.test!({
    trialNumber: 1,
    proposal: { choices, fidelity: {}, by: "test" },
    network: space.decode(choices),
    fidelity: {},
    seed: 1,
    signal: new AbortController().signal,
  });
  await evaluator.close?.();
  expect(files).toContain("best/model.onnx");
  model = join(root, "best/model.onnx");
  const { test: set, classNames } = await openDataset("digits", { cacheDirectory: join(root, "cache") });
  const reader = openPixels(set!);
  for (let digit = 0; digit < 10; digit += 1) {
    const position = set!.labels.indexOf(digit);
    const [channels, height, width] = set!.shape;
    const path = join(root, `${digit}.png`);
    await sharp(Uint8Array.from(reader.read(position)), {
      raw: { channels: channels as 1, height, width },
    }).toFile(path);
    digits.push({ path, label: classNames[digit]! });
  }
  reader.close();
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function predict(...args: readonly string[]) {
  const answer = await runCommand(["predict", ...args], { environment: {} });
  process.exitCode = undefined;
  return answer;
}

interface Answer {
  readonly image: string;
  readonly predictions: readonly { readonly class: string; readonly probability01: number }[];
}

const answersOf = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);

test("digits that were never trained on are mostly told right, with probabilities", async () => {
  const { code, out } = await predict(model, ...digits.map(({ path }) => path), "--json", "--top", "10");
  expect(code).toBe(0);
  const answers = answersOf(out);
  expect(answers.map(({ image }) => image)).toEqual(digits.map(({ path }) => path));
  const right = answers.filter(({ predictions }, index) => predictions[0]!.class === digits[index]!.label);
  expect(right.length).toBeGreaterThanOrEqual(7);
  for (const { predictions } of answers) {
    expect(predictions.reduce((sum, { probability01 }) => sum + probability01, 0)).toBeCloseTo(1, 6);
    const chances = predictions.map(({ probability01 }) => probability01);
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
  }
  const text = await predict(model, digits[1]!.path, "--top", "1");
  expect(text.out).toMatch(/1\.png: \d \d+\.\d\d %\n$/);
});

test("colour, another size and another format give the same answer", async () => {
  const jpeg = join(root, "large.jpg");
  await sharp(digits[1]!.path).resize(224, 224).toColourspace("srgb").jpeg({ quality: 95 }).toFile(jpeg);
  const answers = answersOf((await predict(model, digits[1]!.path, jpeg, "--json")).out);
  expect(answers[1]!.predictions[0]!.class).toBe(answers[0]!.predictions[0]!.class);
});

test("what cannot be answered is said, and the rest is answered", async () => {
  const broken = join(root, "broken.png");
  await writeFile(broken, "not an image");
  const mixed = await predict(model, broken, join(root, "none.png"), digits[0]!.path);
  expect(mixed.code).toBe(1);
  expect(mixed.error).toContain(`${broken} is not an image that can be read`);
  expect(mixed.error).toContain("none.png: it does not exist");
  expect(mixed.out).toContain("0.png");
  expect(await predict(model)).toMatchObject({
    code: 2,
    error: expect.stringContaining("at least one image"),
  });
  expect(await predict(broken, digits[0]!.path)).toMatchObject({
    code: 1,
    error: expect.stringContaining("not an ONNX model"),
  });
  expect(await predict(root, digits[0]!.path)).toMatchObject({
    code: 1,
    error: expect.stringContaining(`Name the model in it: genius predict ${model} IMAGE`),
  });
  expect(await predict(join(root, "cache"), digits[0]!.path)).toMatchObject({
    error: expect.stringContaining("holds no best/model.onnx"),
  });
  expect(await predict(model, root)).toMatchObject({
    code: 1,
    error: expect.stringContaining(`Name the images in it: genius predict MODEL ${join(root, "*")}`),
  });
  const foreign = join(root, "foreign.onnx");
  const network = space.decode(space.decisions.map(() => 0));
  await writeFile(foreign, exportOnnx({ network, weights: initialWeights(network.nodes, 1) }));
  expect(await predict(foreign, digits[0]!.path)).toMatchObject({
    code: 1,
    error: expect.stringContaining("does not say how its images are normalised"),
  });
  const cut = join(root, "cut.onnx");
  await writeFile(cut, (await readFile(model)).subarray(0, 3000));
  expect((await predict(cut, digits[0]!.path)).code).toBe(1);
});
