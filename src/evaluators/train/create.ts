// Trains each proposed network in a worker process of this machine, and the selected one at full length, as files to be
// used. This file turns requests into jobs and their ends into outcomes.
//
// Reproducible by epochs: the same seed, thread count and machine give the same weights, curve and accuracy, bit for
// bit, also when a final training was interrupted and resumed. Times and latencies are measured and vary, and with
// them everything that goes by the clock.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { env as runtime } from "onnxruntime-node";
import sharp from "sharp";
import { GeniusError } from "../../base/errors.ts";
import { counted } from "../../base/units.ts";
import { checkExecutionProvider } from "../../engine/index.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { loadOwnMetric, scoreIn } from "../../metrics/index.ts";
import type { Evaluation } from "../../search/trial.ts";
import { openTask, selectedMetric } from "../../tasks/index.ts";
import { type Length, openCheckpoints, trainingKey } from "../../training/checkpoints.ts";
import type { ClockTraining, Training } from "../../training/job.ts";
import type { TrainOptions } from "../../training/options.ts";
import { planEpochs, planTraining, usefulThreads } from "../../training/plan.ts";
import { describeRecipe } from "../../training/recipe-words.ts";
import { createWorkerPool, type JobEnd } from "../../training/worker-pool.ts";
import { createDeviceMeter } from "../device-meter.ts";
import type { EvaluationRequest, Evaluator, EvaluatorSetting, TestResult } from "../evaluator.ts";
import { openStudyImages, withImageSize } from "../open-images.ts";

