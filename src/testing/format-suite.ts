// What every data format must hold to, as checks that throw: each is run over every format of the catalog, and the author
// of another one runs them over theirs. They know no format by name and no test framework.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import {
  type DatasetFormat,
  type DatasetListing,
  type ImageRecord,
  partOrder,
} from "../tasks/image-classification/dataset.ts";

export interface FormatCheck {
  readonly name: string;
  /** @throws AssertionError where the format breaks the contract. */
  run(): Promise<void>;
}

/** Checks for a format by an example of it: a file or folder, or undefined for one that is opened by its name. */
export function formatChecks(format: DatasetFormat, example: string | undefined): readonly FormatCheck[] {
  const list = () => format.list(example);
  const check = (name: string, run: () => Promise<void>): FormatCheck => ({ name, run });
  return [
    check("finds its own form, and not in an empty folder", async () => {
      if (format.detect === undefined) return;
      assert.ok(example !== undefined, "a format that detects needs an example at a path");
      assert.equal(await format.detect(example), true);
      await withFolder(async (empty) => assert.equal(await format.detect?.(empty), false));
    }),
    check("names two classes or more, each once", async () => {
      const { classNames } = await list();
      assert.ok(classNames.length >= 2);
      assert.equal(new Set(classNames).size, classNames.length);
      assert.ok(classNames.every((name) => name.trim() === name && name !== ""));
    }),
    check("gives as many records as it announces, of its own classes, part after part", async () => {
      const listing = await list();
      const records = await recordsOf(listing);
      assert.equal(records.length, listing.recordCount);
      const parts = records.map(({ part }) => partOrder.indexOf(part));
      assert.deepEqual(parts, parts.toSorted());
      assert.equal(parts[0], 0, "there is a training part");
      for (const { label, where, image } of records) {
        assert.ok(
          Number.isInteger(label) && label >= 0 && label < listing.classNames.length,
          `${where}: ${label}`,
        );
        assert.notEqual(where, "");
        if (image.kind === "raw")
          assert.equal(
            image.bytes.length,
            image.shape.reduce((product, size) => product * size, 1),
          );
        if (image.kind === "file")
          assert.ok(listing.files.includes(image.path), `${image.path} is not listed`);
      }
    }),
    check("gives the same records each time", async () => {
      const listing = await list();
      assert.deepEqual(await digestsOf(listing), await digestsOf(listing));
      assert.deepEqual(await digestsOf(listing), await digestsOf(await list()));
    }),
    check("lists every file that it reads, so that a change is seen", async () => {
      const { files } = await list();
      assert.ok(files.length > 0);
      for (const file of files) assert.ok(statSync(file).isFile(), file);
    }),
    check(
      "answers files that are cut off with an error that names the trouble, or with what is left",
      async () => {
        if (example === undefined) return;
        await withFolder(async (folder) => {
          const copy = join(folder, basename(example));
          cpSync(example, copy, { recursive: true });
          for (const file of filesBelow(copy)) {
            const whole = readFileSync(file);
            for (const length of [0, Math.floor(whole.length / 3), whole.length - 1]) {
              writeFileSync(file, whole.subarray(0, Math.max(0, length)));
              try {
                await recordsOf(await format.list(copy));
              } catch (thrown) {
                assert.ok(thrown instanceof GeniusError, `${file} cut to ${length}: ${String(thrown)}`);
              }
            }
            writeFileSync(file, whole);
          }
        });
      },
    ),
    check("refuses a path that is not there", async () => {
      if (format.detect === undefined) return;
      await withFolder(async (folder) => {
        await assert.rejects(format.list(join(folder, "nothing-here")), { name: "GeniusError" });
      });
    }),
  ];
}

async function recordsOf(listing: DatasetListing): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const record of listing.records()) records.push(record);
  return records;
}

async function digestsOf(listing: DatasetListing): Promise<string[]> {
  return (await recordsOf(listing)).map(({ part, label, where, image }) => {
    const content = image.kind === "file" ? image.path : Buffer.from(image.bytes).toString("base64");
    return `${part} ${label} ${where} ${content}`;
  });
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "genius-format-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
