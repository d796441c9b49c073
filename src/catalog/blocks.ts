// The book of blocks: networks that were better than a hand-designed one beyond the noise of their trainings, from the dated file
// data/blocks.json and from the person's own file. What is not confirmed over seeds is no entry, and cannot be read as one.
import { readFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { findOwnDirectory } from "../base/cache-directory.ts";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { parseJsonLines } from "../base/json-lines.ts";
import { counted, formatCount } from "../base/units.ts";
import { mean } from "../math/statistics.ts";
import { type MeanDifference, welchDifference } from "../math/welch.ts";
import { formatDifference, formatMetric, type Metric, valueOfScore } from "../metrics/index.ts";
import type { ImageTask, Limits } from "../search/space.ts";
import type { ToldBlock } from "../search/strategy.ts";
import { sidesOf } from "../tasks/image-size.ts";

/** Trainings of each network, with a seed of its own each, below which nothing is confirmed. */
export const minSeeds = 3;

/** How an entry may be called. */
export const blockName = z.string().regex(/^[a-z0-9][\w.-]{0,60}$/i, "letters, digits, dots and hyphens");

const count = z.int().positive();
const scores = z.array(z.number()).min(minSeeds);

const block = z
  .looseObject({
    name: blockName,
    /** The network, without what only its data say: their shape and the number of their classes. */
    text: z.string().min(1).max(20_000),
    paramCount: count,
    macCount: count,
    /** Where it was measured. */
    on: z.object({ dataset: z.string(), input: z.tuple([count, count, count]), classCount: count }),
    metric: z.looseObject({ name: z.string(), unit: z.string(), goal: z.enum(["maximise", "minimise"]) }),
    /** How each was trained: "for 10 min", "by epochs". */
    training: z.string(),
    /** The hand-designed network beside it, or the person's own. */
    against: z.object({ name: z.string(), paramCount: count, macCount: count }),
    seeds: z.array(z.int()),
    /** On test data, one a seed, such that higher is better: of the network, and of the one beside it. */
    scores,
    scoresAgainst: scores,
    date: z.string(),
    /** The run that it was found in, or the page that says so. */
    source: z.string(),
  })
  .refine((entry) => isConfirmed(entry), "is not better beyond the noise of its trainings");

export type Block = z.output<typeof block>;

interface Measured {
  readonly scores: readonly number[];
  readonly scoresAgainst: readonly number[];
}

const file = z.strictObject({ asOf: z.string(), blocks: z.array(block) });
const shipped = new URL("../../data/blocks.json", import.meta.url);

/** By how much it is better, with Welch's 95 % interval over the seeds. */
export const differenceOf = ({ scores, scoresAgainst }: Measured): MeanDifference =>
  welchDifference(scores, scoresAgainst);

/** Whether it is better beyond the noise of its trainings. */
export const isConfirmed = (measured: Measured): boolean => differenceOf(measured).ci95[0] > 0;

type Environment = Readonly<Record<string, string | undefined>>;

/** The person's own file, which may not exist yet. @throws GeniusError `missing-feature` for a user without a home folder. */
export function ownBlocksFile(environment: Environment): string {
  const folder = findOwnDirectory(environment);
  if (folder !== undefined) return join(folder, "blocks.jsonl");
  throw new GeniusError(
    "missing-feature",
    "There is no place for a book of blocks: this user has no home folder. Set GENIUS_OWN_DIR to a folder you may write to.",
  );
}

/** All entries, the person's own first. @throws GeniusError `bad-file` that names the line of a damaged file. */
export async function readBlocks(environment: Environment): Promise<readonly Block[]> {
  const known = file.parse(JSON.parse(readFileSync(shipped, "utf8"))).blocks;
  if (findOwnDirectory(environment) === undefined) return known;
  const path = ownBlocksFile(environment);
  const bytes = await readFile(path).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read the book of blocks");
  });
  if (bytes === undefined) return known;
  const own = parseJsonLines(bytes, path).lines.map(({ value, lineNumber }) => {
    const { data, error } = block.safeParse(value);
    if (data !== undefined) return data;
    const [issue] = error.issues;
    throw new GeniusError(
      "bad-file",
      `${path}, line ${lineNumber}: ${issue?.path.join(".") || "the block"}: ${issue?.message}. Correct the line, or remove it.`,
    );
  });
  return [...own, ...known];
}

