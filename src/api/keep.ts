// Keeps a run's network for later searches: it and a hand-designed one are trained again with seeds of their own, for equally long,
// and it is kept if it is better beyond the noise of these trainings. Nothing else is kept.
import { basename, join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { counted } from "../base/units.ts";
import {
  addKept,
  isConfirmed,
  type KeptNetwork,
  keptFile,
  minSeeds,
  nameFault,
  readKept,
} from "../catalog/experience/kept-networks.ts";
import { networkFor } from "../catalog/experience/offers.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { designText, printIfSayable, readNetwork } from "../language/index.ts";
import { mean } from "../math/statistics.ts";
import { type Metric, scoreIn } from "../metrics/index.ts";
import { type OpenRun, openRun } from "../runs/open-run.ts";
import { plannedEpochs } from "../runs/run-time.ts";
import { readTestMetrics } from "../runs/trained-files.ts";
import { designName, isReference, networkOf } from "../search/proposed-network.ts";
import { nameInWords } from "../search/references/reference.ts";
import { isScored, type ScoredTrial } from "../search/trial.ts";
import { assemble } from "./assemble.ts";
import { referenceOf } from "./baselines.ts";
import type { Sitting } from "./search-options.ts";
import { type TrainEvent, train } from "./train.ts";

export interface KeepOptions extends Pick<Sitting, "environment" | "signal"> {
  /** Of the run; the selected one by default. */
  readonly trial?: number | undefined;
  /** Trainings of each of the two networks, at least 3, which is the default. */
  readonly seeds?: number | undefined;
  /** Of `genius list references`; by default what the run was compared with. */
  readonly reference?: string | undefined;
  /** Wall minutes of each training; by default as long as the whole run, if it went by the clock, else the epochs of its final training. */
  readonly minutes?: number | undefined;
  /** What later searches call it; by default the dataset's name with a number. */
  readonly name?: string | undefined;
  readonly onEvent?: ((event: KeepEvent) => void) | undefined;
}

export type KeepEvent =
  | { readonly kind: "preparing"; readonly text: string }
  /** Before the first training. */
  | ({ readonly kind: "plan" } & KeepPlan)
  /** A training of `of` ended; `value` is its figure on test data. */
  | {
      readonly kind: "trained";
      readonly network: string;
      readonly seed: number;
      readonly value: number;
      readonly done: number;
      readonly of: number;
      /** About how long the others take, in ms; undefined while nothing tells it. */
      readonly leftMs: number | undefined;
    }
  | (TrainEvent & { readonly kind: "epoch"; readonly network: string; readonly seed: number });

/** What is going to be trained. */
export interface KeepPlan {
  readonly trial: number;
  /** The network, and the one beside it. */
  readonly networks: readonly [PlannedNetwork, PlannedNetwork];
  readonly seeds: readonly number[];
  /** Wall time of each training; absent where they go by epochs. */
  readonly minutes?: number;
  /** Of each training that goes by epochs, where the evaluator says it. */
  readonly epochs?: number;
  /** All of them, and those that an earlier call has finished. */
  readonly trainings: number;
  readonly done: number;
}

export interface PlannedNetwork {
  readonly name: string;
  readonly paramCount: number;
  readonly macCount: number;
}

export interface KeepResult {
  /** What was measured, as it is kept. */
  readonly entry: KeptNetwork;
  readonly metric: Metric;
  /** The file of kept networks; undefined where the network is not better beyond the noise, and so was not kept. */
  readonly file: string | undefined;
}

/**
 * Confirms a run's network over seeds, and keeps it for later searches if it is better than a hand-designed network beyond the noise
 * (Welch's 95 % interval over the seeds, on test data). Both are trained from random weights on the run's data with the same new seeds,
 * equally long; the files are in `kept/` of the run's folder, and a call that was stopped continues. A search by the clock on similar images
 * then tries it, fitted to its limits.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `wrong-use` for a network that is hand-designed, cannot be said as a
 *   text, is there already or is not trained, and what `train` throws.
 * @example
 * ```ts
 * import { keep } from "genius-nas";
 *
 * const { file, entry } = await keep("runs/first", { seeds: 5 });
 * ```
 */
export async function keep(folder: string, options: KeepOptions = {}): Promise<KeepResult> {
  const { environment = process.env, seeds: seedCount = minSeeds, onEvent } = options;
  if (!(Number.isInteger(seedCount) && seedCount >= minSeeds))
    throw new GeniusError(
      "wrong-use",
      `At least ${minSeeds} seeds confirm anything; ${seedCount} was given.`,
    );
  keptFile(environment);
  const { networks: known, faults } = await readKept(environment);
  for (const text of faults) onEvent?.({ kind: "preparing", text: `Left out: ${text}` });
  const run = await openRun(folder);
  const { config } = run.journal.header;
  const { metric } = config;
  const called = options.name ?? freeName(known, config.dataset);
  const badName = nameFault(called, known);
  if (badName !== undefined)
    throw new GeniusError("wrong-use", `${badName.replace(/^another/, "Another")}. Choose another --name.`);
  const trial = trialOf(run, options.trial);
  const network = networkOf(run.space, trial.proposal);
  const text = textWithoutData(run, trial, network);
  const dataset = basename(config.dataset);
  const same = known.find((entry) => entry.on.dataset === dataset && isSame(entry, network, run));
  if (same !== undefined)
    throw new GeniusError("wrong-use", `This network is kept already, as ${same.name}.`);
  const { other, epochs } = await otherOf(run, options);
  if (canonicalKey(other.network) === canonicalKey(network))
    throw new GeniusError(
      "wrong-use",
      `Trial ${trial.number} is the network that it would be compared with, ${other.name}: name another with --reference.`,
    );
  // Of their own: the network was selected with the run's.
  const seeds = Array.from({ length: seedCount }, (_, index) => config.seed + 1 + index);
  const minutes = options.minutes ?? config.minutes;
  const { paramCount, macCount } = networkCost(network);
  const own = { name: `trial ${trial.number}`, subject: subjectOf(run, trial, network) };
  const beside = { name: other.name, subject: other.network };
  const length = minutes === undefined ? "by-epochs" : `${minutes}-min`;
  const trainings = await Promise.all(
    seeds.flatMap((seed) =>
      [own, beside].map(async (one) => {
        const out = join(folder, "kept", length, `seed-${seed}`, one.name.replace(" ", "-"));
        // What was finished before a call was stopped is not trained again.
        return { ...one, seed, out, found: await readTestMetrics(out) };
      }),
    ),
  );
  onEvent?.({
    kind: "plan",
    ...{ trial: trial.number, seeds, trainings: trainings.length },
    networks: [
      { name: designName(run.space, trial.proposal), paramCount, macCount },
      { name: other.name, paramCount: other.paramCount, macCount: other.macCount },
    ],
    ...(minutes === undefined ? epochs !== undefined && { epochs } : { minutes }),
    done: trainings.filter(({ found }) => found !== undefined).length,
  });
  const scores = { own: [] as number[], beside: [] as number[] };
  const took: number[] = [];
  for (const [index, { name, subject, seed, out, found }] of trainings.entries()) {
    const begun = performance.now();
    const testMetrics =
      found ??
      (
        await train(subject, {
          ...{ data: config.dataset, out, seed },
          ...{ evaluator: config.evaluator, evaluatorOptions: config.evaluatorOptions },
          ...(config.launcherOptions !== undefined && { launcherOptions: config.launcherOptions }),
          ...{ minutes, environment, signal: options.signal },
          onEvent: (event) => onEvent?.(event.kind === "epoch" ? { ...event, network: name, seed } : event),
        })
      ).testMetrics;
    if (found === undefined) took.push(performance.now() - begun);
    const left = trainings.slice(index + 1).filter((training) => training.found === undefined).length;
    onEvent?.({
      kind: "trained",
      ...{ network: name, seed, value: testMetrics[metric.name] as number },
      ...{ done: index + 1, of: trainings.length },
      leftMs: leftOf(left, { minutes, took }),
    });
    (name === own.name ? scores.own : scores.beside).push(scoreIn(metric, testMetrics));
  }
  const entry: KeptNetwork = {
    ...{ name: called, text, paramCount, macCount },
    on: { dataset, input: [...run.space.input], classCount: run.space.classCount },
    metric: { ...metric },
    training:
      minutes !== undefined
        ? `for ${minutes} min`
        : epochs === undefined
          ? "by epochs"
          : `for ${counted(epochs, "epoch")}`,
    against: { name: other.name, paramCount: other.paramCount, macCount: other.macCount },
    ...{ seeds, scores: scores.own, scoresAgainst: scores.beside },
    date: new Date().toISOString().slice(0, 10),
    source: folder,
  };
  return { entry, metric, file: isConfirmed(entry) ? await addKept(environment, entry) : undefined };
}

/** About how long that many trainings take. */
function leftOf(
  count: number,
  { minutes, took }: { readonly minutes: number | undefined; readonly took: readonly number[] },
): number | undefined {
  if (count === 0) return 0;
  if (minutes !== undefined) return count * 60_000 * minutes;
  return took.length === 0 ? undefined : count * mean(took);
}

/** Whether an entry is that network, on the images of the run. */
function isSame(entry: KeptNetwork, network: Network, { space }: OpenRun): boolean {
  const kept = networkFor(entry, space);
  return kept !== undefined && canonicalKey(kept) === canonicalKey(network);
}

/** @throws GeniusError `wrong-use` for a trial that cannot be kept. */
function trialOf({ journal, folder }: OpenRun, number: number | undefined): ScoredTrial {
  const trial = number === undefined ? journal.selected : journal.trials.find((one) => one.number === number);
  if (trial === undefined || !isScored(trial))
    throw new GeniusError(
      "wrong-use",
      number === undefined
        ? `Nothing was scored in ${folder}, so there is nothing to keep.`
        : `There is no trial ${number} with a score in ${folder}: "genius show ${folder} --all" lists them.`,
    );
  if (isReference(trial.proposal))
    throw new GeniusError(
      "wrong-use",
      `Trial ${trial.number} is ${nameInWords(trial.proposal.network?.name ?? "")}, which the search did not find: name a design with --trial N ("genius show ${folder} --all" lists them).`,
    );
  return trial;
}

/** What it is compared with, on images that are trained on, and the epochs of a final training that goes by them. */
async function otherOf({ journal, folder }: OpenRun, options: KeepOptions) {
  const { environment = process.env, onEvent } = options;
  const { model: _, ...asked } = journal.header.config;
  const parts = await assemble(
    { ...asked, strategy: "random", strategyOptions: {} },
    { folder, environment, onProgress: (text) => onEvent?.({ kind: "preparing", text }) },
  );
  try {
    if (parts.isLookedUp || parts.evaluator.test === undefined)
      throw new GeniusError(
        "wrong-use",
        `The evaluator ${asked.evaluator} trains no network to its end, so nothing can be confirmed over seeds.`,
      );
    const epochs = plannedEpochs(parts.evaluator.provenance)?.final;
    return { other: await referenceOf(journal, parts, options.reference), epochs };
  } finally {
    await parts.close();
  }
}

const subjectOf = ({ space }: OpenRun, { proposal }: ScoredTrial, network: Network) =>
  proposal.network === undefined ? { space, choices: proposal.choices } : network;

/**
 * The network as a text that fits other images: without its input, and with a score a class.
 * @throws GeniusError `wrong-use` where no text says all of it.
 */
function textWithoutData({ space }: OpenRun, { number, proposal }: ScoredTrial, network: Network): string {
  const isDesign = proposal.network === undefined;
  if (isDesign && space.hyperparameters !== undefined)
    throw new GeniusError(
      "wrong-use",
      `Trial ${number} is a network and hyperparameters of its training, which no text says, so it cannot be kept.`,
    );
  const written = (isDesign ? designText(space, proposal.choices) : undefined) ?? printIfSayable(network);
  if (written === undefined)
    throw new GeniusError("wrong-use", `The network of trial ${number} cannot be said as a text.`);
  const bare = written
    .replaceAll(/^[ \t]*(?:name|input)[ \t].*\n/gm, "")
    .replace(/\blinear \d+\s*$/, "linear classes\n");
  const { input, classCount } = space;
  try {
    const read = readNetwork(bare, { input, classCount });
    return canonicalKey(read) === canonicalKey(network) ? bare : written;
  } catch (thrown) {
    if (thrown instanceof GeniusError) return written;
    throw thrown;
  }
}

/** The dataset's, with a number. */
function freeName(known: readonly KeptNetwork[], dataset: string): string {
  const words = basename(dataset)
    .replaceAll(/[^\w-]+/g, "-")
    .replace(/^[^a-z0-9]+/i, "");
  const stem = words.slice(0, 40) || "network";
  let number = 1;
  while (known.some(({ name }) => name === `${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
