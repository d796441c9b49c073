// A space that has a published table: which data set is meant, and the options of the space that fit it.
import { GeniusError } from "../base/errors.ts";
import { loadSpace } from "../catalog/load.ts";
import table from "../evaluators/table.ts";
import { tablePairs } from "../evaluators/tables/accuracy-table.ts";
import type { SpaceDefinition } from "../search/space.ts";
import { fitSpace } from "./fit-space.ts";

export interface PublishedSpace {
  readonly definition: SpaceDefinition;
  readonly dataset: string;
  /** What the data set holds, in words. */
  readonly words: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws GeniusError `wrong-use` when the space has no table, `unknown-name` when there is no such space. */
export async function publishedSpace(name: string, dataset: string | undefined): Promise<PublishedSpace> {
  const definition = await loadSpace(name);
  const chosen = dataset ?? tablePairs().find(({ space }) => space === definition.name)?.dataset;
  if (chosen === undefined) {
    const known = [...new Set(tablePairs().map(({ space }) => space))].join(", ");
    throw new GeniusError("wrong-use", `${name} has no published table. Spaces with one: ${known}.`);
  }
  const described = await table.describe?.({ dataset: chosen, environment: {} }, table.options.parse({}));
  const fitted = described?.images && fitSpace(definition, described.images);
  return {
    definition,
    dataset: chosen,
    words: described?.words ?? definition.summary,
    options: { ...fitted },
  };
}