export async function createTrainEvaluator(
  setting: EvaluatorSetting,
  options: TrainOptions,
): Promise<Evaluator> {
  const { space, folder, seed, byTheClock = false } = setting;
  const task = await openTask(options.task);
  const metricFile = setting.metric?.file;
  const metric =
    metricFile === undefined
      ? selectedMetric(task, setting.metric)
      : { ...(await loadOwnMetric(metricFile)), file: metricFile };
  await checkExecutionProvider(options.executionProvider ?? "cpu");
  const { dataset, imageCounts, validationImages, countAt, sizeAt, cacheOf, provenance } =
    await openStudyImages({ task, metric }, setting, options);
  const epochs = planEpochs(options, imageCounts);
  /** Of every design, where its space decides no hyperparameters. */
  const usual = planTraining(options, { dataset, imageCount: imageCounts.search });
  const cores = availableParallelism();
  const share = Math.max(1, Math.floor(cores / (setting.parallel ?? 1)));
  const threads = options.threads === undefined ? undefined : Math.min(options.threads, cores);
  if (threads !== options.threads)
    setting.onProgress?.(
      `Trainings use ${counted(cores, "thread")} instead of ${options.threads}: this machine has no more cores.`,
    );
  const threadsOf = (network: Network, { batchSize }: Training["plan"], max: number) =>
    threads ?? usefulThreads(networkCost(network).macCount * batchSize, max);
  const pool = createWorkerPool();
  const meter =
    options.measure === undefined
      ? undefined
      : createDeviceMeter({
          command: options.measure,
          timeLimitMs: 1000 * (options.measureSeconds ?? 60),
          repeats: options.measureRepeats ?? 3,
        });
  if (options.measure !== undefined)
    setting.onProgress?.(`The latency of each design is measured by: ${options.measure}`);
  const store = await openCheckpoints(join(folder, "checkpoints"));

  const trainingOf = async (
    request: EvaluationRequest,
    imageCount = imageCounts.search,
  ): Promise<Training | ClockTraining> => {
    const { dataFraction01 = options.dataFraction01, seconds } = request.fidelity;
    const imageSize = sizeAt(request.fidelity);
    const { proposal } = request;
    // A network from outside the space has no choices, and so none of hyperparameters.
    const chosen = proposal.network === undefined ? space.hyperparameters?.(proposal.choices) : undefined;
    const network = withImageSize(request.network, imageSize);
    const plan = planTraining(options, { dataset, imageCount, batchLimit: countAt(dataFraction01) }, chosen);
    return {
      network,
      data: {
        task: options.task,
        ...(metricFile !== undefined && { metricFile }),
        cachePath: await cacheOf(imageSize),
        validationFraction01: options.validationFraction01,
        splitSeed: seed,
        dataFraction01,
      },
      plan,
      metric,
      ...(seconds === undefined ? { epochs: request.fidelity.epochs ?? epochs.search } : { seconds }),
      seed: request.seed,
      threads: threadsOf(network, plan, share),
      ...(options.timeLimitSeconds !== undefined && { timeLimitMs: options.timeLimitSeconds * 1000 }),
      ...(options.memoryLimitMb !== undefined && { memoryLimitBytes: options.memoryLimitMb * 1e6 }),
    };
  };
  const keyOf = ({ plan, data }: Training | ClockTraining, network: Network, more: readonly number[] = []) =>
    trainingKey(network, [plan, dataset.hash, data.validationFraction01, data.splitSeed, more]);
  /** The longest training of the network that it inherits from; undefined where that was not kept. */
  const heirOfRequest = async (
    { parent, fidelity }: EvaluationRequest,
    training: Training | ClockTraining,
  ) => {
    if (parent === undefined) return undefined;
    const any = Number.POSITIVE_INFINITY;
    const length = "seconds" in training ? { seconds: any } : { epochs: any };
    const stored = await store.find(keyOf(training, parent), length);
    return stored?.isReached === true
      ? { path: stored.path, network: withImageSize(parent, sizeAt(fidelity)) }
      : undefined;
  };
  /** By the clock it continues the search's longest training of the same network, so its plan is the search's. */
  const finalTrainingOf = async (request: EvaluationRequest) => {
    const { seconds } = request.fidelity;
    const full = { dataFraction01: 1, ...(seconds === undefined ? { epochs: epochs.final } : { seconds }) };
    const imageCount = seconds === undefined ? imageCounts.final : imageCounts.search;
    const { timeLimitMs, ...unlimited } = await trainingOf({ ...request, fidelity: full }, imageCount);
    const training = { ...unlimited, threads: threadsOf(unlimited.network, unlimited.plan, cores) };
    if ("seconds" in training) {
      const key = keyOf(training, request.network);
      const longest = await store.find(key, { seconds: Number.POSITIVE_INFINITY });
      return { training, key, from: longest?.path };
    }
    const key = keyOf(training, request.network, [training.epochs, training.seed, training.threads]);
    return { training, key, from: undefined };
  };
  const watchOf = ({ signal, onEpoch }: EvaluationRequest) => ({ signal, ...(onEpoch && { onEpoch }) });

  return {
    metric,
    selectedOn: "validation",
    keepsWeights: true,
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
      ...(threads !== undefined && { threads }),
      cores,
      plan: JSON.parse(JSON.stringify(usual)),
      packages: {
        onnxruntime: runtime.versions.node ?? runtime.versions.common,
        sharp: sharp.versions.sharp,
      },
    },
    async evaluate(request) {
      const started = performance.now();
      const training = await trainingOf(request);
      // A repeat is a training of its own; the first continues from shorter ones of before.
      const { repeat = 0 } = request.proposal;
      const key = keyOf(training, request.network, repeat > 0 ? [repeat] : []);
      const length: Length = training;
      const begun = await store.find(key, length);
      const asked = "seconds" in training ? training.seconds : training.epochs;
      const measured = await meter?.measure(training.network, request.signal);
      if (measured !== undefined && measured.kind !== "measured") {
        const spent = { milliseconds: performance.now() - started };
        return measured.kind === "cancelled"
          ? { kind: "failed", reason: "cancelled", detail: "stopped before its end", spent }
          : { kind: "failed", reason: "crashed", detail: measured.detail, spent };
      }
      // Only a training that may be asked to continue or leave its weights to another is kept, and one that is there already
      // (its trial was stopped before it was recorded) is there.
      const isThere = begun?.isReached === true && begun.length === asked;
      const mayLeave = request.proposal.network !== undefined;
      const mayGoOn = !isThere && ("seconds" in training || training.epochs < epochs.search || mayLeave);
      const heirOf = begun === undefined ? await heirOfRequest(request, training) : undefined;
      const end = await pool.run(
        {
          kind: "evaluate",
          training: {
            ...training,
            ...(begun !== undefined && { from: begun.path }),
            ...(heirOf && { heirOf }),
          },
          ...(options.maxLatencyMs !== undefined && { maxLatencyMs: options.maxLatencyMs }),
          ...(measured !== undefined && { latencyMs: measured.latencyMs }),
          ...(mayGoOn && { keep: store.pathOf(key, length) }),
        },
        {
          ...watchOf(request),
          ...(training.timeLimitMs !== undefined && { patienceMs: 2 * training.timeLimitMs + 60_000 }),
        },
      );
      if (mayGoOn && end.kind === "trained") await store.keep(key, length, scoreIn(metric, end.metrics));
      // A stopped one is continued from what it wrote; a failed one is not.
      else if (mayGoOn && end.kind !== "cancelled") await store.drop(key, length);
      const { classNames } = dataset;
      const outcome = outcomeOf(end, { options, classNames, milliseconds: performance.now() - started });
      const isOrphan = request.parent !== undefined && begun === undefined && heirOf === undefined;
      return isOrphan && outcome.kind === "scored" ? { ...outcome, remark: orphanWords } : outcome;
    },
    async test(request): Promise<TestResult> {
      const begunAt = Date.now();
      const { training, from, key } = await finalTrainingOf(request);
      const { proposal } = request;
      const end = await pool.run(
        {
          kind: "finish",
          training: {
            ...training,
            ...(from !== undefined && { from }),
            ...(setting.weights !== undefined && { begin: setting.weights }),
          },
          begunAt,
          keep: await store.finalPathOf(key),
          folder: join(folder, "best"),
          ...(options.int8 && { int8: true }),
          metadata: {
            dataset: dataset.name,
            dataset_hash: dataset.hash,
            trial: String(request.trialNumber),
            choices: proposal.choices.join(","),
            ...(proposal.network !== undefined && { network: proposal.network.name }),
            space: space.name,
            seed: String(request.seed),
          },
        },
        watchOf(request),
      );
      if (end.kind !== "finished") throw finalFailure(end);
      const { testMetrics, files, detail } = end.result;
      return { metrics: testMetrics, files: files.map((name) => `best/${name}`), detail };
    },
    close: () => pool.close(),
  };
}

