// A supernet trained by PyTorch, where a GPU is: writes the job that trainer/genius_trainer/supernet.py reads, runs that
// program, and reads what it leaves. The graph and the plan are those of the training in process; what the two do
// otherwise stands at the top of the Python file.
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileError, GeniusError, systemCodeOf } from "../../base/errors.ts";
import type { Weights } from "../../engine/index.ts";
import { decodeSafetensors } from "../../graph/export/safetensors.ts";
import { segmentsOf } from "./architecture.ts";
import type { SupernetData } from "./data.ts";
import type { Supernet } from "./supernet.ts";
import type { SupernetPlan } from "./training.ts";

const trainerFolder = fileURLToPath(new URL("../../../trainer", import.meta.url));

export interface TorchTraining {
  readonly supernet: Supernet;
  readonly data: SupernetData;
  readonly plan: SupernetPlan;
  /** Where the job lies and its results stay: a finished one is read, not trained again. */
  readonly folder: string;
  /** A Python that has what trainer/pyproject.toml names. */
  readonly python: string;
  readonly signal?: AbortSignal;
}

/**
 * Trains a supernet with PyTorch, or reads the results of a training that finished in the same folder.
 * @throws GeniusError `missing-feature` when there is no such Python, `training-failed` with the end of what it wrote.
 */
export async function trainSupernetWithTorch(
  training: TorchTraining,
): Promise<{ readonly probabilities: Float32Array; readonly weights: Weights }> {
  const { folder } = training;
  const done = await readResult(folder);
  if (done !== undefined) return done;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "supernet.json"), JSON.stringify(jobOf(training)));
  await run(training);
  const result = await readResult(folder);
  if (result === undefined)
    throw new GeniusError("training-failed", `PyTorch ended without writing ${join(folder, "result.json")}.`);
  return result;
}

function jobOf({ supernet, data, plan }: TorchTraining) {
  const { normalisation, augmentation } = data;
  return {
    version: 1,
    nodes: supernet.nodes,
    decisions: segmentsOf(supernet.space),
    plan,
    data: {
      folder: data.cachePath,
      train: [...data.train.records],
      validation: [...data.validation.records],
      mean01: normalisation.mean01,
      sd01: normalisation.sd01,
      cropPadding: augmentation.cropPadding,
      flip: augmentation.flip,
    },
  };
}

function run({ folder, python, signal }: TorchTraining): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ["-m", "genius_trainer.supernet", folder], {
      env: { ...process.env, PYTHONPATH: trainerFolder },
      stdio: ["ignore", "ignore", "pipe"],
      ...(signal && { signal }),
    });
    let written = "";
    child.stderr.on("data", (text: Buffer) => {
      written = (written + text.toString()).slice(-2000);
    });
    child.on("error", (thrown) => {
      if (systemCodeOf(thrown) !== "ENOENT") return reject(thrown);
      const message = `There is no Python at "${python}". Make one with npm run setup:python, and give its path.`;
      reject(new GeniusError("missing-feature", message, { cause: thrown }));
    });
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const end = written.trim().split("\n").slice(-3).join(" | ");
      reject(new GeniusError("training-failed", `PyTorch failed on ${folder} (exit code ${code}): ${end}`));
    });
  });
}

async function readResult(folder: string) {
  const path = join(folder, "result.json");
  try {
    const { probabilities } = JSON.parse(await readFile(path, "utf8")) as {
      probabilities: readonly number[];
    };
    const { tensors } = decodeSafetensors(await readFile(join(dirname(path), "supernet.safetensors")));
    return { probabilities: Float32Array.from(probabilities), weights: tensors as Weights };
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
}
