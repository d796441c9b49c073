// Every task of the catalog holds to the contract, and a name that is none is answered with what there is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { tasks } from "../catalog/_catalog.ts";
import { taskChecks } from "../testing/task-suite.ts";
import { openTask, selectedMetric } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "genius-tasks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(Object.keys(tasks))("%s", async (name) => {
  const task = await tasks[name]!.load();
  test.each(taskChecks(task, join(root, name)).map((check) => [check.name, check] as const))(
    "%s",
    (_, { run }) => run(),
  );
});

test("the catalog and the trainings know the same tasks", async () => {
  for (const name of Object.keys(tasks)) expect(await openTask(name)).toBe(await tasks[name]!.load());
});

test("an unknown task or metric is answered with what there is", async () => {
  await expect(openTask("image-clasification")).rejects.toThrow(/image-classification/);
  const task = await openTask();
  expect(selectedMetric(task).name).toBe("accuracy");
  expect(() => selectedMetric(task, { name: "cross-entropy" })).toThrow(/macro-f1/);
});
