// Every example runs, as its first lines say.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const environment = process.env;

function genius(...args: string[]): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [join(root, "bin/genius.js"), ...args], {
    cwd: root,
    env: environment,
  });
  let [out, error] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, out, error })));
}

test("a strategy of one's own finds a better network than the largest", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "genius-example-")), "run");
  const strategy = "./examples/own-strategy/coordinate-search.ts";
  const { code, out, error } = await genius(
    "search",
    "nas-bench-macro",
    "--strategy",
    strategy,
    "--trials",
    "20",
    "--out",
    folder,
    "--json",
  );
  expect(error).not.toContain("fault");
  expect(code).toBe(0);
  const result = JSON.parse(out.trim().split("\n").at(-1)!) as { best: { accuracy01: number } };
  expect(result.best.accuracy01).toBeGreaterThan(0.9295);
});

test("a space of one's own is counted, exported and drawn", async () => {
  const space = "./examples/own-space/plain-cnn.ts";
  const { out } = await genius("cost", "--space", space, "--choices", "111111", "--json");
  expect(JSON.parse(out)).toMatchObject({ choices: [1, 1, 1, 1, 1, 1], paramCount: expect.any(Number) });
  expect(
    (await genius("export", "--space", space, "--choices", "111111", "--format", "mermaid")).out,
  ).toContain("flowchart");
});

const script = ([file = "", ...args]: string[], cwd = root) =>
  promisify(execFile)(process.execPath, ["--conditions=genius-source", join(root, file), ...args], {
    cwd,
    env: environment,
  });

test("the facts of NAS-Bench-Macro are found again", async () => {
  const { stdout } = await script(["examples/nas-bench-reproduction/reproduce.ts", "--seeds", "5"]);
  expect(stdout).toContain("best of 6,561: 93.13 %");
  expect(stdout).toContain("the largest, 22222222: 92.95 %");
  expect(stdout).toMatch(/hybrid: median rank [1-4] of 6,561/);
});

test("a first search ends with its verdict and the files of the network", { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-example-"));
  const { stdout } = await script(["examples/first-search/search.ts", "--quick"], folder);
  expect(stdout).toMatch(/Best: trial [123], [\d.]+k parameters, .* design \d+\n/);
  expect(stdout).toMatch(
    /\d+\.\d\d % accuracy on test data\n {4}95 % interval [\d.]+ % to [\d.]+ %, of 2,000 test images\n {4}on validation data, after the same training: \d+\.\d\d %/,
  );
  const model = stdout.split("\n").find((line) => line.endsWith("best/model.onnx"));
  expect((await stat(join(folder, model!))).size).toBeGreaterThan(1000);
});

test("a strategy of one's own is compared over seeds", async () => {
  const { stdout } = await script(["examples/own-strategy/compare.ts", "3"]);
  for (const name of ["coordinate-search", "evolution", "random", "largest-first"])
    expect(stdout).toMatch(new RegExp(`${name}: median rank [\\d.]+ of 6561`));
});

test("no example starts a process", async () => {
  const files = (await readdir(import.meta.dirname, { recursive: true })).filter((name) =>
    name.endsWith(".ts"),
  );
  expect(files.length).toBeGreaterThan(6);
  for (const file of files.filter((name) => name !== "examples.test.ts"))
    expect(await readFile(join(import.meta.dirname, file), "utf8")).not.toMatch(/child_process/);
});

test("a microcontroller's network fits its memory, in 8 bits", { timeout: 180_000 }, async () => {
  const out = join(await mkdtemp(join(tmpdir(), "genius-example-")), "run");
  const quick = ["--trials", "2", "--epochs", "1", "--final-epochs", "2", "--data-fraction01", "0.1"];
  const { stdout } = await script(["examples/microcontroller/search.ts", ...quick, "--out", out]);
  expect(stdout).toMatch(/% on test images, \d+\.\d\d % in 8 bits, a file of \d+ bytes/);
  const space = "./examples/microcontroller/small-maps.ts";
  const { out: wide } = await genius(
    "cost",
    "--space",
    space,
    "--choices",
    "5555",
    "--memory-kb",
    "8",
    "--json",
  );
  const { out: wider } = await genius(
    "cost",
    "--space",
    space,
    "--choices",
    "5555",
    "--memory-kb",
    "64",
    "--json",
  );
  expect(JSON.parse(wide).macCount).toBeLessThan(JSON.parse(wider).macCount);
});
