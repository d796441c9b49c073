// Trainings on disk: one file holds a training's state and its curve so far, whole or not at all. Of a search's trainings
// the best are kept, since a strategy that raises the fidelity continues with its best.
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError } from "../base/errors.ts";
import { unfinishedEnding, writeWhole } from "../base/write-whole.ts";
import type { Network } from "../graph/network.ts";
import type { FeatureShape } from "../graph/operator.ts";
import type { EpochPoint } from "../search/trial.ts";

/** How many are kept: some always, more as long as they fit into `bytes`. */
const maxKept = { always: 64, withRoom: 256, bytes: 1e9 };
const formatVersion = 2;
/** The first version had no `clock`. */
const readableVersions = [1, formatVersion];

export interface Checkpoint {
  /** Epochs trained; not a whole number where it goes by the clock. */
  readonly epochs: number;
  /** The seed that the training was begun with and continues with. */
  readonly seed: number;
  readonly curve: readonly EpochPoint[];
  /** Of a training by the clock. */
  readonly clock?: ClockState;
  /** What the trainer gave. */
  readonly state: Uint8Array;
}

/** Where a training by the clock stands. */
export interface ClockState {
  /** Wall time of training so far. */
  readonly seconds: number;
  readonly steps: number;
  /** The order of images that comes next: each time that it continues, a training begins an epoch. */
  readonly nextEpoch: number;
  /** The seconds of the slice that ended here; absent in the middle of one. */
  readonly endOf?: number;
  /** What measuring the validation part took, and what a step took then. */
  readonly measuring?: { readonly seconds: number; readonly stepSeconds: number };
  /** For one image of the shape `input`. */
  readonly latency?: { readonly ms: number; readonly input: FeatureShape };
  /** Of a final training: how far the learning rate has fallen, and the seconds that are left for all the rest. */
  readonly final?: {
    readonly fallen01: number;
    readonly secondsLeft: number;
    /** At its end: only the averaged weights were measured. */
    readonly isLate?: boolean;
  };
}

