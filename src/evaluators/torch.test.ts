// Real trainings with PyTorch as real processes, on a few digits. Where no Python with PyTorch is found (GENIUS_PYTHON,
// .venv, `genius setup torch`) those are skipped, and the reason is printed.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Evaluation } from "../search/trial.ts";
import { openDataset, openPixels, splitValidation } from "../tasks/image-classification/index.ts";
import { openTask } from "../tasks/index.ts";
import { measure } from "../training/measure.ts";
import { openModelFile } from "../training/model-file.ts";
import { findPython } from "./launchers/local/python.ts";
import { openTorch, requestOf, testSpace } from "./torch/fixtures/study.ts";

const python = await findPython(process.env).catch(() => undefined);
const isReady = ["torch", "numpy", "jsonschema", "safetensors"].every(
  (name) => python?.packages[name] !== undefined,
);
if (!isReady) {
  console.warn(
    `The tests that train with PyTorch are skipped: ${python === undefined ? "no Python was found" : `${python.path} lacks a package`}. Make one with "genius setup torch", or name one with GENIUS_PYTHON.`,
  );
}

let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "genius-torch-")));
  const { train: set } = await openDataset("digits", { cacheDirectory: join(root, "cache") });
  const reader = openPixels(set);
  const written = [0, 0, 0];
  for (const [position, label] of set.labels.entries()) {
    if (label > 2 || written[label]! >= 24) continue;
    const folder = join(root, "digits", String(label));
    await mkdir(folder, { recursive: true });
    const raw = { channels: 1, height: set.shape[1], width: set.shape[2] } as const;
    await sharp(Uint8Array.from(reader.read(position)), { raw })
      .toColourspace("b-w")
      .toFile(join(folder, `${position}.png`));
    written[label]! += 1;
  }
  reader.close();
});
afterAll(() => rm(root, { recursive: true, force: true }));

function scored(outcome: Evaluation) {
  if (outcome.kind !== "scored") throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** What every trainer of the run printed, by the name of its launch. */
async function printed(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await readdir(join(folder, "jobs"))) {
    const files = await readdir(join(folder, "jobs", name)).catch(() => []);
    for (const launch of files.filter((file) => file.startsWith("launch-"))) {
      const path = join(folder, "jobs", name, launch, "output.txt");
      found.set(launch, await readFile(path, "utf8").catch(() => ""));
    }
  }
  return found;
}

const finalFolder = async (folder: string) =>
  (await readdir(join(folder, "jobs"))).find((name) => name.startsWith("final-"))!;

