// What `genius new` writes, as a stranger gets it: in a folder that belongs to no package, its types are right, its test
// passes by the very command that was printed, and no file is overwritten.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { commandIn } from "./command-in.ts";
import { kinds } from "./templates.ts";

const root = resolve(import.meta.dirname, "../../..");
const bin = join(root, "bin/genius.js");
let folder = "";
const printed = new Map<string, string>();

const genius = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [bin, ...args], { cwd: folder, maxBuffer: 1e7 }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, error: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: String(stdout), error: String(stderr) }),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "genius-own-members-"));
  for (const kind of kinds) {
    const { code, out } = await genius("new", kind, `my-${kind}`, "--dir", "members");
    expect(code).toBe(0);
    printed.set(kind, out);
  }
});

test.each(kinds)("the test of a new %s passes by the command that was printed", async (kind) => {
  // The folder has no genius that npx would find, so the command names this one.
  const [program, ...words] = /^ {2}(node .*genius\.js test .*)$/m.exec(printed.get(kind)!)![1]!.split(" ");
  expect([program, words[0]]).toEqual(["node", bin]);
  const { code, out } = await genius(...words.slice(1));
  expect(out).toMatch(/pass [1-9]\d*\n.*fail 0/);
  expect(code).toBe(0);
});

test("a test that fails ends with code 1, and one that is not there is named", async () => {
  await writeFile(
    join(folder, "broken.test.ts"),
    'import { test } from "node:test";\nimport { spaceChecks } from "genius-nas/testing";\ntest("broken", () => spaceChecks({} as never, {}));\n',
  );
  expect(await genius("test", "broken.test.ts")).toMatchObject({
    code: 1,
    out: expect.stringContaining("fail 1"),
  });
  expect(await genius("test", "none.test.ts")).toMatchObject({
    code: 1,
    error: expect.stringContaining("There is no file none.test.ts"),
  });
});

test("what is written has the right types", { timeout: 240_000 }, async () => {
  const paths = {
    "genius-nas": [join(root, "src/index.ts")],
    "genius-nas/testing": [join(root, "src/testing/index.ts")],
    zod: [join(root, "node_modules/zod")],
  };
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      ...{ paths, typeRoots: [join(root, "node_modules/@types")], noEmit: true },
      // The folder has no package.json that says what kind of module its files are.
      ...{ module: "preserve", moduleResolution: "bundler" },
    },
    include: [join(folder, "members"), join(root, "src/**/*.d.ts")],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, "-p", folder]).catch(
    (thrown: { stdout: string }) => thrown,
  );
  expect(stdout).toBe("");
});

test("no file is overwritten, and wrong names and kinds are refused before anything is written", async () => {
  const before = await readFile(join(folder, "members/my-space.ts"), "utf8");
  expect(await genius("new", "space", "my-space", "--dir", "members")).toMatchObject({
    code: 2,
    error: expect.stringContaining("my-space.ts is there already"),
  });
  await writeFile(join(folder, "half-strategy.test.ts"), "");
  expect((await genius("new", "strategy", "half")).error).toContain("half-strategy.test.ts is there already");
  expect((await genius("new", "spaec", "x")).error).toContain('no kind "spaec". Did you mean "space"');
  expect((await genius("new", "space", "../x")).error).toContain("cannot be a name");
  expect((await genius("new", "space")).error).toContain("Say what to write");
  expect(await readFile(join(folder, "members/my-space.ts"), "utf8")).toBe(before);
  expect(await readdir(folder)).not.toContain("half-strategy.ts");
});

test("a space and a strategy of one name get files of their own, and the space takes images that are not square", async () => {
  expect((await genius("new", "strategy", "mine", "--dir", "twins")).code).toBe(0);
  expect((await genius("new", "space", "mine", "--dir", "twins")).code).toBe(0);
  expect((await readdir(join(folder, "twins"))).sort()).toEqual([
    ...["mine-space.test.ts", "mine-space.ts", "mine-strategy.test.ts", "mine-strategy.ts"],
  ]);
  const { out } = await genius(
    ...["cost", "--space", "./twins/mine-space.ts", "--choices", "12", "--image-size", "24x32", "--json"],
  );
  // Stage 1 gives 16 channels of 12×16, stage 2 gives 32 of 6×8.
  expect(JSON.parse(out).macCount).toBe(27 * 16 * 12 * 16 + 9 * 16 * 32 * 6 * 8 + 32 * 10);
});

test("npx is named where it finds this genius: in the checkout, and below a folder that has it installed", async () => {
  const node = `node ${bin}`;
  expect(commandIn(root)).toBe("npx genius");
  expect(commandIn(join(root, "docs"))).toBe("npx genius");
  expect(commandIn(folder)).toBe(node);
  const installed = await mkdtemp(join(tmpdir(), "genius-installed-"));
  await mkdir(join(installed, "node_modules/genius-nas"), { recursive: true });
  await writeFile(join(installed, "node_modules/genius-nas/package.json"), "{}");
  expect(commandIn(join(installed, "deep"))).toBe("npx genius");
});

test("a new space, strategy and evaluator go through a bench together", async () => {
  const { code, out, error } = await genius(
    ...["bench", "--space", "./members/my-space.ts", "--evaluator", "./members/my-evaluator.ts"],
    ...["--strategies", "./members/my-strategy.ts", "--evaluations", "3", "--seeds", "2", "--json"],
  );
  expect(error).toBe("");
  expect(code).toBe(0);
  expect(JSON.parse(out).results.map(({ strategy }: { strategy: string }) => strategy)).toContain(
    "./members/my-strategy.ts",
  );
});
