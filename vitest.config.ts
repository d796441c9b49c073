import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "src/**/*.test.ts",
      "docs/**/*.test.ts",
      "apps/*/*.test.ts",
      "examples/**/*.test.ts",
      "benchmarks/**/*.test.ts",
    ],
    // Tests that need real data which the package cannot ship: src/testing/shared-data.ts.
    tags: [{ name: "shared-data" }],
    // What a person keeps on this machine changes no test.
    env: { GENIUS_OWN_DIR: join(tmpdir(), "genius-tests-keep-nothing") },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./scripts/plain-reporter.ts"],
  },
});
