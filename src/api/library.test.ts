// The other functions of the public API, on real data and known answers.
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type BenchEvent,
  bench,
  cost,
  defineStrategy,
  exportNetwork,
  exportRun,
  loadStrategy,
  openData,
  openSpace,
  search,
  type TrainEvent,
  train,
  writeReport,
} from "../index.ts";

const environment = process.env;
const newFolder = () => mkdtemp(join(tmpdir(), "genius-library-"));

test("a design, its space and its network have one cost, the published one", async () => {
  const space = await openSpace("nas-bench-macro");
  const choices = [0, 2, 0, 1, 2, 1, 0, 0];
  const published = { paramCount: 890_666, macCount: 47_327_744 };
  const counted = await cost({ space: "nas-bench-macro", choices: "02012100" });
  expect(counted).toMatchObject(published);
  expect(await cost({ space, choices })).toEqual(counted);
  expect(await cost(space.decode(choices))).toEqual(counted);
  expect(counted.ramBytes.float).toBe(4 * counted.ramBytes.int8);
  await expect(cost({ space, choices: [0, 1] })).rejects.toThrow(
    /\[0,1\] is no design of nas-bench-macro: it needs 8/,
  );
  await expect(cost({ space, choices: [0, 2, 0, 1, 2, 1, 0, 3] })).rejects.toThrow(
    /each the index of an option/,
  );
});

test("data are opened as a search takes them: images or a published table", async () => {
  const images = await openData("digits", { environment });
  expect(images).toMatchObject({ kind: "images", shape: [1, 28, 28], classNames: { length: 10 } });
  const macro = await openData("nas-bench-macro", { environment });
  if (macro.kind !== "table") throw new Error("no table");
  expect(macro.table.optimum01).toBeCloseTo(0.9313, 4);
  expect(macro.table.lookUp([2, 2, 2, 1, 2, 2, 2, 0])?.selection01).toBe(macro.table.optimum01);
  const cells = await openData("cifar100", { environment });
  expect(cells).toMatchObject({ kind: "table", space: { name: "nas-bench-201", classCount: 100 } });
});

test("a bench takes a script's own strategy beside names, and tells each run", async () => {
  const events: BenchEvent[] = [];
  const own = defineStrategy({ ...(await loadStrategy("local-search")), name: "own" });
  const { comparison } = await bench({
    ...{ space: "nas-bench-macro", strategies: [own, "evolution"], environment },
    ...{ evaluations: [5, 15], seeds: 3, onEvent: (event) => events.push(event) },
  });
  expect(events.filter(({ kind }) => kind === "run").length).toBe(12);
  expect(events.at(-1)).toMatchObject({ done: 12, runs: 12 });
  const strategies = new Set(comparison.results.map(({ strategy }) => strategy));
  expect([...strategies].sort()).toEqual(["evolution", "largest-first", "own", "random"]);
  for (const { rank, seeds, deterministic } of comparison.results)
    expect([seeds, typeof rank?.median]).toEqual([deterministic ? 1 : 3, "number"]);
  await expect(bench({ space: "nas-bench-macro", seeds: 0 })).rejects.toThrow(/"seeds" of the bench/);
});

test("a design is trained at full length, tested and handed over, and so is a network as it is", {
  timeout: 600_000,
}, async () => {
  const out = await newFolder();
  const space = await openSpace("mobile", { imageSize: 28, channels: 1, classCount: 10, sizeClass: "tiny" });
  const choices = space.decisions.map(() => 0);
  const events: TrainEvent[] = [];
  const setting = {
    ...{ data: "digits", environment, evaluatorOptions: { finalEpochs: 2, threads: 1 } },
    onEvent: (event: TrainEvent) => events.push(event),
  };
  const trained = await train(
    { space: "mobile", spaceOptions: { sizeClass: "tiny" }, choices },
    { ...setting, out },
  );
  expect(trained.curve.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(events.filter(({ kind }) => kind === "epoch").length).toBe(2);
  expect(trained.testAccuracy01).toBeGreaterThan(0.3);
  expect(trained.files).toContain(join(out, "best/model.onnx"));
  for (const file of trained.files) expect((await stat(file)).size).toBeGreaterThan(0);
  // The same network by itself: the same seed gives the same weights, and so the same figure on 2,000 images.
  const again = await newFolder();
  const alone = await train(space.decode(choices), { ...setting, out: again });
  expect(alone.testAccuracy01).toBe(trained.testAccuracy01);
  const wide = await openSpace("mobile", { imageSize: 32, channels: 3, classCount: 10 });
  const misfit = train(wide.decode(wide.decisions.map(() => 0)), { ...setting, out: again });
  await expect(misfit).rejects.toThrow(/images of 1×32×32 in 10 classes.*take 3×32×32/);
});

test("networks and runs are exported, and runs reported", async () => {
  const out = join(await newFolder(), "run");
  const space = await openSpace("nas-bench-macro");
  const run = await search({
    ...{ data: "nas-bench-macro", strategy: "random", budget: { trials: 5 }, out, environment },
  });
  const torch = await exportNetwork({ space, choices: run.best!.choices }, { format: "pytorch" });
  expect(torch).toMatchObject({ trained: undefined, title: `nas-bench-macro ${run.best!.key}` });
  expect(torch.content).toContain("import torch");
  expect(await exportRun(out, { format: "pytorch" })).toMatchObject({ content: torch.content });
  const onnx = await exportNetwork(run.best!.network, { format: "onnx", seed: 3 });
  expect(onnx.trained).toBe(false);
  expect(onnx.content).toBeInstanceOf(Uint8Array);
  const written = await writeReport([out]);
  expect(written).toEqual([join(out, "report.html"), join(out, "report.md")]);
  expect(await readFile(written[1]!, "utf8")).toContain(run.best!.key);
});

test("more at once than there can be is refused before anything begins, with what is allowed", async () => {
  const out = join(await newFolder(), "run");
  const asked = { data: "digits", out, environment, limits: { maxParams: "20k" } };
  await expect(search({ ...asked, parallel: 100_000 })).rejects.toThrow(
    'Option "parallel" of the search must be at most 512; 100000 was given.',
  );
  // Where each is a process of this machine, its cores count.
  await expect(search({ ...asked, parallel: 512 })).rejects.toThrow(
    /--parallel must be at most \d+ on this machine, where each is a process of its own/,
  );
  await expect(search({ ...asked, evaluatorOptions: { threads: 100_000 } })).rejects.toThrow(
    /"threads" of the evaluator train must be at most 512; 100000 was given/,
  );
  await expect(bench({ space: "nas-bench-macro", workers: 100_000, environment })).rejects.toThrow(
    /--workers must be at most \d+ on this machine/,
  );
  await expect(stat(out)).rejects.toThrow();
  // Looked-up results start no process.
  const table = { data: "nas-bench-macro", strategy: "random", environment, out };
  expect((await search({ ...table, parallel: 512, budget: { trials: 4 } })).spent.evaluations).toBe(4);
});
