// Every operator of the registry passes its contract suite.
import { expect, test } from "vitest";
import { operators } from "../graph/ops/index.ts";
import { operatorChecks } from "./operator-suite.ts";

const checks = operatorChecks();

test.for(checks.map(({ name }) => name))("%s", async (name) => {
  await checks.find((check) => check.name === name)!.run();
});

test("no operator is left out", () => {
  const tested = new Set(checks.map(({ name }) => name.split(":")[0]));
  expect([...tested].sort()).toEqual(Object.keys(operators).sort());
});
