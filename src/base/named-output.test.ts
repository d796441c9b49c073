import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refuseRecord, writeNamed } from "./named-output.ts";

test("what a person names is written with its folder, but not over a run's record", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-named-"));
  const page = join(folder, "below", "page.html");
  await writeNamed(page, "one");
  await writeNamed(page, "two");
  expect(await readFile(page, "utf8")).toBe("two");
  const journal = join(folder, "journal.jsonl");
  await refuseRecord(journal);
  await writeFile(journal, "{}\n");
  await expect(writeNamed(journal, "page")).rejects.toMatchObject({ code: "wrong-use" });
  expect(await readFile(journal, "utf8")).toBe("{}\n");
});
