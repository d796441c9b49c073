import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeWhole } from "./write-whole.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "genius-whole-"));

test("a file is written with its folder, replaces another, and leaves nothing beside it", async () => {
  const folder = await newFolder();
  const path = join(folder, "a", "b", "file.json");
  await writeWhole(path, "first");
  await writeWhole(path, new Uint8Array([1, 2, 3]), { isDurable: false });
  expect([...(await readFile(path))]).toEqual([1, 2, 3]);
  expect(await readdir(join(folder, "a", "b"))).toEqual(["file.json"]);
});

test("readers see one whole content or the other while many write", async () => {
  const path = join(await newFolder(), "file");
  const contents = Array.from({ length: 20 }, (_, index) => String(index % 10).repeat(200_000));
  await writeWhole(path, contents[0]!);
  let done = false;
  const writing = Promise.all(contents.map((content) => writeWhole(path, content))).then(() => {
    done = true;
  });
  while (!done) {
    const text = await readFile(path, "utf8");
    expect(text.length).toBe(200_000);
    expect(new Set(text).size).toBe(1);
  }
  await writing;
});

test("what cannot be written leaves the old file and says why", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "kept");
  await expect(writeWhole(join(folder, "file", "below"), "x")).rejects.toThrow();
  expect(await readFile(join(folder, "file"), "utf8")).toBe("kept");
  await expect(writeWhole(folder, "x")).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["file"]);
});

test.skipIf(process.platform === "win32")("a pipe is written to and stays one", async () => {
  const pipe = join(await newFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const read = promisify(execFile)("cat", [pipe]);
  await writeWhole(pipe, "through");
  expect((await read).stdout).toBe("through");
  expect((await stat(pipe)).isFIFO()).toBe(true);
});
