// From what a bench is asked for to what it compares on: a published table, a table of one's own, or an evaluator of
// one's own, with a space that fits its data.
import type { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import { isPath } from "../../base/own-file.ts";
import { loadEvaluator, loadSpace, resolveOptions } from "../../catalog/load.ts";
import type { DatasetDescription } from "../../evaluators/evaluator.ts";
import table from "../../evaluators/table.ts";
import { tablePairs } from "../../evaluators/tables/accuracy-table.ts";
import type { SpaceDefinition } from "../../search/space.ts";
import { fitSpace } from "../fit-space.ts";
import { limitsOf } from "../limits.ts";
import { publishedSpace } from "../published-space.ts";
import { refuseUnknownData } from "../unknown-data.ts";
import type { BenchGround, BenchMembers } from "./open-bench.ts";
import type { benchSettings } from "./settings.ts";

type Settings = z.output<typeof benchSettings>;

/** @throws GeniusError `wrong-use` for a space without figures, or for data that nothing describes. */
export async function groundOf(
  settings: Settings,
  { space, evaluator, spaceOptions = {}, evaluatorOptions = {} }: BenchMembers,
  environment: BenchGround["environment"],
): Promise<BenchGround> {
  if (space === "") throw noSpace("Say on which space to compare: genius bench --space NAME.");
  const definition = await loadSpace(space);
  const { table: file, tableMetric, tableGoal, tableUnit, noise01 } = settings;
  const shared = {
    ...{ space, limits: limitsOf(settings), noise01 },
    environment: { ...environment },
  };
  if (evaluator !== undefined && evaluator !== "table") {
    if (file !== undefined) throw wrongUse("Give --table or --evaluator, not both.");
    const own = await loadEvaluator(evaluator);
    if (typeof evaluator === "string" && !isPath(evaluator)) {
      throw wrongUse(
        `A bench asks for hundreds of designs, and ${own.name} trains or replays each: run it with genius search, several seeds, and compare the runs with genius report. An evaluator of your own is named by its file.`,
      );
    }
    if (noise01 > 0) throw wrongUse("--noise01 is added to what a table says; an evaluator adds its own.");
    const options = resolveOptions(own.options, { ...evaluatorOptions }, `the evaluator ${own.name}`);
    const dataset = settings.dataset ?? own.name;
    const described = await own.describe?.({ dataset, environment }, options);
    return {
      ...shared,
      dataset,
      evaluator: { given: evaluator, options: { ...evaluatorOptions } },
      // An evaluator that never looks at data is asked about none, unless some are named.
      spaceOptions:
        own.describe === undefined && settings.dataset === undefined
          ? { ...spaceOptions }
          : fitted(definition, { dataset, described, given: spaceOptions }),
    };
  }
  if (file !== undefined) {
    const dataset = settings.dataset ?? "your own table";
    const described = await table.describe?.(
      { dataset, environment },
      table.options.parse({ tableFile: file }),
    );
    return {
      ...shared,
      dataset,
      table: { file, tableMetric, tableGoal, tableUnit },
      spaceOptions: fitted(definition, { dataset, described, given: spaceOptions }),
    };
  }
  if (!tablePairs().some((pair) => pair.space === definition.name)) {
    throw noSpace(
      `${definition.name} has no published table: give your own figures with --table FILE, or an evaluator with --evaluator FILE.`,
    );
  }
  const published = await publishedSpace(definition.name, settings.dataset);
  return { ...shared, dataset: published.dataset, spaceOptions: { ...published.options, ...spaceOptions } };
}

interface Fitting {
  readonly dataset: string;
  readonly described: DatasetDescription | undefined;
  readonly given: Readonly<Record<string, unknown>>;
}

function fitted(definition: SpaceDefinition, { dataset, described, given }: Fitting) {
  if (described?.images !== undefined) {
    return { ...fitSpace(definition, described.images), ...given };
  }
  refuseUnknownData(definition, dataset, given);
  return { ...given };
}

const wrongUse = (message: string) => new GeniusError("wrong-use", message);

function noSpace(problem: string): GeniusError {
  const known = [...new Set(tablePairs().map(({ space }) => space))].join(", ");
  return wrongUse(`${problem} Spaces with a published table: ${known}.`);
}
