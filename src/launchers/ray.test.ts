import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { launcherChecks } from "../testing/launcher-suite.ts";
import { findRay, type RayCluster, startRay } from "../testing/ray-cluster.ts";
import ray from "./ray.ts";

const venv = await findRay(process.env);
if (venv === undefined) {
  console.warn(
    "ray.test.ts is skipped: no Ray in GENIUS_RAY_VENV, .venv-ray or .venv (scripts/setup-ray.sh).",
  );
}
const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-ray-")));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(venv === undefined)("ray", () => {
  let cluster: RayCluster;
  beforeAll(async () => {
    cluster = await startRay(venv as string, { cpus: 1, memory: 2e9 });
    await cluster.addNode({ cpus: 1, gpus: 1, memory: 4e9 });
  }, 240_000);
  afterAll(() => cluster?.close(), 60_000);

  const open = () =>
    ray.create(
      { folder, environment: { RAY_AUTH_TOKEN: cluster.token } },
      ray.options.parse({ rayAddress: cluster.address, rayPython: join(venv as string, "bin", "python") }),
    );

  describe("contract", () => {
    const checks = launcherChecks({ open, folder, run: "suite", timeLimitSeconds: 2 });
    for (const check of checks) test(check.name, { timeout: 120_000 }, check.run);
  });
});
