// What a bench compares on, opened in this thread: a space within limits, what evaluates its designs and, where all
// figures are known, the table that judges what was selected.
import type { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import { type Given, loadEvaluator, openSpace, resolveOptions } from "../../catalog/load.ts";
import type { Evaluator, EvaluatorDefinition } from "../../evaluators/evaluator.ts";
import { ownMetricOf, type ownMetricSettings } from "../../evaluators/own-metric.ts";
import table from "../../evaluators/table.ts";
import { type AccuracyTable, openTable } from "../../evaluators/tables/accuracy-table.ts";
import { accuracy, type Metric, metricOf } from "../../metrics/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { describeEmpty } from "../../search/constraints/describe-empty.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Limits, SpaceDefinition } from "../../search/space.ts";
import type { MemberOptions } from "../search-options.ts";

/** Plain data where the members are named, so that a worker can open the same. */
export interface BenchGround {
  readonly space: Given<SpaceDefinition>;
  readonly spaceOptions: Readonly<Record<string, unknown>>;
  readonly dataset: string;
  /** A table of the person's own, and what its figures are. */
  readonly table?: { readonly file: string } & z.output<typeof ownMetricSettings>;
  /** What evaluates designs instead of a table. */
  readonly evaluator?: {
    readonly given: Given<EvaluatorDefinition>;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly limits: Limits;
  readonly noise01: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a bench is asked for: names, files, or a script's own objects. */
export interface BenchMembers {
  /** A space with a published table; with `table` or `evaluator` any name, file or object made by `defineSpace`. */
  readonly space: Given<SpaceDefinition>;
  readonly spaceOptions?: MemberOptions | undefined;
  /** An evaluator of your own, by file or object, that is asked for each design instead of a table. */
  readonly evaluator?: Given<EvaluatorDefinition> | undefined;
  readonly evaluatorOptions?: MemberOptions | undefined;
}

export interface OpenedBench {
  readonly domain: Domain;
  readonly evaluator: Evaluator;
  readonly metric: Metric;
  /** Whether outcomes are looked up or computed, not trained. */
  readonly isLookedUp: boolean;
  /** Absent where designs are evaluated when they are asked for. */
  readonly judge?: AccuracyTable;
}

/** @throws GeniusError `infeasible` when no design is within the limits. */
export async function openBench(ground: BenchGround): Promise<OpenedBench> {
  const { dataset, environment, noise01, limits } = ground;
  const space = await openSpace(ground.space, ground.spaceOptions);
  const domain = createDomain(space, limits);
  if (domain.sample(createRandom("feasible")) === undefined) {
    throw new GeniusError("infeasible", describeEmpty(domain));
  }
  const setting = { space, dataset, folder: "", seed: 0, environment };
  if (ground.evaluator !== undefined) {
    const definition = await loadEvaluator(ground.evaluator.given);
    const options = resolveOptions(
      definition.options,
      ground.evaluator.options,
      `the evaluator ${definition.name}`,
    );
    const evaluator = await definition.create(setting, options);
    const isLookedUp = definition.tabular === true;
    return { domain, evaluator, metric: metricOf(evaluator.metric ?? accuracy), isLookedUp };
  }
  const { file, ...own } = ground.table ?? {};
  const options = table.options.parse({ noise01, ...(file !== undefined && { tableFile: file }), ...own });
  const metric = ownMetricOf(options);
  const isLimited = Object.keys(limits).length > 0;
  const judge = await openTable({
    ...{ space, dataset, file, metric },
    ...(isLimited && { isAllowed: domain.isFeasible }),
  });
  return { domain, evaluator: await table.create(setting, options), metric, isLookedUp: true, judge };
}
