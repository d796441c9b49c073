// One given network, trained at full length, tested once and handed over as files: the end of a search without the search.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { counted } from "../base/units.ts";
import { type Given, loadEvaluator, loadLauncher, loadSpace, resolveOptions } from "../catalog/load.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import { fittingWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import { inferShapes } from "../graph/shapes.ts";
import type { Metrics } from "../metrics/metric.ts";
import { violationInWords } from "../report/index.ts";
import { refuseSearchFolder, writeTrainedNetwork } from "../runs/trained-network.ts";
import { networkViolations } from "../search/constraints/create-domain.ts";
import type { Choices, ImageTask, Limits, Space } from "../search/space.ts";
import type { EpochPoint } from "../search/trial.ts";
import { type Design, isNetwork, openDesign, type Subject } from "./design.ts";
import { fitSpace } from "./fit-space.ts";
import { limitsOf } from "./limits.ts";
import { openReference, type ReferenceDesign } from "./reference.ts";
import { impliedBy } from "./resolve-config.ts";
import { type MemberOptions, type SearchLimits, settingsOf } from "./search-options.ts";

/** How `train` trains. Only `data` and `out` are needed. */
export interface TrainOptions {
  /** A folder of class folders, CIFAR binary, IDX or Parquet files, or `digits`. */
  readonly data: string;
  /** The folder of the result; a training that was stopped continues in the same folder. */
  readonly out: string;
  /** An evaluator that trains: a name, a file, or an object; `train` by default. */
  readonly evaluator?: Given<EvaluatorDefinition> | undefined;
  /** Of the evaluator, such as `finalEpochs`, `batchSize`, `int8`. */
  readonly evaluatorOptions?: MemberOptions | undefined;
  readonly launcherOptions?: MemberOptions | undefined;
  /** A .safetensors file that the training begins with, as `importNetwork` writes it; what it does not have begins at random. */
  readonly weights?: string | undefined;
  /**
   * What a network or a design must keep to be trained; where they limit memory in 8 bits, `int8` is on. A reference is fitted to
   * limits of its own.
   */
  readonly limits?: SearchLimits | undefined;
  /** The wall time of it all, in minutes: opening the images, training, test and files. By epochs where it is absent. */
  readonly minutes?: number | undefined;
  /** Seeds the weights, the order of the data and the split; 1 by default. */
  readonly seed?: number | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Aborting it rejects; the same call continues after the last whole epoch. */
  readonly signal?: AbortSignal | undefined;
  /** Places of data and caches; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export type TrainEvent =
  /** Something slow before the training, such as the opening of images. */
  | { readonly kind: "preparing"; readonly text: string }
  | { readonly kind: "epoch"; readonly point: EpochPoint };

export interface TrainResult {
  readonly network: Network;
  readonly folder: string;
  /** Paths of what was written: `best/model.onnx` and more, below the folder. */
  readonly files: readonly string[];
  /** On test data, measured once, by the name of the metric. */
  readonly testMetrics: Metrics;
  /** The accuracy among them, in [0, 1]; undefined where the evaluator did not measure it. */
  readonly testAccuracy01: number | undefined;
  /** What else the evaluator says: loss, validation accuracy, size of the model file. */
  readonly test: JsonObject;
  /** Epochs of this call; those of an earlier one that it went on from are in `best/test.json`. */
  readonly curve: readonly EpochPoint[];
}

/**
 * Trains one network, one design of a space, or a reference fitted to limits at full length, as a search does with the design that it selects, tests it
 * once and writes `model.onnx`, `model.py`, weights and figures.
 *
 * A design's space is fitted to the images, unless it is open already. Images are brought to the network's size; its channels and
 * classes must be those of the data.
 *
 * @throws GeniusError `wrong-use` where network and images do not fit, `infeasible` outside the limits, `bad-data` and `not-found` for data that cannot be
 *   read, `training-failed` when the training does not finish.
 * @example
 * ```ts
 * import { search, train } from "genius-nas";
 *
 * const { best } = await search({ data: "digits", limits: { maxParams: "20k" }, budget: { trials: 5 } });
 * const shelf = await train({ reference: "resnet-8", limits: { maxParams: "20k" } }, { data: "digits", out: "shelf" });
 * const longer = await train(best!.network, { data: "digits", out: "longer", evaluatorOptions: { finalEpochs: 60 } });
 * ```
 */
export async function train(subject: Subject | ReferenceDesign, options: TrainOptions): Promise<TrainResult> {
  const { data, out, seed = 1, minutes, weights, onEvent, environment = process.env } = options;
  const started = performance.now();
  const limits = limitsOf(settingsOf({ limits: options.limits ?? {} }));
  if (minutes !== undefined && !(minutes > 0 && Number.isFinite(minutes)))
    throw new GeniusError("wrong-use", `minutes must be a number above 0, received ${minutes}.`);
  refuseSearchFolder(out);
  const onProgress = (text: string) => onEvent?.({ kind: "preparing", text });
  const signal = options.signal ?? new AbortController().signal;
  const definition = await loadEvaluator(options.evaluator ?? "train");
  const evaluatorOptions = resolveOptions(
    definition.options,
    { ...impliedBy(limits, definition), ...options.evaluatorOptions },
    `the evaluator ${definition.name}`,
  );
  const imagesOf = async () =>
    (await definition.describe?.({ dataset: data, environment, onProgress, signal }, evaluatorOptions))
      ?.images;
  const { space, choices } = await openSubject(subject, imagesOf, onProgress);
  signal.throwIfAborted();
  const network = space.decode(choices);
  refuseOutside(network, limits);
  if (weights !== undefined) {
    if (definition.beginsWithWeights !== true)
      throw new GeniusError(
        "wrong-use",
        `The evaluator ${definition.name} cannot begin with given weights: train with "train".`,
      );
    onProgress(await beginWords(network, weights));
  }
  const launcher = definition.launcherOf?.(evaluatorOptions);
  const evaluator = await definition.create(
    {
      ...{ space, dataset: data, folder: out, seed, environment, onProgress, signal },
      byTheClock: minutes !== undefined,
      ...(weights !== undefined && { weights }),
      ...(launcher !== undefined && {
        async openLauncher() {
          const { options: schema, create } = await loadLauncher(launcher);
          const of = `the launcher ${launcher}`;
          const own = resolveOptions(schema, options.launcherOptions ?? {}, of);
          return create({ folder: out, environment, onProgress }, own);
        },
      }),
    },
    evaluatorOptions,
  );
  const curve: EpochPoint[] = [];
  try {
    if (evaluator.test === undefined) {
      throw new GeniusError("wrong-use", `The evaluator ${definition.name} has no final training.`);
    }
    if (minutes !== undefined && evaluator.fidelity.seconds === undefined) {
      throw new GeniusError(
        "wrong-use",
        `The evaluator ${definition.name} cannot train by the clock: leave out the minutes, or train with "train".`,
      );
    }
    // What is over already leaves a second, in which the training says that it was too short.
    const secondsLeft = () => Math.max(1, 60 * (minutes ?? 0) - (performance.now() - started) / 1000);
    const tested = await evaluator.test({
      ...{ trialNumber: 1, proposal: { choices, fidelity: {}, by: "train" }, network, seed, signal },
      fidelity: minutes === undefined ? evaluator.fidelity.full : { seconds: secondsLeft() },
      onEpoch(point) {
        curve.push(point);
        onEvent?.({ kind: "epoch", point });
      },
    });
    const files = (tested.files ?? []).map((name) => join(out, name));
    const kept = await writeTrainedNetwork(out, network);
    return {
      ...{ network, folder: out, test: tested.detail ?? {}, curve },
      ...{ testMetrics: tested.metrics, testAccuracy01: tested.metrics.accuracy },
      files: [...files, kept],
    };
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    await evaluator.close?.();
  }
}

/** @throws GeniusError `infeasible` that says which limits the network breaks. */
function refuseOutside(network: Network, limits: Limits): void {
  const broken = networkViolations(network, limits);
  if (broken.length === 0) return;
  throw new GeniusError(
    "infeasible",
    `${network.name} is outside the limits: ${broken.map(violationInWords).join("; ")}. Make it smaller or larger, or change the limits; nothing was trained.`,
  );
}

/** How much of the network begins with the weights of a file. */
async function beginWords(network: Network, file: string): Promise<string> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
  const { weights, missing } = fittingWeights(network, bytes);
  const rest =
    missing.length === 0
      ? ""
      : `; at random begins what it does not have: ${missing.slice(0, 4).join(", ")}${missing.length > 4 ? " …" : ""}`;
  return `Begins with ${counted(weights.size, "tensor")} of ${file}${rest}.`;
}

