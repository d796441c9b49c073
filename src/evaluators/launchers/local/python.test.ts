// A Python that is named relative to where a person stands must be found from anywhere.
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { expect, test } from "vitest";
import { inspectPython } from "./python.ts";

test("a relative path comes back absolute; a name on the path stays a name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-python-"));
  const program = join(folder, "python");
  await writeFile(program, `#!/bin/sh\necho '["3.12.1", {"torch": "2.13.0"}]'\n`);
  await chmod(program, 0o755);
  const found = await inspectPython(relative(process.cwd(), program));
  expect(found).toEqual({ path: program, version: "3.12.1", packages: { torch: "2.13.0" } });
  expect(isAbsolute((found as { path: string }).path)).toBe(true);
  expect(await inspectPython("no-such-python-anywhere")).toBe("not there");
});
