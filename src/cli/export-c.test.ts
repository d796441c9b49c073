// The story of who needs a classifier on a device: a run's folder, exported as C, compiled by gcc, says of images what
// `genius predict` says of them – the same in floats, and nearly the same in 8 bits.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needsPrograms } from "../deploy/c/fixtures/c-tools.ts";
import { genius } from "./fixtures/terminal.ts";

let root: string;
let run: string;
const environment = () => ({ GENIUS_CACHE_DIR: join(root, "cache") });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-export-c-"));
  run = join(root, "run");
  const search =
    "search digits --space mobile --strategy random --trials 1 --epochs 1 --final-epochs 5 --seed 1";
  const limits = "--image-size 12 --max-params 20k --int8 --json --out";
  const { code, error } = await genius([...search.split(" "), ...limits.split(" "), run], {
    environment: environment(),
  });
  expect(error).not.toMatch(/^genius:/m);
  expect(code).toBe(0);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** The scores that the compiled program prints, by image. */
function compiledScores(folder: string): readonly (readonly number[])[] {
  const flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"];
  execFileSync("gcc", [...flags, "main.c", "-o", "try", "-lm"], { cwd: folder, stdio: "pipe" });
  const printed = execFileSync(join(folder, "try"), { cwd: folder, encoding: "utf8" });
  expect(printed).toMatch(/\nAll scores are as expected\.\n$/);
  return printed
    .split(/^image-\d\.raw: /m)
    .slice(1)
    .map((part) => [...part.matchAll(/^ {2}(\S+) /gm)].map(([, score]) => Number(score)));
}

function probabilitiesOf(scores: readonly number[]): readonly number[] {
  const parts = scores.map((score) => Math.exp(score));
  const sum = parts.reduce((a, b) => a + b);
  return parts.map((part) => part / sum);
}

/** What `genius predict` says of the raw images in a folder, in the order of the classes. */
async function predicted(folder: string): Promise<readonly (readonly number[])[]> {
  const images: string[] = [];
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".raw")).sort()) {
    const path = join(root, `${name}.png`);
    await sharp(await readFile(join(folder, name)), { raw: { width: 12, height: 12, channels: 1 } }).toFile(
      path,
    );
    images.push(path);
  }
  const { out } = await genius(["predict", join(run, "best/model.onnx"), ...images, "--json", "--top", "10"]);
  return out
    .trim()
    .split("\n")
    .map((line) => {
      const { predictions } = JSON.parse(line) as { predictions: { class: string; probability01: number }[] };
      return predictions
        .toSorted((a, b) => Number(a.class) - Number(b.class))
        .map(({ probability01 }) => probability01);
    });
}

const { skip, why } = needsPrograms("gcc");

