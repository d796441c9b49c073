import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProcesses } from "../runs/search-processes.ts";
import { liveHolder } from "../study/lock.ts";
import { endSearchesBelow } from "./end-searches.ts";

test("a search that waits for a person is gone after the teardown", { timeout: 180_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), "genius-teardown-"));
  try {
    const options = { strategy: "llm", model: "manual", trials: 3 };
    const folder = await createProcesses(process.env).start(root, { dataset: "nas-bench-macro", options });
    expect(await liveHolder(folder)).toMatchObject({ isHere: true });
    await endSearchesBelow(root);
    expect(await liveHolder(folder)).toBeUndefined();
    await endSearchesBelow(root);
  } finally {
    await endSearchesBelow(root);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
});