export async function writeCheckpointFile(path: string, { state, ...header }: Checkpoint): Promise<void> {
  const text = Buffer.from(JSON.stringify({ version: formatVersion, ...header }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  await writeWhole(path, Buffer.concat([length, text, state]));
}

/** @throws GeniusError `bad-file` when it is none, `not-found` when there is no such file. */
export async function readCheckpointFile(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((thrown) => {
    throw fileError(thrown, path, "read");
  });
  try {
    const length = bytes.readUInt32LE(0);
    const header = JSON.parse(bytes.toString("utf8", 4, 4 + length)) as Omit<Checkpoint, "state"> & {
      readonly version: number;
    };
    const { version, ...rest } = header;
    if (!readableVersions.includes(version)) throw new Error(`version ${version}`);
    return { ...rest, state: new Uint8Array(bytes.subarray(4 + length)) };
  } catch (cause) {
    throw new GeniusError(
      "bad-file",
      `${path} is not a checkpoint that this version reads. Delete it; the training then starts again.`,
      { cause },
    );
  }
}

/**
 * Names a training by its network, whatever its image size, and by `settings`: equal keys may continue one another.
 * A layer's weights do not depend on the size of its images.
 */
export function trainingKey(network: Network, settings: unknown): string {
  const nodes = network.nodes.map(({ id, inputs, op }) =>
    op.kind === "input" ? [id, op.shape[0]] : [id, inputs, op],
  );
  return createHash("sha256")
    .update(JSON.stringify([nodes, settings]))
    .digest("hex")
    .slice(0, 20);
}

/** How long a training is: by epochs or by the clock. One never continues the other. */
export type Length = { readonly epochs: number } | { readonly seconds: number };

export interface StoredCheckpoint {
  readonly path: string;
  /** In the unit that was asked for. */
  readonly length: number;
  /** Whether that length was reached; if not, it was interrupted on the way there. */
  readonly isReached: boolean;
}

/** The checkpoints of a search, in `folder`. */
export interface CheckpointStore {
  /** The longest training of that key of at most the given length. */
  find(key: string, length: Length): Promise<StoredCheckpoint | undefined>;
  /** Where to write one. */
  pathOf(key: string, length: Length): string;
  /** Where the final training of that key is kept; those of other keys are removed. */
  finalPathOf(key: string): Promise<string>;
  /** Notes what a training that was written has reached, drops what it continued, and keeps the best ones only. */
  keep(key: string, length: Length, score: number): Promise<void>;
  /** Removes what was written on the way to a length that will not be reached. */
  drop(key: string, length: Length): Promise<void>;
}

/** Opens the store; what an interrupted writing left behind is removed. */
export async function openCheckpoints(folder: string): Promise<CheckpointStore> {
  const names = await readdir(folder).catch(() => [] as string[]);
  await Promise.all(
    names
      .filter((name) => name.endsWith(unfinishedEnding))
      .map((name) => rm(join(folder, name), { force: true })),
  );
  const list = async () =>
    (await readdir(folder).catch(() => [] as string[])).flatMap((name) => {
      const entry = readName(name);
      return entry === undefined ? [] : [{ ...entry, name, path: join(folder, name) }];
    });
  const pathOf = (key: string, length: Length) => join(folder, `${key}-${lengthText(length)}.checkpoint`);
  return {
    pathOf,
    async finalPathOf(key) {
      const path = join(folder, `final-${key}.checkpoint`);
      for (const name of await readdir(folder).catch(() => [] as string[])) {
        const other = join(folder, name);
        if (name.startsWith("final-") && other !== path) await rm(other, { force: true });
      }
      return path;
    },
    async find(key, length) {
      const { unit, value } = unitOf(length);
      const own = (await list()).filter(
        (entry) => entry.key === key && entry.unit === unit && entry.length <= value,
      );
      return own.sort(
        (a, b) =>
          b.length - a.length || Number(b.isReached) - Number(a.isReached) || (a.name < b.name ? -1 : 1),
      )[0];
    },
    async keep(key, length, score) {
      // The score stands in the name, so that the best are found without opening a file.
      const micros = Math.round(score * 1e6);
      await rename(pathOf(key, length), join(folder, `${key}-${lengthText(length)}-${micros}.checkpoint`));
      const { unit, value } = unitOf(length);
      const all = await list();
      const shorter = all.filter((entry) => entry.key === key && entry.unit === unit && entry.length < value);
      const rest = all.filter((entry) => !shorter.includes(entry)).sort((a, b) => b.score - a.score);
      for (const { path } of [...shorter, ...(await beyondRoom(rest))]) await rm(path, { force: true });
    },
    drop: (key, length) => rm(pathOf(key, length), { force: true }),
  };
}

const unitOf = (length: Length) =>
  "seconds" in length
    ? ({ unit: "s", value: length.seconds } as const)
    : ({ unit: "", value: length.epochs } as const);

/** "12" epochs, "12.5s". */
function lengthText(length: Length): string {
  const { unit, value } = unitOf(length);
  return `${Number(value.toFixed(3))}${unit}`;
}

function readName(name: string) {
  const match = /^([0-9a-f]{20})-(\d+(?:\.\d+)?)(s?)(?:-(-?\d+))?\.checkpoint$/.exec(name);
  if (match === null) return undefined;
  const [, key, length, unit, score] = match;
  return {
    key: key as string,
    unit: unit as "" | "s",
    length: Number(length),
    isReached: score !== undefined,
    score: score === undefined ? Number.POSITIVE_INFINITY : Number(score),
  };
}

/** Of checkpoints with the best first, those that are too many. */
async function beyondRoom<Entry extends { readonly path: string }>(
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  if (entries.length <= maxKept.always) return [];
  let bytes = 0;
  const beyond: Entry[] = [];
  for (const [index, entry] of entries.entries()) {
    bytes += (await stat(entry.path).catch(() => ({ size: 0 }))).size;
    if (index >= maxKept.withRoom || (index >= maxKept.always && bytes > maxKept.bytes)) beyond.push(entry);
  }
  return beyond;
}
