// What `genius doctor` says of Python and clusters, with Pythons that answer as written here and nobody at the door.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import doctor from "./doctor.ts";
import { recordingTerminal } from "./fixtures/terminal.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-doctor-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A Python with these packages; `torch` is what it says when PyTorch is asked to start. */
async function fakePython(name: string, packages: Readonly<Record<string, string>>, torch = "exit 1") {
  const path = join(root, name);
  const listing = JSON.stringify(["3.12.1", packages]);
  await writeFile(path, `#!/bin/sh\ncase "$2" in *torch*) ${torch} ;; *) echo '${listing}' ;; esac\n`);
  await chmod(path, 0o755);
  return path;
}

async function examine(python: string): Promise<ReadonlyMap<string, { state: string; detail: string }>> {
  const environment = { GENIUS_PYTHON: python, GENIUS_CACHE_DIR: join(root, "cache"), PATH: root };
  const { terminal, written } = recordingTerminal({ environment });
  const options = doctor.options.parse({ json: true, out: join(root, "missing") });
  const rest = { rayAddress: "http://127.0.0.1:9" };
  await doctor.run({ operands: [], options, explicit: {}, rest, terminal });
  return new Map(
    written.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ what, ...found }) => [what, found]),
  );
}

const whole = { torch: "2.13.0", numpy: "2.4.6", jsonschema: "4.26.0", safetensors: "0.7.0" };

test("a Python that has all is told with its PyTorch and GPU", async () => {
  const python = await fakePython("whole", whole, `echo '["2.13.0+cu130", ["NVIDIA X"]]'`);
  const found = await examine(python);
  expect(found.get("Python")).toEqual({ state: "works", detail: `3.12.1 (${python})` });
  expect(found.get("PyTorch")).toEqual({ state: "works", detail: "2.13.0+cu130" });
  expect(found.get("GPU")).toEqual({ state: "works", detail: "NVIDIA X" });
  expect(found.get("GPU by WebGPU")?.state).toMatch(/works|missing/);
});

test("a wrong PyTorch, one that does not start, and no Python are told with what to do", async () => {
  const old = await examine(await fakePython("old", { ...whole, torch: "1.9.0" }));
  expect(old.get("PyTorch")).toMatchObject({
    state: "missing",
    detail: expect.stringMatching(/torch 1\.9\.0 \(2\.11 or newer is needed\).*genius setup torch/),
  });
  const broken = await examine(await fakePython("broken", whole));
  expect(broken.get("PyTorch")).toMatchObject({ state: "broken", detail: expect.stringContaining("setup") });
  const none = await examine(join(root, "nothing"));
  expect(none.get("Python")).toMatchObject({
    state: "missing",
    detail: expect.stringMatching(/nothing \(not there\).*genius setup torch/),
  });
});

test("a Ray that does not answer and a folder that is not there are told with where and what to do", async () => {
  const found = await examine(join(root, "nothing"));
  expect(found.get("launcher ray")).toMatchObject({
    state: "missing",
    detail: expect.stringMatching(/127\.0\.0\.1:9.*--ray-address/s),
  });
  expect(found.get("launcher slurm")?.state).toBe("missing");
  expect(found.get("shared folder")).toMatchObject({
    state: "broken",
    detail: expect.stringContaining(join(root, "missing")),
  });
});
