// A supernet trained by PyTorch, where a GPU is: writes the job for trainer/genius_trainer/supernet.py, has it run on a
// launcher, and reads what it leaves. The graph and the plan are those of the training in process; the differences are
// listed at the top of the Python file.
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../../base/errors.ts";
import { makeNamedFolder } from "../../base/folder.ts";
import { checkPlainly, faultClause } from "../../base/schema-words.ts";
import type { Weights } from "../../engine/index.ts";
import { decodeSafetensors } from "../../graph/export/safetensors.ts";
import { torchNodes } from "../../graph/export/torch-nodes.ts";
import type { NetworkNode } from "../../graph/network.ts";
import { parametersOf } from "../../graph/parameters.ts";
import type { TrainingAccess } from "../../search/strategy.ts";
import { segmentsOf } from "./architecture.ts";
import type { SupernetData } from "./data.ts";
import { type SupernetJob, supernetEvent, supernetJob, supernetJobVersion, supernetResult } from "./job.ts";
import type { Supernet } from "./supernet.ts";
import { isOptionNorm, type SupernetPlan } from "./training.ts";

export interface TorchTraining {
  readonly supernet: Supernet;
  readonly data: SupernetData;
  readonly plan: SupernetPlan;
  /** Where the job lies and its results stay: a finished one is read, not trained again. */
  readonly folder: string;
  readonly launcher: string;
  /** Default: the launcher's. */
  readonly python?: string;
  readonly runTrainer: TrainingAccess["runTrainer"];
  readonly signal: AbortSignal;
}

/**
 * Trains a supernet with PyTorch, or reads the results of a training that finished in the same folder.
 * @throws GeniusError `training-failed` with the trainer's reason, `bad-data` for a result that is not one, or what the
 * launcher throws.
 */
export async function trainSupernetWithTorch(
  training: TorchTraining,
): Promise<{ readonly probabilities: Float32Array; readonly weights: Weights }> {
  const { launcher, python, runTrainer, signal } = training;
  const folder = resolve(training.folder);
  const done = await readResult(folder);
  if (done !== undefined) return done;
  await makeNamedFolder(folder);
  await writeFile(join(folder, "supernet.json"), JSON.stringify(jobOf(training)));
  let reason: string | undefined;
  try {
    await runTrainer({
      module: "genius_trainer.supernet",
      folder,
      launcher,
      ...(python !== undefined && { python }),
      signal,
      onLine: (line) => {
        reason = failureIn(line) ?? reason;
      },
    });
  } catch (thrown) {
    if (reason === undefined) throw thrown;
    throw new GeniusError("training-failed", `PyTorch could not train the supernet in ${folder}: ${reason}`, {
      cause: thrown,
    });
  }
  const result = await readResult(folder);
  if (result !== undefined) return result;
  throw new GeniusError(
    "training-failed",
    `The supernet's training ended, but ${join(folder, "result.json")} is not here: delete that folder to train again, or use a launcher that shares this disk.`,
  );
}

/** Why the trainer failed, if this line says so. Lines that are no events are what a library printed. */
function failureIn(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { data } = supernetEvent.safeParse(value);
  return data?.event === "failed" ? data.detail : undefined;
}

/** The graph as the Python program takes it: which nodes read which, and each in PyTorch. */
export function graphOf(nodes: readonly NetworkNode[]) {
  const torch = torchNodes(nodes);
  const frozen = new Set(
    parametersOf(nodes)
      .filter(isOptionNorm)
      .map(({ nodeId }) => nodeId),
  );
  return {
    classes: [...torch.classes],
    nodes: nodes.map(({ id, inputs, op }) => ({
      id,
      inputs: [...inputs],
      kind: op.kind,
      ...torch.nodes.get(id),
      ...(op.kind === "mixture" && { firstShare: op.firstShare }),
      ...(frozen.has(id) && { frozen: true }),
    })),
  };
}

function jobOf({ supernet, data, plan }: TorchTraining): SupernetJob {
  const { normalisation, augmentation } = data;
  return supernetJob.parse({
    version: supernetJobVersion,
    ...graphOf(supernet.nodes),
    decisions: segmentsOf(supernet.space),
    plan,
    data: {
      folder: resolve(data.cachePath),
      train: [...data.train.records],
      validation: [...data.validation.records],
      mean01: [...normalisation.mean01],
      sd01: [...normalisation.sd01],
      cropPadding: augmentation.cropPadding,
      flip: augmentation.flip,
    },
  });
}

async function readResult(folder: string) {
  const path = join(folder, "result.json");
  try {
    const { data, fault } = checkPlainly(supernetResult, JSON.parse(await readFile(path, "utf8")));
    if (fault !== undefined)
      throw new GeniusError("bad-data", `${path}: ${faultClause(fault)}. Delete its folder.`);
    const { tensors } = decodeSafetensors(await readFile(join(folder, "supernet.safetensors")));
    return { probabilities: Float32Array.from(data.probabilities), weights: tensors as Weights };
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
}