describe.skipIf(!isReady)("with PyTorch", { timeout: 240_000 }, () => {
  test("a design is trained and scored; asked again it is found; with more epochs it continues", async () => {
    const folder = join(root, "a run with 'quotes'");
    const evaluator = await openTorch({ root, folder });
    const epochs: number[] = [];
    const first = scored(await evaluator.evaluate(requestOf({ onEpoch: ({ epoch }) => epochs.push(epoch) })));
    expect(epochs).toEqual([1, 2]);
    expect(first.curve?.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(first.spent.epochs).toBe(2);

    const again = await openTorch({ root, folder });
    expect(scored(await again.evaluate(requestOf()))).toEqual(first);
    expect(await printed(folder)).toHaveProperty("size", 1);

    const longer = scored(
      await again.evaluate(requestOf({ trialNumber: 2, seed: 8, fidelity: { epochs: 3 } })),
    );
    expect(longer.curve?.slice(0, 2)).toEqual(first.curve);
    expect(longer.curve?.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(longer.spent.epochs).toBe(1);
  });

  test("a study killed while its training runs finds it again: not lost, and not trained twice", async () => {
    const folder = join(root, "killed");
    const program = fileURLToPath(new URL("./torch/fixtures/study.ts", import.meta.url));
    const study = spawn(process.execPath, [program, root, folder, "40"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: study.stdout })) if (line.startsWith("epoch")) break;
    const gone = new Promise((resolve) => study.once("exit", resolve));
    study.kill("SIGKILL");
    await gone;

    const evaluator = await openTorch({ root, folder, options: { epochs: 40 } });
    const outcome = scored(await evaluator.evaluate(requestOf({ fidelity: { epochs: 40 } })));
    expect(outcome.curve?.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, k) => k + 1));
    const outputs = [...(await printed(folder)).values()];
    expect(outputs).toHaveLength(1);
    expect(outputs[0]?.match(/"started"/g)).toHaveLength(1);
  });

  test("an interrupted training continues from its checkpoint", async () => {
    const folder = join(root, "stopped");
    const stop = new AbortController();
    const options = { epochs: 30 };
    const evaluator = await openTorch({ root, folder, options });
    const outcome = await evaluator.evaluate(
      requestOf({ fidelity: { epochs: 30 }, signal: stop.signal, onEpoch: () => stop.abort() }),
    );
    expect(outcome).toMatchObject({ kind: "failed", reason: "cancelled" });
    const resumed = await openTorch({ root, folder, options });
    const { curve = [], spent } = scored(await resumed.evaluate(requestOf({ fidelity: { epochs: 30 } })));
    expect(curve.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 30 }, (_, k) => k + 1));
    expect(spent.epochs).toBe(30);
    expect([...(await printed(folder)).values()].at(-1)).toContain('"resumedFromEpoch"');
  });

  test("the selected design is trained at full length, exported and tested once", async () => {
    const folder = join(root, "final");
    const evaluator = await openTorch({ root, folder });
    const result = await evaluator.test!(requestOf());
    expect(result.files).toContain("best/model.onnx");
    expect(result.detail).toMatchObject({ epochs: 2, device: expect.any(String) });
    const model = await openModelFile(await readFile(join(folder, "best", "model.onnx")));
    const { test: held } = await openDataset(join(root, "digits"), {
      imageSize: 12,
      cacheDirectory: join(root, "cache"),
    });
    const { metrics } = await measure(model.run, {
      task: await openTask(),
      set: held!,
      normalisation: { mean01: [0], sd01: [1] },
    });
    expect(metrics.accuracy).toBe(result.metrics.accuracy);
    expect(model.metadata).toMatchObject({ space: testSpace.name, trial: "1" });
    await model.dispose();
  });

  test("by the clock a longer slice continues the shorter, and the final training both", async () => {
    const folder = join(root, "by the clock");
    const evaluator = await openTorch({ root, folder, byTheClock: true });
    expect(evaluator.fidelity).toEqual({ full: {}, seconds: true });
    const first = scored(await evaluator.evaluate(requestOf({ fidelity: { seconds: 0.5 } })));
    expect(first.curve).toHaveLength(1);
    const longer = scored(
      await evaluator.evaluate(requestOf({ trialNumber: 2, seed: 8, fidelity: { seconds: 12 } })),
    );
    expect(longer.curve?.[0]).toEqual(first.curve?.[0]);
    const [begun, last] = [first.curve!.at(-1)!, longer.curve!.at(-1)!];
    expect(last.epoch).toBeGreaterThan(begun.epoch);
    expect(last.seconds).toBeGreaterThan(begun.seconds!);
    expect(last.learningRate).toBeGreaterThan(0);
    expect(longer.spent.epochs).toBeCloseTo(last.epoch - begun.epoch, 2);

    const twin = { ...requestOf().proposal, repeat: 1 };
    const repeated = scored(
      await evaluator.evaluate(requestOf({ trialNumber: 3, proposal: twin, fidelity: { seconds: 0.5 } })),
    );
    expect(repeated.curve).toHaveLength(1);

    const { metrics, detail, files } = await evaluator.test!(requestOf({ fidelity: { seconds: 12 } }));
    expect(files).toContain("best/model.onnx");
    expect(metrics.accuracy).toBeGreaterThan(0);
    expect(detail!.epochs).toBeGreaterThan(last.epoch);
    const job = JSON.parse(
      await readFile(join(folder, "jobs", await finalFolder(folder), "job.json"), "utf8"),
    );
    expect(job).toMatchObject({ clock: { phase: "final" }, continueFrom: expect.stringMatching(/\.\.\/2-/) });
    expect(job).not.toHaveProperty("epochs");
  });

  test("a training that outgrows its memory is an outcome with its reason", async () => {
    const hungry = await openTorch({ root, folder: join(root, "hungry"), options: { memoryLimitMb: 60 } });
    expect(await hungry.evaluate(requestOf())).toMatchObject({
      kind: "failed",
      reason: "crashed",
      detail: expect.stringContaining("memory"),
    });
  });

  test("a GPU that is asked for and not there is refused, with what to do", async () => {
    const evaluator = await openTorch({
      root,
      folder: join(root, "no-gpu"),
      options: { gpus: 1 },
      environment: { CUDA_VISIBLE_DEVICES: "" },
    });
    await expect(evaluator.evaluate(requestOf())).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringContaining("--gpus 0"),
    });
  });
});

test("without a Python the error says where it looked and what to do", async () => {
  const missing = join(root, "no", "python");
  const opening = openTorch({
    root,
    folder: join(root, "no-python"),
    environment: { GENIUS_PYTHON: missing },
  });
  await expect(opening).rejects.toMatchObject({
    code: "missing-feature",
    message: expect.stringMatching(/no\/python \(not there\).*genius setup torch/),
  });
});

test("the split that the trainer is given is the one of the in-process trainings", async () => {
  if (!isReady) return;
  const folder = join(root, "a run with 'quotes'", "jobs");
  const name = (await readdir(folder)).find((file) => file.startsWith("split-")) as string;
  const split = JSON.parse(await readFile(join(folder, name), "utf8"));
  const dataset = await openDataset(join(root, "digits"), {
    imageSize: 12,
    cacheDirectory: join(root, "cache"),
  });
  const { train, validation } = splitValidation(dataset.train, { fraction01: 0.2, seed: 1 });
  expect(split).toEqual({
    version: 1,
    train: [...train.records],
    validation: [...validation.records],
    test: [...dataset.test!.records],
  });
});
