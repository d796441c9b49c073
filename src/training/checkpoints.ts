// Trainings on disk: one file holds a training's state and its curve so far, whole or not at all. Of a search's trainings the best few are kept, since a strategy that
// raises the fidelity goes on with its best.
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError } from "../base/errors.ts";
import { unfinishedEnding, writeWhole } from "../base/write-whole.ts";
import type { Network } from "../graph/network.ts";
import type { EpochPoint } from "../search/trial.ts";

const maxKept = 64;
const formatVersion = 1;

export interface Checkpoint {
  /** Epochs trained. */
  readonly epochs: number;
  /** The seed that the training was begun with and goes on with. */
  readonly seed: number;
  readonly curve: readonly EpochPoint[];
  /** What the trainer gave. */
  readonly state: Uint8Array;
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
    if (header.version !== formatVersion) throw new Error(`version ${header.version}`);
    const { epochs, seed, curve } = header;
    return { epochs, seed, curve, state: new Uint8Array(bytes.subarray(4 + length)) };
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

/** The checkpoints of a search, in `folder`. */
export interface CheckpointStore {
  /** The longest training of that key with at most the given epochs. */
  find(key: string, epochs: number): Promise<{ readonly path: string; readonly epochs: number } | undefined>;
  /** Where to write one. */
  pathOf(key: string, epochs: number): string;
  /** Where the final training of that key is kept; those of other keys are removed. */
  finalPathOf(key: string): Promise<string>;
  /** Notes what a training that was written has reached, drops what it continued, and keeps the best ones only. */
  keep(key: string, epochs: number, score: number): Promise<void>;
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
      const match = /^([0-9a-f]{20})-(\d+)(?:-(-?\d+))?\.checkpoint$/.exec(name);
      if (match === null) return [];
      const score = match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
      return [{ name, path: join(folder, name), key: match[1] as string, epochs: Number(match[2]), score }];
    });
  const pathOf = (key: string, epochs: number) => join(folder, `${key}-${epochs}.checkpoint`);
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
    async find(key, epochs) {
      const own = (await list()).filter((entry) => entry.key === key && entry.epochs <= epochs);
      return own.sort((a, b) => b.epochs - a.epochs || (a.name < b.name ? -1 : 1))[0];
    },
    async keep(key, epochs, score) {
      // The score stands in the name, so that the best are found without opening a file.
      const micros = Math.round(score * 1e6);
      await rename(pathOf(key, epochs), join(folder, `${key}-${epochs}-${micros}.checkpoint`));
      const all = await list();
      const shorter = all.filter((entry) => entry.key === key && entry.epochs < epochs);
      const rest = all.filter((entry) => !shorter.includes(entry)).sort((a, b) => b.score - a.score);
      for (const { path } of [...shorter, ...rest.slice(maxKept)]) await rm(path, { force: true });
    },
  };
}
