// CIFAR-10 and CIFAR-100 in their authors' binary form: records of one or two label bytes and 3,072 bytes of pixels,
// 32×32 in [C, H, W]. CIFAR-100 is read with its 100 fine classes.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileError, GeniusError } from "../../../base/errors.ts";
import {
  type DatasetListing,
  defineFormat,
  type ImageRecord,
  type ImageShape,
  type Part,
} from "../dataset.ts";

const shape: ImageShape = [3, 32, 32];
const pixelCount = 3 * 32 * 32;

/** How a variant lays out its records: `labelAt` is the byte that holds the class. */
export interface CifarLayout {
  readonly name: string;
  readonly train: readonly string[];
  readonly test: string;
  readonly labelBytes: number;
  readonly labelAt: number;
  readonly classCount: number;
  readonly classFile: string;
}

export const cifarLayouts: readonly CifarLayout[] = [
  {
    name: "cifar10",
    train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
    test: "test_batch.bin",
    labelBytes: 1,
    labelAt: 0,
    classCount: 10,
    classFile: "batches.meta.txt",
  },
  {
    name: "cifar100",
    train: ["train.bin"],
    test: "test.bin",
    labelBytes: 2,
    labelAt: 1,
    classCount: 100,
    classFile: "fine_label_names.txt",
  },
];

export default defineFormat({
  name: "cifar-binary",
  summary: "a folder with CIFAR-10's data_batch_1.bin … or CIFAR-100's train.bin (binary version)",
  source:
    "Krizhevsky, Learning multiple layers of features from tiny images, 2009; cs.toronto.edu/~kriz/cifar.html",
  detect: async (path) => find(path) !== undefined,
  async list(path) {
    const found = path === undefined ? undefined : find(resolve(path));
    if (found === undefined)
      throw new GeniusError("wrong-use", `${path} is no folder of CIFAR binary files.`);
    return listRecords(found.folder, found.layout);
  },
});

function find(path: string): { folder: string; layout: CifarLayout } | undefined {
  for (const folder of [path, join(path, "cifar-10-batches-bin"), join(path, "cifar-100-binary")]) {
    const layout = cifarLayouts.find(({ train }) => train.some((file) => existsSync(join(folder, file))));
    if (layout !== undefined) return { folder, layout };
  }
  return undefined;
}

function listRecords(folder: string, layout: CifarLayout): DatasetListing {
  const present = layout.train.filter((file) => existsSync(join(folder, file)));
  const missing = layout.train.filter((file) => !present.includes(file));
  const parts: { file: string; part: Part }[] = present.map((file) => ({ file, part: "train" }));
  if (existsSync(join(folder, layout.test))) parts.push({ file: layout.test, part: "test" });
  const recordBytes = layout.labelBytes + pixelCount;
  const sizes = parts.map(({ file }) => checkSize(join(folder, file), recordBytes));
  const classNames = readClassNames(join(folder, layout.classFile), layout.classCount);
  const notes = [
    ...(missing.length > 0 ? [`Not all of ${layout.name}: ${missing.join(", ")} are missing.`] : []),
    ...(classNames === undefined
      ? [`${layout.classFile} is missing: classes are called by their numbers.`]
      : []),
  ];
  return {
    name: layout.name,
    classNames: classNames ?? Array.from({ length: layout.classCount }, (_, label) => String(label)),
    mirrorable: true,
    files: parts.map(({ file }) => join(folder, file)),
    recordCount: sizes.reduce((sum, size) => sum + size / recordBytes, 0),
    ignoredFiles: [],
    notes,
    async *records(): AsyncIterable<ImageRecord> {
      for (const { file, part } of parts) {
        let first = 0;
        // A whole number of records a block, so that none is cut.
        for await (const block of blocks(join(folder, file), recordBytes * 512)) {
          const from = { part, file, first, layout };
          yield* parseCifarRecords(block, from);
          first += block.length / recordBytes;
        }
      }
    },
  };
}

/** The records in `bytes`. @throws GeniusError `bad-data` when bytes are left over or a label is no class. */
export function parseCifarRecords(
  bytes: Uint8Array,
  from: { readonly part: Part; readonly file: string; readonly first: number; readonly layout: CifarLayout },
): ImageRecord[] {
  const { part, file, first, layout } = from;
  const recordBytes = layout.labelBytes + pixelCount;
  if (bytes.length % recordBytes !== 0) throw wrongLength(file, bytes.length, recordBytes);
  return Array.from({ length: bytes.length / recordBytes }, (_, i): ImageRecord => {
    const at = i * recordBytes;
    const label = bytes[at + layout.labelAt] as number;
    const where = `${file}, record ${first + i}`;
    if (label >= layout.classCount) {
      throw new GeniusError(
        "bad-data",
        `${where}: label ${label} is out of range. ${layout.name} has 0 to ${layout.classCount - 1}.`,
      );
    }
    return {
      part,
      label,
      where,
      image: { kind: "raw", bytes: bytes.subarray(at + layout.labelBytes, at + recordBytes), shape },
    };
  });
}

async function* blocks(path: string, size: number): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: size })) {
      const all = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const whole = all.length - (all.length % size);
      if (whole > 0) yield all.subarray(0, whole);
      rest = all.subarray(whole);
    }
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
  if (rest.length > 0) yield rest;
}

function checkSize(path: string, recordBytes: number): number {
  const { size } = statSync(path);
  if (size === 0 || size % recordBytes !== 0) throw wrongLength(path, size, recordBytes);
  return size;
}

function wrongLength(file: string, size: number, recordBytes: number): GeniusError {
  return new GeniusError(
    "bad-data",
    `${file}: ${size} bytes are not a whole number of records of ${recordBytes} bytes. The file is cut off or of another kind; get it again.`,
  );
}

function readClassNames(path: string, classCount: number): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const names = readFileSync(path, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (names.length === classCount && new Set(names).size === classCount) return names;
  throw new GeniusError(
    "bad-data",
    `${path}: expected ${classCount} different class names, one a line, but found ${names.length}.`,
  );
}
