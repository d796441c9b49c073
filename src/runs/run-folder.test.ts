import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { createRunFolder } from "./run-folder.ts";

test("searches begun in one second get folders of their own, with readable names", async () => {
  const parent = join(await mkdtemp(join(tmpdir(), "genius-names-")), "runs");
  const name = {
    space: "mobile",
    strategy: "./my own/odd: näme.ts",
    now: new Date(Date.UTC(2026, 10, 24, 22, 15, 3)),
  };
  const folders = await Promise.all([1, 2, 3].map(() => createRunFolder(parent, name)));
  const first = "2026-11-24-221503-mobile-nme";
  expect(folders.map((folder) => basename(folder)).sort()).toEqual([first, `${first}-2`, `${first}-3`]);
  expect((await readdir(parent)).length).toBe(3);
});