describe.skipIf(skip)(`compiled by gcc${why}`, () => {
  test.each([
    ["c-float", 1e-4],
    ["c", 0.1],
  ])("--format %s predicts as genius predict does", async (format, tolerance) => {
    const folder = join(root, format);
    const { code, error } = await genius(["export", run, "--format", format, "--out", folder]);
    expect(error).toContain("with its trained weights");
    expect(code).toBe(0);
    const received = compiledScores(folder).map(probabilitiesOf);
    const expected = await predicted(folder);
    expect(received.length).toBe(3);
    expect(received.length).toBe(expected.length);
    received.forEach((own, image) => {
      const differences = own.map((chance, index) => Math.abs(chance - expected[image]![index]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
    });
  });
});

test("the folder's other program says how long an image takes, as genius latency does", async () => {
  const folder = join(root, "timed");
  await genius(["export", run, "--format", "c", "--out", folder]);
  const flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"];
  execFileSync("gcc", [...flags, "latency.c", "-o", "latency", "-lm"], { cwd: folder, stdio: "pipe" });
  const printed = execFileSync(join(folder, "latency"), { cwd: folder, encoding: "utf8" });
  expect(printed).toMatch(/^\S+ ms median, \S+ ms at the 90th percentile, of 30 runs with 1 thread\n\{/);
  const told = JSON.parse(printed.trim().split("\n").at(-1) as string);
  expect(told).toEqual({ medianMs: told.medianMs, p90Ms: told.p90Ms, repeats: 30, threads: 1 });
  expect(told.medianMs).toBeGreaterThan(0);
  expect(told.p90Ms).toBeGreaterThanOrEqual(told.medianMs);
});

test("the folder's name is the header's, and files of another origin are kept", async () => {
  const folder = join(root, "my Net-2");
  await genius(["export", run, "--format", "c", "--out", folder]);
  expect((await readdir(folder)).sort()).toEqual(
    [1, 2, 3]
      .map((index) => `image-${index}.raw`)
      .concat("README.md", "main.c", "latency.c", "my_net_2.h", "my_net_2_cmsis_nn.h")
      .sort(),
  );
  expect((await genius(["export", run, "--format", "c", "--out", folder])).code).toBe(0);
  const other = join(root, "other");
  await genius(["export", run, "--format", "text", "--out", join(root, "net.txt")]);
  expect((await genius(["export", run, "--format", "c", "--out", join(root, "net.txt")])).code).toBe(1);
  await genius(["export", run, "--format", "c", "--out", other]);
  await rm(join(other, "other.h"));
  await writeFile(join(other, "README.md"), "mine");
  const refused = await genius(["export", run, "--format", "c", "--out", other]);
  expect(refused.code).toBe(2);
  expect(refused.error).toContain("of another origin");
  expect(await readFile(join(other, "README.md"), "utf8")).toBe("mine");
});

test("operators without an 8-bit form are named before anything is written", async () => {
  const text = join(root, "norms.txt");
  await writeFile(text, "input 3x16x16\nconv 8 k3\nlayernorm\nglobalpool\nlinear 4\n");
  const folder = join(root, "norms");
  const refused = await genius(["export", text, "--format", "c", "--out", folder]);
  expect(refused.error).toMatch(/layer norm/);
  expect(refused.code).toBe(1);
  await expect(readdir(folder)).rejects.toThrow();
  expect((await genius(["export", text, "--format", "c-float", "--out", folder])).code).toBe(0);
});

test("random weights are told of", async () => {
  const folder = join(root, "untrained");
  const design = ["--space", "nas-bench-201", "--choices", "000000"];
  const { code, error } = await genius(["export", ...design, "--format", "c", "--out", folder]);
  expect(code).toBe(0);
  expect(error).toContain("RANDOM");
  expect(await readFile(join(folder, "README.md"), "utf8")).toContain("it predicts nothing");
});

test("an option that export does not have is refused, of a run as of a text", async () => {
  for (const format of ["c", "onnx", "tensorboard"]) {
    const { code, error } = await genius(["export", run, "--format", format, "--anything"]);
    expect(code).toBe(2);
    expect(error).toContain("There is no option --anything");
  }
  const spaced = await genius(["export", run, "--format", "text", "--space", "mobile"]);
  expect(spaced.error).toContain("A run has a space of its own");
});

describe("a network that was trained without a search", () => {
  let trained: string;

  beforeAll(async () => {
    trained = join(root, "trained");
    const text = join(root, "own.txt");
    await writeFile(text, "conv 8 k3 norm relu\nmaxpool 2\nglobalpool flatten linear classes\n");
    const asked = ["--int8", "--final-epochs", "1", "--out", trained];
    const { code } = await genius(["train", text, "digits", ...asked], { environment: environment() });
    expect(code).toBe(0);
  });

  test.each(["c", "c-float", "tflite", "tflite-int8", "onnx-int8", "safetensors"])(
    "--format %s has its trained weights",
    async (format) => {
      const out = join(root, `of-trained-${format}`);
      const { code, error } = await genius(["export", trained, "--format", format, "--out", out]);
      expect(error).toContain("own, trained in");
      expect(error).toContain("with its trained weights");
      expect(code).toBe(0);
      if (!skip && format.startsWith("c")) expect(compiledScores(out).length).toBe(3);
    },
  );

  test("its ONNX file is the one of best/, and its text the network", async () => {
    const out = join(root, "again.onnx");
    expect((await genius(["export", trained, "--format", "onnx", "--out", out])).code).toBe(0);
    expect(await readFile(out)).toEqual(await readFile(join(trained, "best/model.onnx")));
    expect((await genius(["export", trained, "--format", "text"])).out).toMatch(/conv 8 k3/);
  });

  test("show and report say what the folder holds", async () => {
    for (const command of ["show", "report"]) {
      const { code, error } = await genius([command, trained]);
      expect(code).toBe(1);
      expect(error).toMatch(/holds a trained network, not a search: its figures are in .*test\.json/);
    }
  });

  test("a folder without the network's file says how to get it", async () => {
    await rm(join(trained, "best/network.json"));
    const { code, error } = await genius(["export", trained, "--format", "c"]);
    expect(code).toBe(1);
    expect(error).toMatch(/network\.json is missing/);
  });
});
