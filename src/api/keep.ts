// Into the book of blocks: a run's network and a hand-designed one are trained again with seeds of their own, for equally long,
// and the network is kept if it is better beyond the noise of these trainings. Nothing else leads into the book.
import { basename, join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import {
  addBlock,
  type Block,
  blockName,
  isConfirmed,
  minSeeds,
  ownBlocksFile,
  readBlocks,
} from "../catalog/blocks.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { designText, printIfSayable, readNetwork } from "../language/index.ts";
import { type Metric, scoreIn } from "../metrics/index.ts";
import { type OpenRun, openRun } from "../runs/open-run.ts";
import { readTestMetrics } from "../runs/trained-files.ts";
import { isReference, networkOf } from "../search/proposed-network.ts";
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
  /** Wall minutes of each training; by default as long as the run, if it went by the clock, else its epochs. */
  readonly minutes?: number | undefined;
  /** How the book calls it. */
  readonly name?: string | undefined;
  readonly onEvent?: ((event: KeepEvent) => void) | undefined;
}

export type KeepEvent =
  | { readonly kind: "preparing"; readonly text: string }
  /** A training of `of` ended; `value` is its figure on test data. */
  | {
      readonly kind: "trained";
      readonly network: string;
      readonly seed: number;
      readonly value: number;
      readonly done: number;
      readonly of: number;
    }
  | (TrainEvent & { readonly kind: "epoch"; readonly network: string; readonly seed: number });

export interface KeepResult {
  /** What was measured, as the book has it. */
  readonly block: Block;
  readonly metric: Metric;
  /** The book's file; undefined where the network is not better beyond the noise, and so was not kept. */
  readonly file: string | undefined;
}

/**
 * Confirms a run's network over seeds, and keeps it in the person's book of blocks if it is better than a hand-designed network
 * beyond the noise (Welch's 95 % interval over the seeds, on test data). Both are trained from random weights on the run's data with the
 * same new seeds, equally long; the files are in `kept/` of the run's folder, and a call that was stopped continues.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `wrong-use` for a network that is hand-designed, cannot be said as a
 *   text, is there already or is not trained, and what `train` throws.
 * @example
 * ```ts
 * import { keep } from "genius-nas";
 *
 * const { file, block } = await keep("runs/first", { seeds: 5 });
 * ```
 */
export async function keep(folder: string, options: KeepOptions = {}): Promise<KeepResult> {
  const { environment = process.env, seeds: seedCount = minSeeds } = options;
  if (!(Number.isInteger(seedCount) && seedCount >= minSeeds))
    throw new GeniusError(
      "wrong-use",
      `At least ${minSeeds} seeds confirm anything; ${seedCount} was given.`,
    );
  ownBlocksFile(environment);
  const known = await readBlocks(environment);
  const run = await openRun(folder);
  const { config } = run.journal.header;
  const { metric } = config;
  const called = options.name ?? freeName(known, config.dataset);
  checkName(known, called);
  const trial = trialOf(run, options.trial);
  const network = networkOf(run.space, trial.proposal);
  const text = textWithoutData(run, trial, network);
  const same = known.find((entry) => entry.text === text);
  if (same !== undefined)
    throw new GeniusError("wrong-use", `This network is in the book already, as ${same.name}.`);
  const other = await otherOf(run, options);
  if (canonicalKey(other.network) === canonicalKey(network))
    throw new GeniusError(
      "wrong-use",
      `Trial ${trial.number} is the network that it would be compared with, ${other.name}: name another with --reference.`,
    );
  // Of their own: the network was selected with the run's.
  const seeds = Array.from({ length: seedCount }, (_, index) => config.seed + 1 + index);
  const minutes = options.minutes ?? config.minutes;
  const own = {
    name: `trial ${trial.number}`,
    subject: subjectOf(run, trial, network),
    scores: [] as number[],
  };
  const beside = { name: other.name, subject: other.network, scores: [] as number[] };
  const length = minutes === undefined ? "by-epochs" : `${minutes}-min`;
  const trained = async (subject: Parameters<typeof train>[0], { out, seed, name }: Training) => {
    const { testMetrics } = await train(subject, {
      ...{ data: config.dataset, out, seed },
      ...{ evaluator: config.evaluator, evaluatorOptions: config.evaluatorOptions },
      ...(config.launcherOptions !== undefined && { launcherOptions: config.launcherOptions }),
      ...{ minutes, environment, signal: options.signal },
      onEvent: (event) =>
        options.onEvent?.(event.kind === "epoch" ? { ...event, network: name, seed } : event),
    });
    return testMetrics;
  };
  let done = 0;
  for (const seed of seeds) {
    for (const { name, subject, scores } of [own, beside]) {
      const out = join(folder, "kept", length, `seed-${seed}`, name.replace(" ", "-"));
      // What was finished before a call was stopped is not trained again.
      const found = await readTestMetrics(out);
      const testMetrics = found ?? (await trained(subject, { out, seed, name }));
      done += 1;
      options.onEvent?.({
        kind: "trained",
        ...{ network: name, seed, value: testMetrics[metric.name] as number, done, of: 2 * seedCount },
      });
      scores.push(scoreIn(metric, testMetrics));
    }
  }
  const { paramCount, macCount } = networkCost(network);
  const block: Block = {
    ...{ name: called, text, paramCount, macCount },
    on: {
      dataset: basename(config.dataset),
      input: [...run.space.input],
      classCount: run.space.classCount,
    },
    metric: { ...metric },
    training: minutes === undefined ? "by epochs" : `for ${minutes} min`,
    against: { name: other.name, paramCount: other.paramCount, macCount: other.macCount },
    ...{ seeds, scores: own.scores, scoresAgainst: beside.scores },
    date: new Date().toISOString().slice(0, 10),
    source: folder,
  };
  return { block, metric, file: isConfirmed(block) ? await addBlock(environment, block) : undefined };
}

interface Training {
  readonly out: string;
  readonly seed: number;
  readonly name: string;
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
      `Trial ${trial.number} is ${trial.proposal.network?.name}, which the search did not find: name a design with --trial N ("genius show ${folder} --all" lists them).`,
    );
  return trial;
}

/** What it is compared with, on images that are trained on. */
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
    return await referenceOf(journal, parts, options.reference);
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
      `Trial ${number} is a network and hyperparameters of its training, which no text says, so the book cannot keep it.`,
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

/** @throws GeniusError `wrong-use` for a name that is taken or not allowed. */
function checkName(known: readonly Block[], name: string): void {
  const issue = blockName.safeParse(name).error?.issues[0];
  if (issue !== undefined)
    throw new GeniusError("wrong-use", `"${name}" cannot be a name in the book: ${issue.message}.`);
  if (known.some((entry) => entry.name === name))
    throw new GeniusError("wrong-use", `The book has an entry "${name}" already: choose another --name.`);
}

/** The dataset's, with a number. */
function freeName(known: readonly Block[], dataset: string): string {
  const words = basename(dataset)
    .replaceAll(/[^\w-]+/g, "-")
    .replace(/^[^a-z0-9]+/i, "");
  const stem = words.slice(0, 40) || "block";
  let number = 1;
  while (known.some(({ name }) => name === `${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
