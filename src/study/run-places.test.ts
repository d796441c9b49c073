import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { located, placesOf } from "./run-places.ts";

const config = {
  ...{ dataset: "digits", space: "nas-bench-macro", strategy: "hybrid", evaluator: "table" },
  ...{ metric: {}, spaceOptions: {}, strategyOptions: { start: "own" } },
  // A file beside which the tests run.
  evaluatorOptions: { tableFile: "package.json", tableGoal: "minimise", noise01: 0 },
};

test("a file that an option names without a folder is found from anywhere", async () => {
  const places = await placesOf(config, "runs/one", { isDatasetName: true });
  const absolute = resolve("package.json");
  expect(places).toEqual({
    "evaluatorOptions.tableFile": { absolute, fromRun: join("..", "..", "package.json") },
  });
  const moved = { ...config, evaluatorOptions: { ...config.evaluatorOptions, tableFile: "table.csv" } };
  const kept = { "evaluatorOptions.tableFile": { absolute, fromRun: "nowhere.csv" } };
  const { evaluatorOptions } = await located({ ...moved, places: kept }, "elsewhere/one");
  expect(evaluatorOptions).toEqual({ ...config.evaluatorOptions, tableFile: absolute });
});
