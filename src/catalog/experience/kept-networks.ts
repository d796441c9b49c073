// Networks that a person has kept: each was better than a hand-designed one beyond the noise of its trainings. They lie in the person's
// own folder, one a line. What is not confirmed over seeds is no entry, and cannot be read as one. A line that is damaged is named, and
// the others count all the same.
import { appendFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { findOwnDirectory } from "../../base/cache-directory.ts";
import { GeniusError, messageOf, ownError, systemCodeOf } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import { splitJsonLines } from "../../base/json-lines.ts";
import { checkPlainly, type Fault } from "../../base/schema-words.ts";
import { counted } from "../../base/units.ts";
import { placedFaults, readNetwork } from "../../language/index.ts";
import { type MeanDifference, welchDifference } from "../../math/welch.ts";
import { formatDifference, type Metric } from "../../metrics/index.ts";
import { references } from "../_catalog.ts";
import { shippedExperience } from "./shipped.ts";

/** Trainings of each network, with a seed of its own each, below which nothing is confirmed. */
export const minSeeds = 3;

const keptName = z.string().regex(/^[a-z0-9][\w.-]{0,60}$/i, "must be letters, digits, dots and hyphens");
const count = z.int().positive();
const scores = z.array(z.number()).min(minSeeds);

const keptNetwork = z
  .looseObject({
    name: keptName,
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
    /** The run that it was found in. */
    source: z.string(),
  })
  .refine((entry) => isConfirmed(entry), "it is not better beyond the noise of its trainings");

export type KeptNetwork = z.output<typeof keptNetwork>;

interface Measured {
  readonly scores: readonly number[];
  readonly scoresAgainst: readonly number[];
}

/** By how much it is better, with Welch's 95 % interval over the seeds. */
export const differenceOf = ({ scores, scoresAgainst }: Measured): MeanDifference =>
  welchDifference(scores, scoresAgainst);

/** Whether it is better beyond the noise of its trainings. */
export const isConfirmed = (measured: Measured): boolean => differenceOf(measured).ci95[0] > 0;

/** "+1.20 points (95 %: +0.40 points to +2.00 points, 3 seeds each)" */
export function keptDifferenceWords(measured: Measured, metric: Metric): string {
  const { mean: center, ci95 } = differenceOf(measured);
  const [low, high] = ci95.map((bound) => formatDifference(metric, bound));
  return `${formatDifference(metric, center)} (95 %: ${low} to ${high}, ${counted(measured.scores.length, "seed")} each)`;
}

export const metricIn = ({ metric }: KeptNetwork) => metric as Metric;

type Environment = Readonly<Record<string, string | undefined>>;

/** The person's own file, which may not exist yet. @throws GeniusError `missing-feature` for a user without a home folder. */
export function keptFile(environment: Environment): string {
  const folder = findOwnDirectory(environment);
  if (folder !== undefined) return join(folder, "experience.jsonl");
  throw new GeniusError(
    "missing-feature",
    "There is no place to keep networks: this user has no home folder. Set GENIUS_OWN_DIR to a folder you may write to.",
  );
}

export interface KeptNetworks {
  /** In the order in which they were kept. */
  readonly networks: readonly KeptNetwork[];
  /** What could not be read, each in a sentence that names file and line. */
  readonly faults: readonly string[];
}

/** @throws GeniusError when the file is there and cannot be read at all. */
export async function readKept(environment: Environment): Promise<KeptNetworks> {
  if (findOwnDirectory(environment) === undefined) return { networks: [], faults: [] };
  const path = keptFile(environment);
  const bytes = await bytesIn(path);
  const networks: KeptNetwork[] = [];
  const faults: string[] = [];
  const { lines, warning } = splitJsonLines(bytes, path);
  for (const { value, lineNumber, problem } of lines) {
    const read = problem === undefined ? readEntry(value, networks) : problem;
    if (typeof read !== "string") networks.push(read);
    else faults.push(`${path}, line ${lineNumber} ${read}. Correct the line, or remove it.`);
  }
  return { networks, faults: warning === undefined ? faults : [...faults, warning] };
}

/** Adds to the person's own file. @throws GeniusError `bad-file` for what is no entry, such as a network that is not confirmed. */
export async function addKept(environment: Environment, entry: KeptNetwork): Promise<string> {
  const path = keptFile(environment);
  const { data, fault } = checkPlainly(keptNetwork, entry);
  if (fault !== undefined)
    throw new GeniusError("bad-file", `${entry.name} cannot be kept: ${clauseOf(fault)}.`);
  const before = await bytesIn(path);
  await makeFolder(dirname(path));
  // A line that was cut stays one of its own.
  const start = before.length > 0 && before.at(-1) !== 10 ? "\n" : "";
  await appendFile(path, `${start}${JSON.stringify(data)}\n`).catch((thrown: unknown) => {
    throw ownError(thrown, path, "write the kept networks to");
  });
  return path;
}

/** Why a network may not be called that; undefined where it may. */
export function nameFault(name: string, known: readonly { readonly name: string }[]): string | undefined {
  const issue = keptName.safeParse(name).error?.issues[0];
  if (issue !== undefined) return `"${name}" cannot be a name: it ${issue.message}`;
  if (known.some((entry) => entry.name === name)) return `another kept network is called "${name}" already`;
  const taken = [...Object.keys(references), ...shippedExperience.map((entry) => entry.name)];
  return taken.includes(name) ? `"${name}" is the name of a network that comes with GENIUS` : undefined;
}

async function bytesIn(path: string): Promise<Uint8Array> {
  return readFile(path).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === "ENOENT") return new Uint8Array();
    throw ownError(thrown, path, "read the kept networks from");
  });
}

/** The entry, or what is wrong with the line. */
function readEntry(value: unknown, before: readonly KeptNetwork[]): KeptNetwork | string {
  const { data, fault } = checkPlainly(keptNetwork, value);
  if (fault !== undefined) return `cannot be used: ${clauseOf(fault)}`;
  const badName = nameFault(data.name, before);
  if (badName !== undefined) return `cannot be used: ${badName}`;
  try {
    readNetwork(data.text, { ...data.on, source: data.name });
    return data;
  } catch (thrown) {
    const [first] = (thrown instanceof GeniusError && placedFaults(thrown)) || [];
    const what =
      first === undefined
        ? messageOf(thrown)
        : `line ${first.line}, column ${first.column}: ${first.message}`;
    return `cannot be used: its text is no network (${what.replace(/\.$/, "")})`;
  }
}

function clauseOf({ path, words }: Fault): string {
  const clause = words.replace(/\.$/, "");
  return path.length > 0 ? `${path.join(".")}${clause}` : clause.replace(/^: /, "").replace(/^ /, "it ");
}
