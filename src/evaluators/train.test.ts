// Real trainings in real worker processes, on class folders of some of the digits that come with the install.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { moves } from "../graph/changes/index.ts";
import type { Network } from "../graph/network.ts";
import type { Space } from "../search/space.ts";
import mobile from "../search/spaces/mobile.ts";
import type { EpochPoint, Evaluation, Fidelity } from "../search/trial.ts";
import { openDataset, openPixels } from "../tasks/image-classification/index.ts";
import { openModelFile } from "../training/model-file.ts";
import type { EvaluationRequest, Evaluator } from "./evaluator.ts";
import train from "./train.ts";

let root: string;
let space: Space;
const opened: Evaluator[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-train-"));
  await writeDigits(join(root, "digits"), 50);
  space = mobile.create(
    mobile.options.parse({
      imageSize: 12,
      channels: 1,
      classCount: 10,
      sizeClass: "tiny",
      hyperparameters: true,
    }),
  );
});

/** Class folders with this many images of each digit. */
async function writeDigits(folder: string, imagesPerClass: number): Promise<void> {
  const { train: set, classNames } = await openDataset("digits", { cacheDirectory: join(root, "cache") });
  const reader = openPixels(set);
  const written = classNames.map(() => 0);
  for (const [position, label] of set.labels.entries()) {
    const name = classNames[label]!;
    if (written[label]! >= imagesPerClass) continue;
    await mkdir(join(folder, name), { recursive: true });
    const raw = { channels: 1, height: set.shape[1], width: set.shape[2] } as const;
    await sharp(Uint8Array.from(reader.read(position)), { raw })
      .toColourspace("b-w")
      .toFile(join(folder, name, `${position}.png`));
    written[label]! += 1;
  }
  reader.close();
}

afterAll(async () => {
  await Promise.all(opened.map((evaluator) => evaluator.close?.()));
  await rm(root, { recursive: true, force: true });
});

const quick = { epochs: 2, minEpochs: 1, finalEpochs: 2, validationFraction01: 0.2, threads: 1 };

interface Changes {
  readonly folder?: string;
  readonly space?: Space;
  readonly byTheClock?: boolean;
}

async function evaluatorOf(
  options: Readonly<Record<string, unknown>> = {},
  changes: Changes = {},
): Promise<Evaluator> {
  const evaluator = await train.create(
    {
      space: changes.space ?? space,
      dataset: join(root, "digits"),
      folder: join(root, changes.folder ?? "run"),
      seed: 1,
      byTheClock: changes.byTheClock ?? false,
      environment: { GENIUS_CACHE_DIR: join(root, "cache") },
    },
    train.options.parse({ ...quick, ...options }),
  );
  opened.push(evaluator);
  return evaluator;
}

/** The smallest design, with a learning rate of 0.1 unless told otherwise. */
const smallest = () =>
  space.decisions.map(({ name }) => (name === "learningRate" ? 3 : name === "weightDecay" ? 1 : 0));

function requestOf(changes: Partial<EvaluationRequest> & { fidelity?: Fidelity } = {}): EvaluationRequest {
  const choices = changes.proposal?.choices ?? smallest();
  return {
    trialNumber: 1,
    proposal: { choices, fidelity: {}, by: "test" },
    network: space.decode(choices),
    fidelity: { epochs: 2 },
    seed: 7,
    signal: new AbortController().signal,
    ...changes,
  };
}

function scored(outcome: Evaluation) {
  if (outcome.kind !== "scored") throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** Ends every process that this one started, at once. */
function killWorkers(): void {
  const listing = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  for (const line of listing.split("\n")) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (parent === process.pid && line.includes("training/worker.ts")) process.kill(pid!, "SIGKILL");
  }
}

