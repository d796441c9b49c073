// `--on-done`: the person's command is told how it ended, and changes neither the results nor the exit code.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "./main.ts";

const folder = await mkdtemp(join(tmpdir(), "genius-on-done-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function genius(...args: readonly string[]) {
  let [said, out] = ["", ""];
  const code = await run(args, {
    environment: process.env,
    isInteractive: false,
    columns: 100,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      said += text;
    },
    readStandardInput: async function* () {},
    signal: new AbortController().signal,
  });
  return { code, said, out };
}

/** Writes what it is told, in the words of Node, so that any shell will do. */
const writes = (file: string) =>
  `"${process.execPath}" -e "require('fs').writeFileSync(process.argv[1], [process.env.GENIUS_COMMAND, process.env.GENIUS_STATE, process.env.GENIUS_FOLDER].join())" "${file}"`;

test("a search that ends says where, one that fails that it failed", async () => {
  const [told, out] = [join(folder, "told"), join(folder, "run")];
  const search = [
    "search",
    "nas-bench-macro",
    "--strategy",
    "random",
    "--trials",
    "3",
    "--on-done",
    writes(told),
  ];
  expect((await genius(...search, "--out", out, "--json")).code).toBe(0);
  expect(await readFile(told, "utf8")).toBe(`search,finished,${out}`);
  // The folder holds a run now.
  expect((await genius(...search, "--out", out)).code).not.toBe(0);
  expect(await readFile(told, "utf8")).toBe(`search,failed,${out}`);
});

test("a command that fails is named, and the results stay", async () => {
  const bench = [
    "bench",
    "--space",
    "nas-bench-macro",
    "--strategies",
    "random",
    "--evaluations",
    "2",
    "--seeds",
    "1",
  ];
  const { code, said, out } = await genius(...bench, "--json", "--on-done", "exit 3");
  expect([code, JSON.parse(out).space]).toEqual([0, "nas-bench-macro"]);
  expect(said).toContain("ended with 3: exit 3");
});
