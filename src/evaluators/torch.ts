// The evaluator that trains with PyTorch, wherever a launcher runs it: this machine, a Ray or a Slurm cluster. This
// file turns requests into job folders and the ends of jobs into outcomes. A job belongs to its trial by its key: a
// study that was killed and is resumed finds its jobs again, running or ended, and trains nothing twice.

import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import type { LossName, Weights } from "../engine/index.ts";
import { decodeWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import { scoreIn } from "../metrics/index.ts";
import type { Evaluation } from "../search/trial.ts";
import { openTask, selectedMetric } from "../tasks/index.ts";
import { trainingKey } from "../training/checkpoints.ts";
import { handOver } from "../training/hand-over.ts";
import { averageDecay, planEpochs, planTraining } from "../training/plan.ts";
import { describeRecipe } from "../training/recipe-words.ts";
import { rehearse } from "../training/rehearse-hand-over.ts";
import { openTrainingData } from "../training/training-data.ts";
import {
  defineEvaluator,
  type EvaluationRequest,
  type Evaluator,
  type EvaluatorSetting,
  type TestResult,
} from "./evaluator.ts";
import type { Launcher, LaunchJob } from "./launchers/launcher.ts";
import { describeData, openStudyImages, withImageSize } from "./open-images.ts";
import { followTraining, type Training, type TrainingEnd } from "./torch/follow.ts";
import { largeBatchRecipe, type TorchRecipe } from "./torch/job.ts";
import { checkpointName, openJobFolders, shortHash, writeJob } from "./torch/job-folder.ts";
import { dropTraining, findKept, keepTraining, type Length } from "./torch/kept-trainings.ts";
import { type TorchOptions, torchOptions } from "./torch/options.ts";
import { createStartCost } from "./torch/start-cost.ts";
import { readRequirements, trainerFolder } from "./torch/trainer-package.ts";

export default defineEvaluator({
  name: "torch",
  summary:
    "Trains every design with PyTorch through a launcher (this machine, Ray, Slurm; GPUs), and the selected one at full length: model.onnx, model.py, weights and test figures.",
  source: "Made for GENIUS on PyTorch; SGD with a cosine schedule, https://arxiv.org/abs/1608.03983",
  options: torchOptions,
  // What is waited for in a cluster's queue is no training: a search goes by the clock only where that was asked for.
  trainsByTheClock: "asked",
  launcherOf: ({ launcher }) => launcher,
  describe: async (setting, options) => describeData(await openTask(options.task), setting, options),
  create,
});

/** What the Python trainer trains with. */
const trainerHas: { readonly [Name in LossName]: boolean } = { "cross-entropy": true };

/** One training, as the rest of this file speaks of it. */
interface Plan {
  readonly length: Length;
  readonly seed: number;
  readonly isFinal: boolean;
}

async function create(setting: EvaluatorSetting, options: TorchOptions): Promise<Evaluator> {
  const task = await openTask(options.task);
  if (!trainerHas[task.loss]) {
    throw new GeniusError(
      "wrong-use",
      `The PyTorch trainer has no ${task.loss}, which ${task.name} trains with. Choose --evaluator train.`,
    );
  }
  const metric = selectedMetric(task, setting.metric);
  const { space, folder, seed, onProgress, parallel = 1, byTheClock = false } = setting;
  const launcher = await openLauncher(setting);
  const { dataset, size, imageCounts, validationImages, countAt, sizeAt, cacheOf, provenance } =
    await openStudyImages({ task, metric }, setting, options);
  const epochs = planEpochs(options, imageCounts);
  const jobs = await openJobFolders(folder);
  const gpus = options.gpus ?? (launcher.capacity?.gpus ? 1 : 0);
  const cpus = options.cpus ?? Math.max(1, Math.floor((launcher.capacity?.cpus ?? 1) / parallel));

  const recipeOf = (imageCount: number, request?: EvaluationRequest): TorchRecipe => {
    const batchLimit = countAt(request?.fidelity.dataFraction01 ?? options.dataFraction01);
    // A network from outside the space has no choices, and so none of hyperparameters.
    const chosen =
      request?.proposal.network === undefined && request !== undefined
        ? space.hyperparameters?.(request.proposal.choices)
        : undefined;
    if (options.recipe === "large-batch") {
      const batchSize = Math.min(options.batchSize ?? 1024, batchLimit);
      return { ...largeBatchRecipe(batchSize), ...chosenOf(options) };
    }
    return planTraining(options, { dataset, imageCount, batchLimit }, chosen) as TorchRecipe;
  };

  const startCost = createStartCost(launcher.pollSeconds ?? 1);

  /** Of every design, where its space decides no hyperparameters. */
  const usual = recipeOf(imageCounts.search);

  /** Runs a training to its end, or finds that it has been run. */
  const train = async (request: EvaluationRequest, { length, isFinal, seed: first }: Plan) => {
    const isTimed = "seconds" in length;
    const { dataFraction01 = options.dataFraction01 } = request.fidelity;
    const imageSize = sizeAt(request.fidelity);
    const cachePath = await cacheOf(imageSize);
    const { validationFraction01 } = options;
    const parts = await openTrainingData({
      task: options.task,
      cachePath,
      validationFraction01,
      splitSeed: seed,
      dataFraction01: isFinal ? 1 : dataFraction01,
    });
    // By the clock the final training continues the search's, so its plan is the search's.
    const recipe = {
      ...((isFinal || isTimed) && { averageDecay }),
      ...recipeOf(isFinal && !isTimed ? imageCounts.final : imageCounts.search, request),
    };
    const network = withImageSize(request.network, imageSize);
    // A repeat is a training of its own.
    const { repeat = 0 } = request.proposal;
    const more = repeat > 0 && !isFinal ? [repeat] : [];
    const key = trainingKey(request.network, [recipe, dataset.hash, validationFraction01, seed, ...more]);
    const anyLength = { seconds: Number.POSITIVE_INFINITY };
    const begun =
      isFinal && !isTimed ? undefined : await findKept(jobs.folder, key, isFinal ? anyLength : length);
    const trainingSeed = begun?.seed ?? first;
    // The time that a final training has is another one after each interruption.
    const amount = !isTimed ? length.epochs : isFinal ? "the rest" : length.seconds;
    const identity = shortHash([key, amount, trainingSeed, imageSize, dataFraction01]);
    const name = `${isFinal ? "final" : request.trialNumber}-${identity}`;
    const { timeLimitSeconds, memoryLimitMb } = isFinal ? {} : options;
    // The final training runs alone.
    const threads = isFinal ? (options.cpus ?? launcher.capacity?.cpus ?? cpus) : cpus;
    const jobFolder = await writeJob(jobs, {
      name,
      network,
      parts,
      cachePath,
      job: {
        recipe,
        ...(isTimed
          ? { clock: { phase: isFinal ? ("final" as const) : ("slice" as const), seconds: length.seconds } }
          : length),
        seed: trainingSeed,
        device: gpus > 0 ? "cuda" : "cpu",
        processes: isTimed ? 1 : Math.max(1, gpus),
        ...(gpus === 0 && { threads }),
        precision: options.precision,
        compile: options.compile,
        channelsLast: gpus > 0,
        measureTest: false,
        checkpoint: checkpointName,
        ...(begun !== undefined && { continueFrom: join("..", begun.name, checkpointName) }),
        ...(isFinal && { outputFolder: "." }),
        filesInEvents: false,
        ...(timeLimitSeconds !== undefined && { timeLimitSeconds }),
        ...(memoryLimitMb !== undefined && { memoryLimitMb }),
      },
    });
    const following = {
      launcher,
      retries: options.retries,
      signal: request.signal,
      jobOf: (attempt: number): LaunchJob => ({
        key: `${jobs.runId}-${name}-${attempt}`,
        folder: jobFolder,
        command: ["python", "-m", "genius_trainer", "."],
        pythonPath: trainerFolder,
        resources: {
          gpus,
          cpus: threads,
          ...(memoryLimitMb !== undefined && { memoryMb: memoryLimitMb }),
          // The trainer keeps to the limit itself; this is for one that hangs.
          ...(timeLimitSeconds !== undefined && { timeLimitSeconds: 2 * timeLimitSeconds + 60 }),
        },
      }),
      ...(request.onEpoch && { onEpoch: request.onEpoch }),
      ...(onProgress && { onProgress }),
      wait: (milliseconds: number, signal?: AbortSignal) =>
        sleep(milliseconds, undefined, signal && { signal }).catch(() => undefined),
    };
    const training = await (isTimed
      ? startCost.follow(() => followTraining(following))
      : followTraining(following));
    const earlier = begun?.curve.filter(
      ({ epoch }) => !training.curve.some((point) => point.epoch === epoch),
    );
    const curve = [...(earlier ?? []), ...training.curve];
    return {
      training: { ...training, curve },
      network,
      parts,
      key,
      name,
      begun,
      jobFolder,
      seed: trainingSeed,
    };
  };

  if (byTheClock && gpus > 1) {
    throw new GeniusError(
      "wrong-use",
      `By the clock a training takes one GPU, and ${gpus} were asked for: leave out --gpus, or give --trials.`,
    );
  }
  /** What testing and writing the files will take after a final training by the clock: tried on random weights. */
  const handOverSeconds = async (request: EvaluationRequest): Promise<number> => {
    const parts = await openTrainingData({
      task: options.task,
      cachePath: await cacheOf(size),
      validationFraction01: options.validationFraction01,
      splitSeed: seed,
      dataFraction01: 1,
    });
    const network = withImageSize(request.network, size);
    const threads = availableParallelism();
    const { fixedSeconds, images, imageSeconds } = await rehearse({
      ...{ network, parts, threads, int8: options.int8 },
    });
    // The file is measured on the validation part too, since another program has trained it.
    return fixedSeconds + imageSeconds * (images + parts.validation.count);
  };

  return {
    metric,
    selectedOn: "validation",
    remarks: task.remarks(dataset),
    fidelity: {
      seconds: true,
      ...(byTheClock
        ? { full: {} }
        : {
            full: { epochs: epochs.search },
            ...(epochs.min < epochs.search && { epochs: { min: epochs.min, max: epochs.search } }),
          }),
    },
    recipe: describeRecipe({
      ...(!byTheClock && { epochs: epochs.search }),
      images: imageCounts.search,
      validationImages,
      plan: usual,
    }),
    provenance: {
      ...provenance,
      ...(byTheClock ? { byTheClock } : { epochs: { ...epochs } }),
      launcher: options.launcher,
      resources: { gpus, cpus },
      plan: JSON.parse(JSON.stringify(usual)),
    },
    async evaluate(request) {
      const { seconds } = request.fidelity;
      const length: Length =
        seconds === undefined ? { epochs: request.fidelity.epochs ?? epochs.search } : { seconds };
      const run = await train(request, { length, seed: request.seed, isFinal: false });
      const { training, key, name, begun, seed: begunWith } = run;
      const outcome = outcomeOf(training);
      if (outcome.kind === "scored") {
        const { metrics, curve = [] } = outcome;
        const score = scoreIn(metric, metrics);
        const kept = { key, name, ...length, score, seed: begunWith, curve: [...curve] };
        if ("seconds" in length || length.epochs < epochs.search) await keepTraining(jobs.folder, kept);
        else await dropTraining(jobs.folder, name);
        if (begun !== undefined) await dropTraining(jobs.folder, begun.name);
      } else if (outcome.kind === "failed" && outcome.reason !== "cancelled") {
        await dropTraining(jobs.folder, name);
      }
      return outcome;
    },
    async test(request): Promise<TestResult> {
      const begunAt = performance.now();
      const full = { ...request, fidelity: { dataFraction01: 1 } };
      const { seconds } = request.fidelity;
      const elapsed = () => (performance.now() - begunAt) / 1000;
      const trainingSeconds = async (all: number) =>
        Math.max(1, all - (await handOverSeconds(request)) - elapsed() - startCost.secondsOf(all));
      const length =
        seconds === undefined ? { epochs: epochs.final } : { seconds: await trainingSeconds(seconds) };
      const run = await train(full, { length, seed: request.seed, isFinal: true });
      const { end, started, curve } = run.training;
      if (end.kind !== "finished") throw finalFailure(end);
      const { accuracy01 = 0, loss = 0, weights: which } = end.event;
      const { testMetrics, files, detail } = await handOver({
        network: withImageSize(request.network, size),
        weights: await readWeights(request.network, run.jobFolder),
        parts: run.parts,
        measured: { metrics: { accuracy: accuracy01, "cross-entropy": loss }, loss },
        // In half precision a loss is not the same to many digits.
        lossTolerance01: started?.precision === "float32" ? 1e-3 : 0.05,
        averaged: which === "averaged",
        curve,
        // By the clock what it had in all, with the search's.
        ...(seconds === undefined
          ? { epochs: epochs.final }
          : { epochs: curve.at(-1)?.epoch ?? 0, seconds: curve.at(-1)?.seconds ?? 0 }),
        threads: availableParallelism(),
        int8: options.int8,
        folder: join(folder, "best"),
        metadata: {
          dataset: dataset.name,
          dataset_hash: dataset.hash,
          trial: String(request.trialNumber),
          choices: request.proposal.choices.join(","),
          space: space.name,
          seed: String(request.seed),
        },
      });
      await rm(join(run.jobFolder, checkpointName), { force: true });
      const { deviceName, torch, precision } = started ?? {};
      return {
        metrics: testMetrics,
        files: files.map((file) => `best/${file}`),
        detail: {
          ...detail,
          ...(deviceName !== undefined && { device: deviceName, torch, precision }),
          ...(end.event.imagesPerSecond !== undefined && { imagesPerSecond: end.event.imagesPerSecond }),
        },
      };
    },
    close: async () => launcher.close?.(),
  };
}

async function openLauncher(setting: EvaluatorSetting): Promise<Launcher> {
  if (setting.openLauncher === undefined) {
    throw new GeniusError("internal", "The torch evaluator was created without a launcher.");
  }
  const launcher = await setting.openLauncher();
  for (const { name, atLeast } of await readRequirements()) await launcher.requirePackage?.(name, atLeast);
  return launcher;
}

/** What a person said of the recipe, which comes before a recipe's own. */
function chosenOf({ learningRate }: TorchOptions): Partial<TorchRecipe> {
  return learningRate === undefined ? {} : { learningRate };
}

function outcomeOf({ end, curve, milliseconds, epochsRun }: Training): Evaluation {
  const spent = { milliseconds, epochs: epochsRun };
  const failed = (reason: Extract<Evaluation, { kind: "failed" }>["reason"], detail: string): Evaluation => ({
    kind: "failed",
    reason,
    detail,
    curve,
    spent,
  });
  switch (end.kind) {
    case "finished": {
      const { accuracy01, loss } = end.event;
      if (accuracy01 === undefined) return failed("crashed", "the trainer measured nothing on validation");
      const metrics = { accuracy: accuracy01, ...(loss !== undefined && { "cross-entropy": loss }) };
      return { kind: "scored", metrics, curve, spent };
    }
    case "diverged":
    case "timeout":
    case "crashed":
      return failed(end.kind, end.detail);
    case "out-of-memory":
      return failed("crashed", `out of memory: ${end.detail}`);
    case "cancelled":
      return failed("cancelled", "stopped before its end");
    case "fatal":
      throw end.error;
    default:
      throw new GeniusError("internal", `Unknown end "${(end satisfies never as TrainingEnd).kind}".`);
  }
}

/** What the trainer left. */
async function readWeights(network: Network, jobFolder: string): Promise<Weights> {
  const path = join(jobFolder, "weights.safetensors");
  const bytes = await readFile(path).catch((thrown) => {
    if (systemCodeOf(thrown) !== "ENOENT") throw fileError(thrown, path, "read");
    throw new GeniusError(
      "training-failed",
      `The final training finished, and its ${path} is not here: the machine that trained does not share this folder. Put the run (--out) into a folder that all machines see, then run "genius resume".`,
    );
  });
  return decodeWeights(network, bytes);
}

function finalFailure(end: TrainingEnd): GeniusError {
  if (end.kind === "fatal") return end.error;
  const detail = "detail" in end ? end.detail : "it was stopped";
  return new GeniusError(
    "training-failed",
    `The final training of the selected design did not finish: ${detail}. "genius resume" continues after its last whole epoch.`,
  );
}