test("a design is trained and scored, and the same seed gives the same curve to the last bit", async () => {
  const evaluator = await evaluatorOf();
  const points: EpochPoint[] = [];
  const first = scored(await evaluator.evaluate(requestOf({ onEpoch: (point) => points.push(point) })));
  expect(first.curve).toEqual(points);
  expect(points.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(points[1]!.trainLoss).toBeLessThan(points[0]!.trainLoss);
  expect(first.metrics).toEqual(points[1]!.validation);
  expect(first.latencyMs).toBeGreaterThan(0);
  expect(first.spent.epochs).toBe(2);
  const again = scored(await evaluator.evaluate(requestOf()));
  expect(again.curve).toEqual(first.curve);
  const other = scored(await evaluator.evaluate(requestOf({ seed: 8, fidelity: { epochs: 1 } })));
  expect(other.curve![0]!.trainLoss).not.toBe(first.curve![0]!.trainLoss);
});

test("a training continues from its checkpoint when more epochs are asked for, also in a later process", async () => {
  const evaluator = await evaluatorOf({}, { folder: "continued" });
  const short = scored(await evaluator.evaluate(requestOf({ fidelity: { epochs: 1 } })));
  // Asked again, as after a stop between its end and its record, it is as it was.
  const same = scored(await evaluator.evaluate(requestOf({ fidelity: { epochs: 1 } })));
  expect(same).toMatchObject({ metrics: short.metrics, curve: short.curve, spent: { epochs: 0 } });
  await evaluator.close?.();
  const later = await evaluatorOf({}, { folder: "continued" });
  const long = scored(await later.evaluate(requestOf({ trialNumber: 2, seed: 99 })));
  expect(long.spent.epochs).toBe(1);
  expect(long.curve!.length).toBe(2);
  expect(long.curve![0]).toEqual(short.curve![0]);
  // At another image size the same weights go on.
  const resized = scored(
    await later.evaluate(requestOf({ trialNumber: 3, fidelity: { epochs: 2, imageSize: 8 } })),
  );
  expect(resized.spent.epochs).toBe(1);
  // Other hyperparameters are another training.
  const choices = smallest().map((choice, index, all) => (index === all.length - 1 ? 2 : choice));
  const proposal = { choices, fidelity: {}, by: "test" };
  const other = scored(await later.evaluate(requestOf({ trialNumber: 4, proposal })));
  expect(other.spent.epochs).toBe(2);
  // The training at full length is not kept: nothing can go on from it.
  expect((await readdir(join(root, "continued", "checkpoints"))).length).toBe(1);
});

test("by the clock a training continues in slices, and the final one from the longest; killed, it is resumed", async () => {
  const evaluator = await evaluatorOf({}, { folder: "clock", byTheClock: true });
  expect(evaluator.fidelity).toEqual({ full: {}, seconds: true });
  expect(evaluator.recipe!.words).toContain("by the clock on 320 images");
  const slice = (seconds: number, repeat = 0) =>
    evaluator.evaluate(
      requestOf({
        fidelity: { seconds },
        proposal: { choices: smallest(), fidelity: { seconds }, by: "test", repeat },
      }),
    );
  const short = scored(await slice(0.5));
  expect(short.metrics).toEqual(short.curve!.at(-1)!.validation);
  expect(scored(await slice(0.5))).toMatchObject({ curve: short.curve, spent: { epochs: 0 } });
  const long = scored(await slice(1.5));
  expect(long.curve!.slice(0, short.curve!.length)).toEqual(short.curve);
  expect(long.latencyMs).toBe(short.latencyMs);
  // A repeat is another training.
  const twin = scored(await slice(0.5, 1));
  expect(twin.curve![0]).not.toEqual(short.curve![0]);

  const fidelity = { seconds: 4 };
  const seen: EpochPoint[] = [];
  const onEpoch = (point: EpochPoint) => {
    seen.push(point);
    killWorkers();
  };
  await expect(evaluator.test!(requestOf({ fidelity, onEpoch }))).rejects.toThrow(/SIGKILL/);
  const after: EpochPoint[] = [];
  const tested = await evaluator.test!(requestOf({ fidelity, onEpoch: (point) => after.push(point) }));
  expect(after[0]!.seconds!).toBeGreaterThan(seen[0]!.seconds!);
  expect(tested.detail).toMatchObject({ seconds: after.at(-1)!.seconds, epochs: expect.any(Number) });
  const report = JSON.parse(await readFile(join(root, "clock", "best", "test.json"), "utf8"));
  expect(report.curve.slice(0, long.curve!.length)).toEqual(long.curve);
  expect(report.seconds).toBeGreaterThan(long.curve!.at(-1)!.seconds!);
});

test("a network from outside the space is trained as it is, by epochs and by the clock", async () => {
  const evaluator = await evaluatorOf({}, { folder: "outside" });
  const network = { ...space.decode(smallest()), name: "guest" };
  const proposal = { choices: [], network, fidelity: {}, by: "reference" };
  const byEpochs = scored(await evaluator.evaluate(requestOf({ proposal, network })));
  expect(byEpochs.curve!.length).toBe(2);
  const fidelity = { seconds: 0.5 };
  scored(await evaluator.evaluate(requestOf({ proposal, network, fidelity })));
  await evaluator.test!(requestOf({ proposal, network, fidelity: { seconds: 1 } }));
  const model = await openModelFile(await readFile(join(root, "outside", "best", "model.onnx")));
  expect(model.metadata).toMatchObject({ choices: "", network: "guest" });
  await model.dispose();
});

test("a changed network begins with the weights of its parent, or says that they are not there", async () => {
  const longer = { epochs: 6, minEpochs: 6, batchSize: 16 };
  const evaluator = await evaluatorOf(longer, { folder: "heirs" });
  const parent = { ...space.decode(smallest()), name: "parent" };
  const change = moves["insert-block"]?.(parent, { random: createRandom("heir") });
  if (change === undefined) throw new Error("no change");
  const requestFor = (network: Network) =>
    requestOf({
      network,
      fidelity: { epochs: 6 },
      proposal: { choices: [], network, fidelity: {}, by: "test" },
    });
  const lossOf = (outcome: Evaluation) => scored(outcome).curve?.at(-1)?.validationLoss as number;
  await evaluator.evaluate(requestFor(parent));
  const child = { ...change.network, name: "child" };
  const heir = await evaluator.evaluate({ ...requestFor(child), parent });
  expect(scored(heir).remark).toBeUndefined();
  const elsewhere = await evaluatorOf(longer, { folder: "orphans" });
  const orphan = await elsewhere.evaluate({ ...requestFor(child), parent });
  expect(scored(orphan).remark).toMatch(/parent's weights were not kept/);
  expect(lossOf(heir)).toBeLessThan(lossOf(orphan) - 0.2);
});

test("an absurd learning rate is a diverged outcome and not an error", async () => {
  const { hyperparameters: _, ...plain } = space;
  const evaluator = await evaluatorOf({ learningRate: 1e6 }, { space: plain });
  const outcome = await evaluator.evaluate(requestOf());
  expect(outcome).toMatchObject({ kind: "failed", reason: "diverged" });
});

test("a worker killed in the middle is one crashed trial, and the next trial works", async () => {
  const evaluator = await evaluatorOf({ epochs: 200 });
  const outcome = await evaluator.evaluate(
    requestOf({
      fidelity: { epochs: 200 },
      onEpoch: killWorkers,
    }),
  );
  expect(outcome).toMatchObject({
    kind: "failed",
    reason: "crashed",
    detail: expect.stringContaining("SIGKILL"),
  });
  expect((await evaluator.evaluate(requestOf({ fidelity: { epochs: 1 } }))).kind).toBe("scored");
});

test("an aborted trial is cancelled, and its worker is gone", async () => {
  const evaluator = await evaluatorOf({ epochs: 200 });
  const controller = new AbortController();
  const outcome = await evaluator.evaluate(
    requestOf({ fidelity: { epochs: 200 }, signal: controller.signal, onEpoch: () => controller.abort() }),
  );
  expect(outcome).toMatchObject({ kind: "failed", reason: "cancelled" });
  const aborted = await evaluator.evaluate(requestOf({ signal: controller.signal }));
  expect(aborted).toMatchObject({ kind: "failed", reason: "cancelled" });
});

test("limits of time, memory and latency are held", async () => {
  const slow = await (await evaluatorOf({ timeLimitSeconds: 1e-6 })).evaluate(requestOf());
  expect(slow).toMatchObject({ kind: "failed", reason: "timeout" });
  const large = await (await evaluatorOf({ memoryLimitMb: 1 })).evaluate(requestOf());
  expect(large).toMatchObject({ kind: "failed", reason: "crashed", detail: expect.stringContaining("1 MB") });
  const late = await (await evaluatorOf({ maxLatencyMs: 1e-6 })).evaluate(requestOf());
  expect(late).toMatchObject({
    kind: "infeasible",
    violations: [{ quantity: "latencyMs", bound: "max", limit: 1e-6, value: expect.any(Number) }],
  });
});

test("the selected design is trained, exported and tested; a stopped training ends as if never stopped", async () => {
  const whole = await evaluatorOf({ int8: true }, { folder: "whole" });
  const result = await whole.test!(requestOf());
  const best = join(root, "whole", "best");
  expect((await readdir(best)).sort()).toEqual([
    "README.md",
    "c",
    "int8.json",
    "model.int8.onnx",
    "model.int8.tflite",
    "model.onnx",
    "model.py",
    "samples.json",
    "test.json",
    "weights.safetensors",
  ]);
  const report = JSON.parse(await readFile(join(best, "test.json"), "utf8"));
  expect(report.testImages).toBe(100);
  const counts = (report.confusion as number[][]).flat();
  expect(counts.reduce((a, b) => a + b)).toBe(100);
  const right = (report.confusion as number[][]).reduce((sum, row, label) => sum + row[label]!, 0);
  expect(right / 100).toBe(result.metrics.accuracy);
  expect(report.exportDifference).toBeLessThan(1e-5);
  const samples = JSON.parse(await readFile(join(best, "samples.json"), "utf8"));
  expect(samples.length).toBe(16);
  const model = await openModelFile(await readFile(join(best, "model.onnx")));
  expect(model.shape).toEqual([1, 12, 12]);
  expect(JSON.parse(model.metadata.class_names!)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect(model.metadata.dataset).toBe("digits");
  await model.dispose();
  const rounded = await openModelFile(await readFile(join(best, "model.int8.onnx")));
  expect(rounded.metadata).toMatchObject({
    dataset: "digits",
    quantisation: expect.stringContaining("int8"),
  });
  await rounded.dispose();
  // Two epochs leave many images undecided; 8 bits may turn some of them.
  expect(Math.abs(report.int8.testAccuracy01 - report.accuracy01)).toBeLessThanOrEqual(0.1);
  expect(Math.abs(report.integer.testAccuracy01 - report.accuracy01)).toBeLessThanOrEqual(0.1);
  expect((await readFile(join(best, "model.int8.tflite"))).toString("latin1", 4, 8)).toBe("TFL3");
  expect((await readdir(join(best, "c"))).sort()).toEqual([
    "README.md",
    "classifier.h",
    "classifier_cmsis_nn.h",
    "image-1.raw",
    "image-2.raw",
    "image-3.raw",
    "latency.c",
    "main.c",
  ]);
  expect(result.files).toContain("best/c/classifier.h");
  expect(await readFile(join(best, "README.md"), "utf8")).toContain("| `c/classifier.h` | ");

  const controller = new AbortController();
  const stopped = await evaluatorOf({}, { folder: "stopped" });
  const signal = controller.signal;
  const first = stopped.test!(requestOf({ signal, onEpoch: () => controller.abort() }));
  await expect(first).rejects.toThrow(GeniusError);
  const epochs: number[] = [];
  const resumed = await stopped.test!(requestOf({ onEpoch: ({ epoch }) => epochs.push(epoch) }));
  expect(epochs.length).toBeLessThan(2);
  expect(resumed.metrics).toEqual(result.metrics);
  const weights = (folder: string) => readFile(join(root, folder, "best", "weights.safetensors"));
  expect((await weights("stopped")).equals(await weights("whole"))).toBe(true);
});

test("a data set that does not fit the space is refused in words", async () => {
  const colour = mobile.create(mobile.options.parse({ imageSize: 12, channels: 3, classCount: 10 }));
  await expect(evaluatorOf({}, { space: colour })).rejects.toThrow(
    /digits has images of 1×12×12 in 10 classes/,
  );
});

test("a GPU that this machine or this onnxruntime does not have is refused before anything is trained", async () => {
  await expect(evaluatorOf({ executionProvider: "cuda" })).rejects.toThrow(
    /Nothing can be trained with "cuda" on this machine: .+ Leave --execution-provider out/,
  );
});
