// The published accuracies of a space's designs, or a person's own figures: looked up by choices, with ranks and the best.
// The `table` evaluator and the benches stand on it. It never says more to a search than the figure selected on.
// Figures are scores, higher is better: accuracies are in [0, 1], and a metric that is minimised is negative.
import { readFile } from "node:fs/promises";
import { fileError, GeniusError, messageOf } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { nearest } from "../../base/nearest.ts";
import { accuracy, type Metric } from "../../metrics/index.ts";
import { keyOf, parseChoices } from "../../search/choices.ts";
import type { Choices, Space } from "../../search/space.ts";
import { readPackedTable } from "./packed-table.ts";
import { ownFields, parseTable, type TableEntry } from "./parse-table.ts";
import { packedFileOf, publishedTables } from "./published.ts";

export interface AccuracyTable {
  readonly metric: Metric;
  readonly selectedOn: "validation" | "test";
  /** Of the designs that are allowed. */
  readonly designCount: number;
  /** The standard deviation of a figure over repeated trainings, where it is published. */
  readonly noise01?: number;
  /** The highest figure of an allowed design that is selected on. */
  readonly optimum01: number;
  readonly provenance: JsonObject;
  /** The figure that a search selects on and the test figure, if any, in [0, 1]; undefined for a design not in the table. */
  lookUp(choices: Choices): { readonly selection01: number; readonly test01?: number } | undefined;
  /** The highest test figure, in [0, 1]; absent where only validation figures are published. */
  readonly testOptimum01?: number;
  /** Among the designs that are allowed: 1 for the best by the figure selected on (or by the test figure, where there is one); equal figures share a rank. */
  rankOf(choices: Choices, by?: "selection" | "test"): number | undefined;
}

export interface TableRequest {
  readonly space: Space;
  /** The published data set's name. */
  readonly dataset: string;
  /** A table of the person's own instead of the published one, as JSON or CSV. */
  readonly file?: string | undefined;
  /** What an own table's figures are; accuracy in percent where it is absent. */
  readonly metric?: Metric | undefined;
  /** The best, the ranks and the count are among the designs of which this is true; all where it is absent. */
  readonly isAllowed?: ((choices: Choices) => boolean) | undefined;
}

/** The pairs of space and data set that have a published table. */
export function tablePairs(): readonly { readonly space: string; readonly dataset: string }[] {
  return publishedTables.map(({ space, dataset }) => ({ space, dataset }));
}

/**
 * Opens the table of a space and data set.
 * @throws GeniusError `unknown-name` for a pair without a table, `bad-data` for a damaged one.
 */
export async function openTable(request: TableRequest): Promise<AccuracyTable> {
  const { space, dataset } = request;
  if (request.file !== undefined) {
    const text = await readFile(request.file, "utf8").catch((thrown: unknown) => {
      throw fileError(thrown, request.file as string, "read");
    });
    const { file, metric = accuracy } = request;
    const entries = rekeyed(space, parseTable({ file, text, metric }, ownFields), file);
    return tableOf(request, entries, { source: { table: file }, metric });
  }
  const published = publishedTables.find((table) => table.space === space.name && table.dataset === dataset);
  if (published === undefined) throw noTable(space, dataset);
  const { fileName, sha256, repository, commit, trainings } = published;
  const source = { table: fileName, sha256, source: `${repository}@${commit}` };
  return tableOf(request, await readPackedTable(packedFileOf(published)), {
    source,
    metric: accuracy,
    ...(trainings !== undefined && { noise01: trainings.sd01 / Math.sqrt(trainings.count) }),
  });
}

/** An own table's entries by the key that the space gives a design, however the person wrote it. */
function rekeyed(space: Space, entries: ReadonlyMap<string, TableEntry>, file: string) {
  const known = new Map<string, TableEntry>();
  for (const [key, entry] of entries) {
    let choices: Choices;
    try {
      choices = parseChoices(space, key);
    } catch (thrown) {
      throw new GeniusError("bad-data", `${file}, key "${key}": ${messageOf(thrown)}`, { cause: thrown });
    }
    known.set(tableKeyOf(space, choices), entry);
  }
  return known;
}

const tableKeyOf = (space: Space, choices: Choices) => space.tableKey?.(choices) ?? keyOf(space, choices);

function noTable(space: Space, dataset: string): GeniusError {
  const own = publishedTables.filter((table) => table.space === space.name).map((table) => table.dataset);
  const hint = nearest(dataset, own);
  const known =
    own.length > 0
      ? `Its tables: ${own.join(", ")}.`
      : `Spaces with a table: ${[...new Set(publishedTables.map((table) => table.space))].join(", ")}.`;
  const suggestion = hint === undefined ? "" : ` Did you mean "${hint}"?`;
  return new GeniusError(
    "unknown-name",
    `There is no table of ${space.name} on "${dataset}".${suggestion} ${known}`,
  );
}

interface About {
  readonly source: JsonObject;
  readonly metric: Metric;
  readonly noise01?: number;
}

function tableOf(
  { space, isAllowed }: TableRequest,
  entries: ReadonlyMap<string, TableEntry>,
  { source, metric, noise01 }: About,
): AccuracyTable {
  const entryOf = (choices: Choices) => entries.get(tableKeyOf(space, choices));
  const judged =
    isAllowed === undefined
      ? [...entries.values()]
      : [...entries].filter(([key]) => isAllowed(parseChoices(space, key))).map(([, entry]) => entry);
  if (judged.length === 0) {
    throw new GeniusError("infeasible", `No design of the table is within the limits. Widen them.`);
  }
  const first = entries.values().next().value;
  const selectedOn = first?.validation01 === undefined ? "test" : "validation";
  const hasTest = first?.test01 !== undefined;
  const figures = {
    selection: (entry: TableEntry) => (entry.validation01 ?? entry.test01) as number,
    test: (entry: TableEntry) => entry.test01 as number,
  };
  const descending = (figureOf: (entry: TableEntry) => number) =>
    Float64Array.from(judged, figureOf).sort().reverse();
  const ranked = {
    selection: descending(figures.selection),
    test: hasTest ? descending(figures.test) : undefined,
  };
  return {
    metric,
    selectedOn,
    designCount: judged.length,
    ...(noise01 !== undefined && { noise01 }),
    optimum01: ranked.selection[0] as number,
    ...(ranked.test !== undefined && { testOptimum01: ranked.test[0] as number }),
    provenance: { ...source, selectedOn, designs: entries.size },
    lookUp(choices) {
      const entry = entryOf(choices);
      if (entry === undefined) return undefined;
      const { test01 } = entry;
      return { selection01: figures.selection(entry), ...(test01 !== undefined && { test01 }) };
    },
    rankOf(choices, by = "selection") {
      const entry = entryOf(choices);
      const all = ranked[by];
      if (entry === undefined || all === undefined) return undefined;
      return 1 + countAbove(all, figures[by](entry));
    },
  };
}

/** How many of `descending` are above `value`, by bisection. */
function countAbove(descending: Float64Array, value: number): number {
  let [low, high] = [0, descending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((descending[middle] as number) > value) low = middle + 1;
    else high = middle;
  }
  return low;
}
