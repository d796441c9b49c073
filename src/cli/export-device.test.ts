// The story of who needs a file for a device: a run's folder, exported, gives in Google's and Microsoft's interpreters what the
// README beside the file says – by running the README's own lines.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceFormats } from "../deploy/formats/_formats.ts";
import { needsLitert, runInLitert } from "../testing/litert.ts";
import { genius } from "./fixtures/terminal.ts";

let root: string;
let run: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-export-device-"));
  run = join(root, "run");
  const search =
    "search digits --space mobile --strategy random --trials 1 --epochs 1 --final-epochs 3 --seed 1";
  const limits = "--image-size 12 --max-ram 16k --json --out";
  const environment = { GENIUS_CACHE_DIR: join(root, "cache") };
  const { code, out, error } = await genius([...search.split(" "), ...limits.split(" "), run], {
    environment,
  });
  expect(error).not.toMatch(/^genius:/m);
  expect(code).toBe(0);
  // RAM that is limited asks for 8 bits.
  expect(JSON.parse(out.trim().split("\n").at(-1)!).test.integer.testAccuracy01).toBeGreaterThan(0.1);
});

afterAll(() => rm(root, { recursive: true, force: true }));

test.for(Object.entries(deviceFormats))(
  "--format %s runs by its README",
  needsLitert,
  async ([format, { file: name }]) => {
    const folder = join(root, format);
    const { code, error } = await genius(["export", run, "--format", format, "--out", join(folder, name)]);
    expect(error).toContain("with its trained weights");
    expect(code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual([name, `${name}.examples.json`, `${name}.md`].sort());
    const readme = await readFile(join(folder, `${name}.md`), "utf8");
    const lines = /```python\n([\s\S]*?)```/.exec(readme)![1]!;
    const script = join(folder, "try.py");
    await writeFile(script, `import os\nos.chdir(${JSON.stringify(folder)})\n${lines}`);
    expect((await runInLitert(script)).match(/^class \d/gm)?.length).toBe(3);
  },
);

test("the file of best/ and an export hold the same network", async () => {
  const out = join(root, "again.tflite");
  expect((await genius(["export", run, "--format", "tflite-int8", "--out", out])).code).toBe(0);
  const [given, again] = await Promise.all(
    [join(run, "best/model.int8.tflite"), out].map((path) => readFile(path)),
  );
  // All but names and other texts of the metadata.
  expect(Math.abs(given!.length - again!.length)).toBeLessThan(1000);
  expect(basename(out)).toBe("again.tflite");
});

test("random weights are told of, and operators without an 8-bit form are named", async () => {
  const text = join(root, "norms.txt");
  await writeFile(text, "input 3x16x16\nconv 8 k3\nlayernorm\nglobalpool\nlinear 4\n");
  const refused = await genius(["export", text, "--format", "tflite-int8", "--out", join(root, "a.tflite")]);
  expect(refused.error).toMatch(/layer norm/);
  expect(refused.code).toBe(1);
  const given = await genius(["export", text, "--format", "tflite", "--out", join(root, "b.tflite")]);
  expect(given.code).toBe(0);
  expect(given.error).toContain("RANDOM");
});