/** Adds to the person's own file. @throws GeniusError `bad-file` for what is no entry, such as a block that is not confirmed. */
export async function addBlock(environment: Environment, entry: Block): Promise<string> {
  const path = ownBlocksFile(environment);
  const checked = block.safeParse(entry);
  if (!checked.success)
    throw new GeniusError("bad-file", `${entry.name} is no block: ${checked.error.issues[0]?.message}.`);
  await makeFolder(dirname(path));
  await appendFile(path, `${JSON.stringify(checked.data)}\n`).catch((thrown: unknown) => {
    throw fileError(thrown, path, "write the book of blocks");
  });
  return path;
}

/** "+1.20 points (95 %: +0.40 points to +2.00 points, 3 seeds each)" */
export function blockDifferenceWords(measured: Measured, metric: Metric): string {
  const { mean: center, ci95 } = differenceOf(measured);
  const [low, high] = ci95.map((bound) => formatDifference(metric, bound));
  return `${formatDifference(metric, center)} (95 %: ${low} to ${high}, ${counted(measured.scores.length, "seed")} each)`;
}

/** For `genius list blocks`. */
export async function listBlocks(environment: Environment) {
  const blocks = await readBlocks(environment);
  return blocks.map((entry) => {
    const { name, text, on, against, training, date, source, paramCount, macCount } = entry;
    const size = `${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs`;
    const words = `${blockDifferenceWords(entry, metricIn(entry))} beside ${against.name}, each trained ${training}, on ${on.dataset} (${placeWords(on)}); ${size}; ${date}.`;
    return { name, summary: words, source, text };
  });
}

const metricIn = ({ metric }: Block) => metric as Metric;

const placeWords = ({ input, classCount }: Block["on"]) => `${input.join("x")}, ${classCount} classes`;

/** Entries that a model is shown. */
const most = 2;
const mostText = 2_000;
/** Images are alike up to this factor of a side. */
const alikeSides = 2;
/** An entry has at least this share of the largest cost that is allowed. */
const leastShare01 = 0.1;

export interface BlockTask {
  readonly dataset: string;
  readonly images: ImageTask;
  readonly limits: Limits;
  readonly metric: Pick<Metric, "name">;
}

/** A few of the entries that suit a search: alike images, a size that the limits allow, measured by the same metric. */
export function fittingBlocks(blocks: readonly Block[], task: BlockTask): readonly ToldBlock[] {
  const sides = sidesOf(task.images.imageSize);
  const { maxParamCount, maxMacCount } = task.limits;
  const suits = ({ on, metric, text, paramCount, macCount }: Block) => {
    const [, ...own] = on.input;
    const area = (sides[0] * sides[1]) / (own[0] * own[1]);
    return (
      metric.name === task.metric.name &&
      text.length <= mostText &&
      own.every((side, axis) => isWithin(side / (sides[axis] as number), alikeSides)) &&
      isOfSize(paramCount, maxParamCount) &&
      isOfSize(macCount * area, maxMacCount)
    );
  };
  const isThere = ({ on }: Block) => (on.dataset === task.dataset ? 0 : 1);
  const gain = (entry: Block) => differenceOf(entry).ci95[0];
  return blocks
    .filter(suits)
    .toSorted((a, b) => isThere(a) - isThere(b) || gain(b) - gain(a))
    .slice(0, most)
    .map((entry) => ({ words: toldWords(entry), text: entry.text }));
}

const isWithin = (ratio: number, factor: number) => ratio <= factor && ratio >= 1 / factor;

const isOfSize = (cost: number, max: number | undefined) =>
  max === undefined || (cost <= max && cost >= leastShare01 * max);

/** Without the name of the data, which is the person's own business. */
function toldWords(entry: Block): string {
  const { on, against, training, paramCount, macCount } = entry;
  const metric = metricIn(entry);
  const [own, other] = [entry.scores, entry.scoresAgainst].map((values) =>
    formatMetric(metric, valueOfScore(metric, mean(values))),
  );
  return `On images of ${on.input.join("x")} in ${on.classCount} classes, each trained ${training}: ${metric.name} ${own} beside ${other} of ${against.name} (${formatCount(against.paramCount)} parameters), ${blockDifferenceWords(entry, metric)}; ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs.`;
}
