// Writes data/tables/*.json.br, the published accuracies that the package ships, from the published files:
//
//   GENIUS_DATA_DIR=FOLDER npm run tables      (FOLDER/tables/ holds the files that published.ts names)
//
// Each file is checked by its SHA-256 first. Figures become whole numbers of the smallest step that the source has
// (a mean of three trainings on 10,000 images is a multiple of 1/300 of a percent), so nothing is lost.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keysOf, type PackedTable, pack } from "../src/evaluators/tables/packed-table.ts";
import { type PublishedTable, packedFileOf, publishedTables } from "../src/evaluators/tables/published.ts";

type Row = Readonly<Record<string, unknown>>;

/** In percent. Rounding errors of 32-bit floats are below it. */
const tolerance = 1e-5;
const denominators = [10, 100, 300, 1000, 3000, 9000, 18_000, 10_000];

function columnOf(rows: readonly Row[], field: string, table: string) {
  const figures = rows.map((row) => {
    const value = row[field];
    if (typeof value !== "number") throw new Error(`${table}: a row has no number "${field}".`);
    return value;
  });
  const denominator = denominators.find((each) =>
    figures.every((value) => Math.abs(value - Math.round(value * each) / each) < tolerance),
  );
  if (denominator === undefined) throw new Error(`${table}: the step of "${field}" is not known.`);
  return { denominator, values: figures.map((value) => Math.round(value * denominator)) };
}

const folder = process.env.GENIUS_DATA_DIR;
if (folder === undefined) throw new Error("Set GENIUS_DATA_DIR to the folder that holds tables/.");

async function packed(table: PublishedTable): Promise<PackedTable> {
  const bytes = await readFile(join(folder as string, "tables", table.fileName));
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== table.sha256)
    throw new Error(`${table.fileName} has the SHA-256 ${hash}, not ${table.sha256}.`);
  const entries = JSON.parse(bytes.toString("utf8")) as Readonly<Record<string, Row>>;
  const keys = table.keys ?? Object.keys(entries);
  const rows = keysOf(keys).map((key) => {
    const row = entries[key];
    if (row === undefined) throw new Error(`${table.fileName} has no key "${key}".`);
    return row;
  });
  if (rows.length !== Object.keys(entries).length)
    throw new Error(
      `${table.fileName} has ${Object.keys(entries).length} keys, and the rule gives ${rows.length}.`,
    );
  const { validation, test } = table.fields;
  return {
    format: 1,
    keys,
    ...(validation !== undefined && { validation: columnOf(rows, validation, table.fileName) }),
    ...(test !== undefined && { test: columnOf(rows, test, table.fileName) }),
  };
}

let total = 0;
for (const table of publishedTables) {
  const bytes = await pack(await packed(table));
  const file = packedFileOf(table);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  total += bytes.length;
  console.log(`${file}: ${bytes.length} bytes`);
}
console.log(`${total} bytes in all`);
