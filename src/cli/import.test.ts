// A model from elsewhere: imported, costed, trained on from its weights, exported again and used, by the command.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { expect, test } from "vitest";
import { networkCost } from "../graph/cost.ts";
import { readNetwork } from "../language/index.ts";
import { genius as command } from "./fixtures/terminal.ts";

const genius = (...words: readonly string[]) => command(words, { environment: process.env });
const folder = () => mkdtemp(join(tmpdir(), "genius-import-"));
const fixture = (name: string) =>
  new URL(`../graph/from-onnx/fixtures/${name}.onnx`, import.meta.url).pathname;

async function scoresOf(model: Uint8Array, dims: readonly number[]): Promise<readonly number[]> {
  const session = await InferenceSession.create(model);
  const size = dims.reduce((product, length) => product * length, 1);
  const images = Float32Array.from({ length: size }, (_, place) => Math.sin(place));
  const [input, output] = [session.inputNames[0] as string, session.outputNames[0] as string];
  const results = await session.run({ [input]: new Tensor("float32", images, dims) });
  await session.release();
  return [...((results[output]?.data ?? []) as Float32Array)];
}

test("a model is a text and weights, and exported again it gives the same scores", async () => {
  const at = await folder();
  const [text, again] = [join(at, "mine.txt"), join(at, "again.onnx")];
  const imported = await genius("import", fixture("shuffle"), "--out", text, "--json");
  const told = JSON.parse(imported.out);
  expect(told).toMatchObject({ text, weights: join(at, "mine.safetensors"), notes: [] });
  const network = readNetwork(await readFile(text, "utf8"));
  expect(networkCost(network)).toMatchObject({ paramCount: told.paramCount, macCount: told.macCount });
  expect(JSON.parse((await genius("cost", text, "--json")).out)).toMatchObject({ macCount: told.macCount });
  await genius("export", text, "--weights", told.weights, "--format", "onnx", "--out", again);
  const [given, own] = [
    await scoresOf(await readFile(again), [1, 3, 12, 12]),
    await scoresOf(await readFile(fixture("shuffle")), [1, 3, 12, 12]),
  ];
  const scale = Math.max(...own.map(Math.abs));
  for (const [place, score] of given.entries())
    expect(Math.abs(score - own[place]!) / scale).toBeLessThan(1e-5);
});

test("with the normalisation of its images it predicts", async () => {
  const at = await folder();
  const [text, weights, model, image] = ["mine.txt", "mine.safetensors", "mine.onnx", "a.png"].map((name) =>
    join(at, name),
  ) as [string, string, string, string];
  const wrong = await genius(
    "import",
    fixture("shuffle"),
    "--out",
    text,
    "--mean",
    "0.5,0.5",
    "--sd",
    "0.2,0.2",
  );
  expect(wrong.error).toMatch(/have 3 channels: give 3 means/);
  await genius("import", fixture("shuffle"), "--out", text, "--mean", "0.5,0.5,0.5", "--sd", "0.2,0.2,0.2");
  await genius("export", text, "--weights", weights, "--format", "onnx", "--out", model);
  await sharp({ create: { width: 12, height: 12, channels: 3, background: "teal" } })
    .png()
    .toFile(image);
  const { predictions } = JSON.parse((await genius("predict", model, image, "--json")).out);
  expect(predictions).toHaveLength(3);
});

test("a training begins with the weights, and says what it begins at random", async () => {
  const at = await folder();
  const text = join(at, "mine.txt");
  await genius("import", fixture("pad-shortcut"), "--out", text);
  const weights = join(at, "mine.safetensors");
  const trained = (...words: readonly string[]) =>
    genius(
      "train",
      text,
      "digits",
      "--final-epochs",
      "1",
      "--image-size",
      "12",
      "--weights",
      weights,
      ...words,
    );
  const first = await trained("--out", join(at, "first"), "--learning-rate", "0.000000001");
  expect(first.error).toMatch(/Begins with 8 tensors of .*mine\.safetensors\./);
  // Nearly nothing is learned, so what comes out is what went in.
  const [before, after] = await Promise.all([
    readFile(weights),
    readFile(join(at, "first", "best", "weights.safetensors")),
  ]);
  const { decodeSafetensors } = await import("../graph/export/safetensors.ts");
  const [old, now] = [decodeSafetensors(before).tensors, decodeSafetensors(after).tensors];
  const kernel = [...old.keys()].find((name) => old.get(name)?.dims.length === 4) as string;
  for (const [place, value] of old.get(kernel)!.data.entries())
    expect(now.get(kernel)!.data[place]).toBeCloseTo(value, 4);
  await writeFile(text, (await readFile(text, "utf8")).replace("linear 10", "linear 20 linear 10"));
  const changed = await trained("--out", join(at, "changed"));
  expect(changed.error).toMatch(
    /Begins with 6 tensors of .*; at random begins what it does not have: linear/,
  );
  const other = await genius(
    "train",
    text,
    "digits",
    "--weights",
    fixture("shuffle"),
    "--out",
    join(at, "other"),
  );
  expect(other.error).toMatch(/not a whole safetensors file/);
});

test("what is not known is named, and nothing is written", async () => {
  const at = await folder();
  const path = join(at, "light.onnx");
  await writeFile(path, "no model");
  const told = await genius("import", path);
  expect(told.code).toBe(1);
  expect(told.error).toMatch(/This is not a whole ONNX file/);
  await expect(readFile(join(at, "light.txt"))).rejects.toThrow();
});

test("a text or weights of another origin are not written over, those of an earlier import are", async () => {
  const at = await folder();
  const [text, weights] = [join(at, "mine.txt"), join(at, "mine.safetensors")];
  await writeFile(weights, "a day's work");
  const told = await genius("import", fixture("shuffle"), "--out", text);
  expect([told.code, told.error]).toEqual([2, expect.stringMatching(/mine\.safetensors is there already/)]);
  expect(await readFile(weights, "utf8")).toBe("a day's work");
  const notes = join(at, "notes.txt");
  await writeFile(notes, "a day's thoughts");
  const refused = await genius("import", fixture("shuffle"), "--out", notes);
  expect([refused.code, refused.error]).toEqual([2, expect.stringMatching(/notes\.txt is there already/)]);
  expect(await readFile(notes, "utf8")).toBe("a day's thoughts");
  await writeFile(text, "of an earlier import");
  expect((await genius("import", fixture("shuffle"), "--out", text)).code).toBe(0);
});
