// Every format of the catalog holds to the contract, by an example of its own.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { formats } from "../../../catalog/_catalog.ts";
import { formatChecks } from "../../../testing/format-suite.ts";

const root = mkdtempSync(join(tmpdir(), "genius-contract-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A small example of each format, below `folder`; undefined for one that is opened by its name. */
const examples: Readonly<Record<string, (folder: string) => Promise<string | undefined>>> = {
  async "cifar-binary"(folder) {
    const record = (label: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(3072, label)]);
    writeFileSync(join(folder, "data_batch_1.bin"), Buffer.concat([0, 1, 2].map(record)));
    writeFileSync(join(folder, "test_batch.bin"), record(3));
    return folder;
  },
  async idx(folder) {
    const header = (...sizes: number[]) => {
      const bytes = Buffer.alloc(4 + 4 * sizes.length);
      bytes.writeUInt32BE(0x800 + sizes.length);
      for (const [i, size] of sizes.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
      return bytes;
    };
    const images = Buffer.concat([header(2, 3, 4), Buffer.alloc(24, 7)]);
    writeFileSync(join(folder, "train-images-idx3-ubyte"), images);
    writeFileSync(
      join(folder, "train-labels-idx1-ubyte.gz"),
      gzipSync(Buffer.concat([header(2), Buffer.of(1, 2)])),
    );
    return folder;
  },
  async parquet(folder) {
    cpSync(join(import.meta.dirname, "../fixtures/hub.parquet"), join(folder, "train-0.parquet"));
    cpSync(join(import.meta.dirname, "../fixtures/hub.parquet"), join(folder, "validation-0.parquet"));
    return folder;
  },
  async "image-folder"(folder) {
    for (const [path, level] of [
      ["train/cat/1.png", 10],
      ["train/dog/1.png", 20],
      ["val/cat/1.png", 30],
      ["test/dog/1.png", 40],
    ] as const) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      const raw = { width: 4, height: 4, channels: 1 } as const;
      writeFileSync(join(folder, path), await sharp(Buffer.alloc(16, level), { raw }).png().toBuffer());
    }
    return folder;
  },
  digits: async () => undefined,
};

test("every format has an example", () => {
  expect(Object.keys(examples).sort()).toEqual(Object.keys(formats).sort());
});

for (const [name, entry] of Object.entries(formats)) {
  describe(name, async () => {
    const folder = join(root, name);
    mkdirSync(folder);
    const example = await examples[name]?.(folder);
    for (const check of formatChecks(await entry.load(), example)) test(check.name, check.run);
  });
}
