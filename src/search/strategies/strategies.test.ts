import { describe, test } from "vitest";
import { strategies } from "../../catalog/_catalog.ts";
import { strategyChecks } from "../../testing/strategy-suite.ts";

// Every strategy that can run without a language model and without images of its own, under the contract that all share.
for (const [name, entry] of Object.entries(strategies)) {
  if (entry.model === "required" || entry.needs === "images") continue;
  const definition = await entry.load();
  describe(name, () => {
    for (const check of strategyChecks(definition)) test(check.name, check.run);
  });
}