type Images = () => Promise<ImageTask | undefined>;

interface Opened {
  readonly space: Space;
  readonly choices: Choices;
}

async function openSubject(
  subject: Subject | ReferenceDesign,
  imagesOf: Images,
  onProgress: (text: string) => void,
): Promise<Opened> {
  if (!("reference" in subject)) {
    return isNetwork(subject)
      ? { space: spaceOfOne(subject), choices: [] }
      : fittedDesign(subject, imagesOf, onProgress);
  }
  const images = await imagesOf();
  if (images === undefined) {
    throw new GeniusError("wrong-use", "A reference is fitted to images, and this evaluator has none.");
  }
  return { space: spaceOfOne((await openReference(subject, images)).network), choices: [] };
}

/** A design in its space, which is fitted to the images where it is not open yet. */
async function fittedDesign(
  design: Design,
  imagesOf: Images,
  onProgress: (text: string) => void,
): Promise<Opened> {
  if (typeof design.space === "object" && "decode" in design.space) return openDesign(design);
  const definition = await loadSpace(design.space);
  const images = definition.fit === undefined ? undefined : await imagesOf();
  const fitted = images === undefined ? {} : fitSpace(definition, images, { onProgress });
  return openDesign({ ...design, space: definition }, fitted);
}

/** A space with no decisions, whose only design is the network. */
function spaceOfOne(network: Network): Space {
  const first = network.nodes[0]?.op;
  const last = [...inferShapes(network.nodes).values()].at(-1);
  if (first?.kind !== "input" || last === undefined || last[1] !== 1 || last[2] !== 1) {
    throw new GeniusError(
      "wrong-use",
      `${network.name} cannot be trained as a classifier: its first node must be the input, and its last one must give one score per class.`,
    );
  }
  return {
    name: network.name,
    summary: `The network ${network.name}.`,
    input: first.shape,
    classCount: last[0],
    decisions: [],
    firstDigit: 0,
    decode: () => network,
  };
}
