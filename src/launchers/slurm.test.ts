import { launcherChecks } from "../testing/launcher-suite.ts";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import slurm from "./slurm.ts";
const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-slurm-")));
const environment = { ...process.env };
const options = slurm.options.parse({ python: "python3", pollSeconds: 0.2 });
describe("slurm", () => {
  const checks = launcherChecks({
    open: () => slurm.create({ folder, environment }, options),
    folder,
    run: `suite-${Date.now()}`,
    memoryLimitMb: 150,
    timeLimitSeconds: 1,
  });
  for (const check of checks) test(check.name, { timeout: 60_000 }, check.run);
});