const orphanWords = "its parent's weights were not kept, so it began with fresh ones";

/** The errors that would meet every further trial as well, and so end the study. */
const fatalCodes = new Set(["disk-full", "no-permission", "not-found", "bad-data", "wrong-use"]);

function outcomeOf(
  end: JobEnd,
  {
    options,
    classNames,
    milliseconds,
  }: {
    readonly options: TrainOptions;
    readonly classNames: readonly string[];
    readonly milliseconds: number;
  },
): Evaluation {
  const failed = (reason: Extract<Evaluation, { kind: "failed" }>["reason"], detail: string): Evaluation => ({
    kind: "failed",
    reason,
    detail,
    ...("curve" in end && { curve: end.curve }),
    spent: { milliseconds, ...("epochsRun" in end && { epochs: end.epochsRun }) },
  });
  switch (end.kind) {
    case "trained": {
      const { metrics, curve, latencyMs, epochsRun } = end;
      const nameOf = (label: number) => classNames[label] ?? String(label);
      const confused = end.confused?.map(({ actual, predicted, images }) => ({
        ...{ actual: nameOf(actual), predicted: nameOf(predicted), images },
      }));
      return {
        ...{ kind: "scored", metrics, curve, latencyMs },
        ...(confused !== undefined && { confused }),
        spent: { milliseconds, epochs: epochsRun },
      };
    }
    case "too-slow": {
      const limit = options.maxLatencyMs ?? Number.POSITIVE_INFINITY;
      const violations = [{ quantity: "latencyMs", value: end.latencyMs, bound: "max", limit } as const];
      return { kind: "infeasible", violations, spent: { milliseconds } };
    }
    case "diverged":
    case "timeout":
      return failed(end.kind, end.detail);
    case "out-of-memory":
      return failed("crashed", end.detail);
    case "cancelled":
      return failed("cancelled", "stopped before its end");
    case "crashed":
      if (fatalCodes.has(end.error.code)) throw end.error;
      return failed("crashed", end.error.message);
    case "finished":
      throw new GeniusError("internal", "A trial cannot end as a final training.");
    default:
      throw new GeniusError("internal", `Unknown end "${(end satisfies never as JobEnd).kind}".`);
  }
}

function finalFailure(end: JobEnd): GeniusError {
  if (end.kind === "crashed") return end.error;
  const detail = "detail" in end ? end.detail : "it was stopped";
  return new GeniusError(
    "training-failed",
    `The final training of the selected design did not finish: ${detail}. "genius resume" continues after its last whole epoch.`,
  );
}
