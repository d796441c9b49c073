// Every example runs, as its first lines say.
import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const environment = {
  ...process.env,
  GENIUS_DATA_DIR: process.env.GENIUS_DATA_DIR ?? resolve(root, "../shared/data"),
};

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
