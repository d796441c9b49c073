// The recipes of CONTRIBUTING.md, as printed: every file that a diff adds compiles in the place that the diff names.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The whole files that the diffs of a text add, by their paths. */
function addedFiles(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [, diff] of text.matchAll(/^```diff\n(.*?)^```/gms)) {
    let path: string | undefined;
    for (const line of (diff as string).split("\n")) {
      const added = /^\+ (src\/\S+\.ts)$/.exec(line)?.[1];
      if (added !== undefined) path = added;
      else if (!/^\+($| {3})/.test(line)) path = undefined;
      else if (path !== undefined) files.set(path, `${files.get(path) ?? ""}${line.slice(4)}\n`);
    }
  }
  return files;
}

test("every file of a recipe compiles in its place", { timeout: 120_000 }, async () => {
  const files = addedFiles(await readFile(join(root, "CONTRIBUTING.md"), "utf8"));
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      "src/search/strategies/thrifty.ts",
      "src/search/spaces/two-widths.ts",
      "src/search/references/three-convs.ts",
      "src/evaluators/launchers/mine.ts",
      "src/tasks/image-classification/formats/level-list.ts",
      "src/metrics/error-rate.ts",
      "src/deploy/formats/onnx-float.ts",
    ]),
  );
  const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-recipes-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Beside the repository, so that nothing in it changes: imports lead back into it, or to another file of the recipes.
  const nameOf = (path: string) => path.replaceAll("/", "-");
  for (const [path, text] of files) {
    const placed = text.replace(/(from )"(\.[^"]+)"/g, (_, from: string, specifier: string) => {
      const target = join(dirname(path), specifier);
      return `${from}"${files.has(target) ? `./${nameOf(target)}` : join(root, target)}"`;
    });
    await writeFile(join(folder, nameOf(path)), placed);
  }
  const packages = ["zod", "vitest"].map((name) => [name, [join(root, "node_modules", name)]]);
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      ...{ paths: Object.fromEntries(packages), typeRoots: [join(root, "node_modules/@types")] },
      ...{ module: "preserve", moduleResolution: "bundler" },
    },
    include: [folder, join(root, "src/**/*.d.ts")],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, "-p", folder]).catch(
    (thrown: { stdout: string }) => thrown,
  );
  expect(stdout).toBe("");
});
