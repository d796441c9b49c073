// What every task must hold to, as checks that throw: each is run over every task of the catalog, and the author of
// another one runs them over theirs. They know no task by name and no test framework.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { lossNames } from "../engine/index.ts";
import type { Task } from "../tasks/task.ts";
import type { Check } from "./check.ts";

/** Checks for a task on its own example; `folder` is an empty one for the cache. */
export function taskChecks(task: Task, folder: string): readonly Check[] {
  const environment = { GENIUS_CACHE_DIR: folder };
  const check = (name: string, run: () => Promise<void> | void): Check => ({ name, run: async () => run() });
  return [
    check("trains by a loss of the engine, and measures it", () => {
      assert.ok(lossNames.includes(task.loss), task.loss);
      const measured = task.metrics.find(({ name }) => name === task.loss);
      assert.equal(measured?.goal, "minimise", `a metric "${task.loss}" that is minimised`);
    }),
    check("measures each metric once, and selects on one that it measures", () => {
      const names = task.metrics.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      assert.ok(task.selectable.length >= 1);
      for (const { name, goal, range } of task.selectable) {
        assert.ok(names.includes(name), name);
        assert.deepEqual([goal, range], ["maximise", [0, 1]], name);
      }
    }),
    check("describes what it opens", async () => {
      const described = await task.describe(task.example, { environment });
      const data = await task.open(task.example, { environment });
      assert.deepEqual(described.input, data.shape);
      assert.deepEqual(described.classNames, data.classNames);
      assert.ok(data.shape.every((length) => Number.isInteger(length) && length >= 1));
      assert.ok(data.classNames.length >= 2);
      assert.equal(new Set(data.classNames).size, data.classNames.length);
      assert.match(described.words, new RegExp(`\\b${data.train.count}\\b`));
      assert.ok(data.train.count > 0 && (data.test?.count ?? 0) > 0);
      for (const line of task.remarks(data)) assert.ok(line.trim() !== "");
    }),
    check("brings inputs to the size asked for, and the content has the same hash", async () => {
      const usual = await task.open(task.example, { environment });
      const small = await task.open(task.example, { environment, imageSize: 8 });
      assert.deepEqual(small.shape, [usual.shape[0], 8, 8]);
      assert.equal(small.hash, usual.hash);
      assert.notEqual(small.cachePath, usual.cachePath);
    }),
    check("opens again what it decoded, without its source", async () => {
      const data = await task.open(task.example, { environment });
      assert.ok(data.cachePath.startsWith(folder) && existsSync(data.cachePath));
      assert.deepEqual(await task.reopen(data.cachePath), data);
    }),
    check("says of a source that is not there that it is not, and of a folder of the cache too", async () => {
      const isNotFound = (thrown: unknown) => thrown instanceof GeniusError && thrown.code === "not-found";
      const missing = join(folder, "missing");
      await assert.rejects(task.open(missing, { environment }), isNotFound);
      await assert.rejects(task.describe(missing, { environment }), isNotFound);
      await assert.rejects(task.reopen(missing), isNotFound);
    }),
  ];
}
