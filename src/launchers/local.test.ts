import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { launcherChecks } from "../testing/launcher-suite.ts";
import local from "./local.ts";

const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-local-")));
const environment = { ...process.env, GENIUS_CACHE_DIR: join(folder, "cache") };
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("local", () => {
  const checks = launcherChecks({
    open: () => local.create({ folder, environment }, {}),
    folder,
    run: "suite",
    ...(process.platform === "linux" && { memoryLimitMb: 150 }),
    timeLimitSeconds: 1,
  });
  for (const check of checks) test(check.name, { timeout: 60_000 }, check.run);
});
