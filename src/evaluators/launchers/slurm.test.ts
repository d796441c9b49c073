// The contract, held to on a real Slurm. Where none can be started the tests are left out, and the reason is printed.
import { describe, test } from "vitest";
import { launcherChecks } from "../../testing/launcher-suite.ts";
import { startTestCluster, whyNoSlurm } from "./slurm/test-cluster.ts";
import slurm from "./slurm.ts";

const without = whyNoSlurm();
if (without !== undefined) console.warn(`The Slurm launcher is not tested: ${without}.`);

describe.skipIf(without !== undefined)("slurm", async () => {
  if (without !== undefined) return;
  const { folder, environment, hasCgroups } = await startTestCluster();
  const options = slurm.options.parse({ slurmPython: "python3", slurmPollSeconds: 0.2 });
  const checks = launcherChecks({
    open: () => slurm.create({ folder, environment }, options),
    folder,
    run: "suite",
    ...(hasCgroups && { memoryLimitMb: 150 }),
    timeLimitSeconds: 5,
  });
  for (const check of checks) test.concurrent(check.name, { timeout: 120_000 }, check.run);
});
