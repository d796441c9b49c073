// IDX, the form of MNIST and its kin (Fashion-MNIST, EMNIST, KMNIST): one file of images, one of labels, for training
// and test each, possibly gzipped. Classes are the different labels, so that EMNIST's letters 1–26 are 26 classes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { fileError, GeniusError, messageOf } from "../../../base/errors.ts";
import {
  type DatasetListing,
  defineFormat,
  type ImageRecord,
  type ImageShape,
  type Part,
} from "../dataset.ts";

const filePattern = /^(.*?)(train|t10k|test)[-.]?(images|labels)[-.]?idx[13][-.]ubyte(\.gz)?$/;
const maxBytes = 4 * 1024 ** 3;

export default defineFormat({
  name: "idx",
  summary:
    "a folder with MNIST's train-images-idx3-ubyte and train-labels-idx1-ubyte (also .gz, also t10k-…)",
  source: "LeCun, Cortes and Burges, The MNIST database of handwritten digits: the IDX file format",
  detect: async (path) =>
    statSync(path).isDirectory() && readdirSync(path).some((file) => filePattern.test(file)),
  async list(path) {
    if (path === undefined) throw new GeniusError("wrong-use", "IDX files need a folder.");
    return listRecords(resolve(path));
  },
});

interface IdxPart {
  readonly part: Part;
  readonly imagesFile: string;
  readonly labelsFile: string;
}

function listRecords(folder: string): DatasetListing {
  const parts = findParts(folder);
  const labelFiles = parts.map(({ labelsFile }) => readIdx(labelsFile, 1).values);
  const values = [...new Set(labelFiles.flatMap((labels) => [...new Set(labels)]))].sort((a, b) => a - b);
  const classOf = new Map(values.map((value, label) => [value, label]));
  return {
    name: basename(folder),
    classNames: values.map(String),
    // Digits, letters or clothes: the files do not say, and a mirrored digit is none.
    mirrorable: false,
    files: parts.flatMap(({ imagesFile, labelsFile }) => [imagesFile, labelsFile]),
    recordCount: labelFiles.reduce((sum, labels) => sum + labels.length, 0),
    ignoredFiles: [],
    notes: ["IDX files do not name their classes; they are called by their numbers."],
    *records(): Iterable<ImageRecord> {
      for (const [index, { part, imagesFile }] of parts.entries()) {
        const labels = labelFiles[index] as Uint8Array;
        const { sizes, values: pixels } = readIdx(imagesFile, 3);
        const [count, height, width] = sizes as [number, number, number];
        if (count !== labels.length || height * width === 0) {
          throw new GeniusError(
            "bad-data",
            `${imagesFile}: ${count} images of ${width}×${height} for ${labels.length} labels. Get both files again.`,
          );
        }
        const shape: ImageShape = [1, height, width];
        for (let record = 0; record < count; record += 1) {
          const bytes = pixels.subarray(record * height * width, (record + 1) * height * width);
          const label = classOf.get(labels[record] as number) as number;
          yield {
            part,
            label,
            where: `${basename(imagesFile)}, record ${record}`,
            image: { kind: "raw", bytes, shape },
          };
        }
      }
    },
  };
}

/** Pairs images with labels. @throws GeniusError when one is missing or several data sets share the folder. */
function findParts(folder: string): IdxPart[] {
  const matches = listFiles(folder)
    .sort()
    .map((file) => filePattern.exec(file))
    .filter((match) => match !== null);
  const prefixes = [...new Set(matches.map((match) => match[1] as string))];
  if (prefixes.length > 1) {
    throw new GeniusError(
      "bad-data",
      `${folder} holds ${prefixes.length} data sets (${prefixes.map((prefix) => prefix || "without prefix").join(", ")}). Put the files of one into a folder of its own.`,
    );
  }
  const find = (names: readonly string[], content: string) => {
    // Plain before gzipped: "x" sorts before "x.gz".
    const match = matches.find((one) => names.includes(one[2] as string) && one[3] === content);
    return match === undefined ? undefined : join(folder, match[0]);
  };
  return (["train", "test"] as const).flatMap((part): IdxPart[] => {
    const names = part === "train" ? ["train"] : ["t10k", "test"];
    const [imagesFile, labelsFile] = [find(names, "images"), find(names, "labels")];
    if (imagesFile !== undefined && labelsFile !== undefined) return [{ part, imagesFile, labelsFile }];
    if (part === "test" && imagesFile === undefined && labelsFile === undefined) return [];
    const missing = imagesFile === undefined ? "images" : "labels";
    throw new GeniusError(
      "bad-data",
      `${folder}: the file of ${part} ${missing} is missing (${names[0]}-${missing}-idx${missing === "images" ? 3 : 1}-ubyte).`,
    );
  });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    throw fileError(thrown, folder, "read");
  }
}

function readIdx(path: string, dimensions: number): IdxArray {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
  if (path.endsWith(".gz")) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: unpackedLength(bytes, dimensions) });
    } catch (thrown) {
      throw new GeniusError(
        "bad-data",
        `${path}: cannot be unpacked (${messageOf(thrown)}). Get the file again.`,
        { cause: thrown },
      );
    }
  }
  return parseIdx(bytes, { where: path, dimensions });
}

/** What the header inside a gzipped file announces, so that a bomb is not unpacked further than a sound file would be. */
function unpackedLength(gzipped: Uint8Array, dimensions: number): number {
  const start = gunzipSync(gzipped.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH });
  const header = 4 + 4 * dimensions;
  if (start.length < header) return header;
  let length = 1;
  for (let dimension = 0; dimension < dimensions; dimension += 1)
    length *= start.readUInt32BE(4 + 4 * dimension);
  if (length > maxBytes) throw new Error(`${length} values are announced; up to ${maxBytes} are read`);
  return header + length + 1;
}

/** An array of uint8 with its sizes, outermost first. */
export interface IdxArray {
  readonly sizes: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of uint8: two zero bytes, the type 0x08, the number of dimensions, each size as a big-endian
 * 32-bit number, the values. @throws GeniusError `bad-data` on anything else, and when values are missing or left over.
 */
export function parseIdx(
  bytes: Uint8Array,
  expected: { readonly where: string; readonly dimensions: number },
): IdxArray {
  const { where, dimensions } = expected;
  const refuse = (what: string) =>
    new GeniusError(
      "bad-data",
      `${where}: ${what}. Expected an IDX file of uint8 with ${dimensions} dimension${dimensions > 1 ? "s" : ""}; get the file again.`,
    );
  const header = 4 + 4 * dimensions;
  if (bytes.length < 4) throw refuse(`only ${bytes.length} bytes`);
  const magic = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  if (magic !== `0000080${dimensions}`) throw refuse(`it begins with ${magic}`);
  if (bytes.length < header) throw refuse("it ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const length = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length - header !== length)
    throw refuse(`${bytes.length - header} values where ${sizes.join("×")} are announced`);
  return { sizes, values: bytes.subarray(header) };
}
