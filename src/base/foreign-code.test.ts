import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { GeniusError } from "./errors.ts";
import { foreignPlaceOf, namingForeignCode } from "./foreign-code.ts";

const stackOf = (...lines: readonly string[]) => {
  const error = new Error("bad");
  error.stack = ["Error: bad", ...lines.map((line) => `    at ${line}`)].join("\n");
  return error;
};

test("an error of someone else's file is named by its place", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "genius foreign-")), "own évaluator.mjs");
  await writeFile(file, `export function run() {\n  return undefined.field;\n}\n`);
  const { run } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { run: () => void };
  let thrown: unknown;
  try {
    run();
  } catch (caught) {
    thrown = caught;
  }
  expect(foreignPlaceOf(thrown)).toMatch(/own évaluator\.mjs:2:\d+$/);
  const named = namingForeignCode(thrown);
  expect(named).toMatchObject({ code: "foreign-code", cause: thrown });
  expect((named as Error).message).toMatch(/own évaluator\.mjs:2.*which is not part of genius.*undefined/);
});

test("our own files, installed packages and node are not foreign", () => {
  const here = import.meta.url;
  for (const line of [`run (${here}:1:2)`, "node:internal/process:1:2", "x (/p/node_modules/zod/a.js:1:2)"])
    expect(foreignPlaceOf(stackOf(line))).toBeUndefined();
  expect(
    foreignPlaceOf(stackOf(`f (${here}:1:2)`, "async Object.evaluate (file:///home/me/own.ts:3:4)")),
  ).toBe("/home/me/own.ts:3:4");
  expect(foreignPlaceOf(stackOf("/home/me/own.ts:3:4"))).toBe("/home/me/own.ts:3:4");
  const ours = new GeniusError("internal", "x");
  expect(namingForeignCode(ours)).toBe(ours);
  expect(namingForeignCode("text")).toBe("text");
});
