// A published table as the package ships it: keys by rule, figures as whole numbers, brotli over JSON. Written by
// scripts/pack-tables.ts, read here; 250,000 figures take about half a megabyte. It knows nothing of spaces.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import { z } from "zod";
import { fileError, GeniusError, messageOf } from "../../base/errors.ts";
import type { TableEntry } from "./parse-table.ts";

/** Keys in order, the last part changing fastest: `joints[0] + parts[0][i] + joints[1] + … + joints[n]`. */
const keyRule = z.object({
  parts: z.array(z.array(z.string()).min(1).readonly()).min(1).readonly(),
  joints: z.array(z.string()).min(2).readonly(),
});

/** A figure in percent is `values[i] / denominator`. */
const column = z.object({ denominator: z.int().positive(), values: z.array(z.int()).readonly() });

export const packedTable = z.object({
  format: z.literal(1),
  keys: z.union([keyRule, z.array(z.string()).readonly()]),
  validation: column.optional(),
  test: column.optional(),
});

export type PackedTable = z.output<typeof packedTable>;

/** The keys of a packed table, in the order of its figures. */
export function keysOf(keys: PackedTable["keys"]): readonly string[] {
  if (!("parts" in keys)) return keys;
  const { parts, joints } = keys;
  let prefixes = [joints[0] as string];
  parts.forEach((options, index) => {
    const joint = joints[index + 1] as string;
    prefixes = prefixes.flatMap((prefix) => options.map((option) => prefix + option + joint));
  });
  return prefixes;
}

export async function pack(table: PackedTable): Promise<Uint8Array> {
  const text = JSON.stringify(table);
  return promisify(brotliCompress)(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
}

/**
 * Entries by key.
 * @throws GeniusError `bad-data` when the file is not what scripts/pack-tables.ts wrote.
 */
export async function readPackedTable(file: string): Promise<ReadonlyMap<string, TableEntry>> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
  let table: PackedTable;
  try {
    table = packedTable.parse(JSON.parse((await promisify(brotliDecompress)(bytes)).toString("utf8")));
  } catch (thrown) {
    throw new GeniusError(
      "bad-data",
      `${file} is damaged (${messageOf(thrown)}). Install genius-nas again.`,
      { cause: thrown },
    );
  }
  const keys = keysOf(table.keys);
  const { validation, test } = table;
  return new Map(
    keys.map((key, index) => [
      key,
      {
        ...(validation !== undefined && { validation01: shareAt(validation, index) }),
        ...(test !== undefined && { test01: shareAt(test, index) }),
      },
    ]),
  );
}

const shareAt = ({ denominator, values }: z.output<typeof column>, index: number) =>
  (values[index] as number) / denominator / 100;
