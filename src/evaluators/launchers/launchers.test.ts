// Every launcher of the catalog has a test beside it that runs the contract suite: a launcher needs a backend of its own
// to be tested on, so the suite cannot be run over all of them from one place.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { launchers } from "../../catalog/_catalog.ts";

test.each(Object.keys(launchers))("the launcher %s runs the contract suite", async (name) => {
  const text = await readFile(new URL(`${name}.test.ts`, import.meta.url), "utf8");
  expect(text).toContain("launcherChecks(");
});
