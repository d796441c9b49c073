// From what was asked to a resolved configuration: every default filled in, every option checked by the schema of the
// member it belongs to. The result is plain data, and enough to run the study again.

import { availableParallelism } from "node:os";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { unknownName } from "../base/nearest.ts";
import { isPath } from "../base/own-file.ts";
import { counted } from "../base/units.ts";
import { findPublished } from "../catalog/datasets.ts";
import { deviceInWords, loadDevice } from "../catalog/devices.ts";
import {
  type Given,
  loadEvaluator,
  loadLauncher,
  loadSpace,
  loadStrategy,
  referenceOf,
  resolveOptions,
} from "../catalog/load.ts";
import type { DatasetDescription, EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import { isMessageList, parseModelName } from "../llm/index.ts";
import { accuracy, loadOwnMetric, type Metric, metricOf } from "../metrics/index.ts";
import type { Limits, SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { defaultMembers, modelSettings } from "../study/settings.ts";
import { type FittedOptions, fitSpace } from "./fit-space.ts";
import { limitsOf } from "./limits.ts";
import { lengthOf } from "./search-length.ts";
import { type MemberOptions, type SearchOptions, settingsOf } from "./search-options.ts";
import { limitsOfStart, openStart, type Start } from "./start.ts";
import { refuseUnknownData } from "./unknown-data.ts";

export interface Members {
  readonly space: SpaceDefinition;
  readonly strategy: StrategyDefinition;
  readonly evaluator: EvaluatorDefinition;
  /** Of the evaluator, if it uses one. */
  readonly launcher: LauncherDefinition | undefined;
}

export interface Chosen {
  readonly members: Members;
  /** How the journal names them. */
  readonly references: { readonly space: string; readonly strategy: string; readonly evaluator: string };
  /** Options that a choice implies unless they are given. */
  readonly implied: { readonly strategy: MemberOptions };
  /** The dataset, as the evaluator takes it. */
  readonly dataset: string;
  /** The person's own network that the search starts from. */
  readonly start: Start | undefined;
}

type Asked = Pick<
  SearchOptions,
  "data" | "model" | "space" | "start" | "strategy" | "evaluator" | "evaluatorOptions"
>;

/**
 * Chooses the members a search needs from what was asked.
 * @throws GeniusError `wrong-use` when the dataset is missing, `unknown-name` for a name that is not known.
 */
export async function chooseMembers(asked: Asked): Promise<Chosen> {
  const { model } = asked;
  const transcript = await transcriptOf(model);
  if (asked.start !== undefined && asked.space !== undefined) {
    throw new GeniusError(
      "wrong-use",
      "A search that starts from a network makes the space around it: leave out the space.",
    );
  }
  const start = asked.start === undefined ? undefined : await openStart(asked.start);
  const spaceName = nameOf(asked.space);
  // A space with a published table and no dataset means the table's first.
  const data = asked.data ?? (transcript === undefined ? spaceName : undefined);
  const published = data === undefined ? undefined : findPublished(data, spaceName);
  const evaluatorName = nameOf(asked.evaluator);
  const isTable = published !== undefined && (evaluatorName === undefined || evaluatorName === "table");
  const evaluator =
    asked.evaluator ??
    (transcript !== undefined ? "transcript" : isTable ? "table" : defaultMembers.evaluator);
  const given = {
    space:
      start?.space ??
      asked.space ??
      (transcript !== undefined ? "genius-imagenet" : isTable ? published.space : defaultMembers.space),
    strategy: asked.strategy ?? (transcript !== undefined ? "llm" : defaultMembers.strategy),
    evaluator,
  };
  const [space, strategy, loaded] = await Promise.all([
    loadSpace(given.space),
    loadStrategy(given.strategy),
    loadEvaluator(given.evaluator),
  ]);
  // An evaluator that never looks at data needs none.
  const dataset = isTable
    ? published.dataset
    : evaluator === "transcript"
      ? (transcript ?? asked.data)
      : (asked.data ?? (loaded.describe === undefined ? loaded.name : undefined));
  if (dataset === undefined || dataset === "") {
    throw new GeniusError(
      "wrong-use",
      "Say what to search for: a folder of class folders, or a name from `genius list datasets`.",
    );
  }
  if (strategy.model === "required" && model === undefined) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${strategy.name} needs a model: add --model PROVIDER/MODEL (see \`genius list models\`), or --model manual to answer yourself.`,
    );
  }
  const members = { space, strategy, evaluator: loaded, launcher: await launcherOf(loaded, asked) };
  return {
    members,
    references: {
      space: start?.reference ?? (await referenceOf("space", given.space)),
      strategy: await referenceOf("strategy", given.strategy),
      evaluator: await referenceOf("evaluator", given.evaluator),
    },
    // A replayed search is told what the recorded one was told, and nothing it proposed is repaired.
    implied: { strategy: transcript === undefined ? {} : { prompt: "genius-2023" } },
    dataset,
    start,
  };
}

const nameOf = (given: Given<{ readonly name: string }> | undefined) =>
  typeof given === "object" ? given.name : given;

/** The launcher that the evaluator's trainings run on, if it uses one: the one that was asked for, or its default. */
async function launcherOf(
  { launcherOf: named, options }: EvaluatorDefinition,
  { evaluatorOptions = {} }: Asked,
): Promise<LauncherDefinition | undefined> {
  const { launcher } = evaluatorOptions;
  if (named === undefined) return undefined;
  return loadLauncher(named(options.parse(typeof launcher === "string" ? { launcher } : {})));
}

/** The file of a replayed transcript, which brings its own measured accuracies; undefined for any other model. */
async function transcriptOf(model: string | undefined): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const name = parseModelName(model);
  return name.provider === "replay" && (await isMessageList(name.file)) ? name.file : undefined;
}

/** Where a configuration is resolved: how to look at the data. */
export interface Resolving {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (text: string) => void;
  readonly onUnderstood?: (understood: NonNullable<DatasetDescription["understood"]>) => void;
}

/**
 * The configuration of a study, which is what a journal's header keeps. Looks at the data, and fits the space to it.
 * @throws GeniusError `wrong-use` for an option, or as the evaluator's data do.
 */
export async function resolveConfig(
  options: SearchOptions,
  chosen: Chosen,
  { environment, onProgress, onUnderstood }: Resolving,
): Promise<StudyConfig> {
  const settings = settingsOf(options);
  const { space, strategy, evaluator, launcher } = chosen.members;
  const checked = (
    definition: Members["space" | "strategy"] | EvaluatorDefinition,
    kind: string,
    given: object,
  ) => resolveOptions(definition.options, { ...given }, `the ${kind} ${definition.name}`) as JsonObject;
  const named = limitsOf(settings);
  const evaluatorOptions = checked(evaluator, "evaluator", {
    ...impliedBy(named, evaluator),
    ...options.evaluatorOptions,
  });
  const described = await describe(evaluator, evaluatorOptions, {
    ...{ dataset: chosen.dataset, environment, onProgress },
  });
  if (described?.understood !== undefined) onUnderstood?.(described.understood);
  const limits = chosen.start === undefined ? named : limitsOfStart(chosen.start, named, described?.images);
  if (settings.device !== undefined) onProgress(`For ${deviceInWords(loadDevice(settings.device))}`);
  if (described === undefined && (evaluator.describe !== undefined || options.data !== undefined)) {
    refuseUnknownData(space, chosen.dataset, options.spaceOptions ?? {});
  }
  const fitted =
    described?.images === undefined ? {} : fitSpace(space, described.images, { limits, onProgress });
  // Two trainings of one thread each are faster than one of two threads: benchmarks/train-search.
  const parallel =
    settings.parallel ?? (evaluator.tabular || strategy.oneAtATime ? 1 : Math.min(4, availableParallelism()));
  const length = lengthOf(settings, {
    ...{ evaluator, evaluatorOptions: options.evaluatorOptions ?? {}, parallel },
  });
  if (length.minutes !== undefined && settings.minutes === undefined && settings.hours === undefined)
    onProgress(
      `By the clock: ${counted(length.minutes, "minute")} in all. Choose with --minutes, or --trials for evaluations.`,
    );
  const modelOptions = modelSettings.strip().parse(settings);
  return {
    dataset: chosen.dataset,
    task: described?.words ?? space.summary,
    metric: metricOf(await selectedMetric(settings.metric, evaluator, evaluatorOptions)),
    space: chosen.references.space,
    spaceOptions: fitOptions(space, fitted, options.spaceOptions ?? {}),
    strategy: chosen.references.strategy,
    strategyOptions: checked(strategy, "strategy", {
      ...chosen.implied.strategy,
      ...options.strategyOptions,
    }),
    evaluator: chosen.references.evaluator,
    evaluatorOptions,
    ...(launcher !== undefined && {
      launcherOptions: resolveOptions(
        launcher.options,
        options.launcherOptions ?? {},
        `the launcher ${launcher.name}`,
      ) as JsonObject,
    }),
    ...(settings.model !== undefined && { model: settings.model }),
    modelOptions: Object.fromEntries(
      Object.entries(modelOptions).filter(([, value]) => value !== undefined),
    ) as JsonObject,
    ...length,
    ...(settings.stopWhenDone && { stopWhenDone: true }),
    limits: { ...described?.limits, ...limits },
    ...(settings.device !== undefined && { device: loadDevice(settings.device) as unknown as JsonObject }),
    ...(chosen.start !== undefined && { start: chosen.start.config }),
    parallel,
    seed: settings.seed,
  };
}

/** Where memory is limited in 8 bits, the network is for a device: it is handed over in 8 bits, and measured in them. */
export function impliedBy(
  { precision }: Limits,
  { options }: Pick<EvaluatorDefinition, "options">,
): JsonObject {
  return precision === "int8" && options instanceof z.ZodObject && "int8" in options.shape
    ? { int8: true }
    : {};
}

/** What designs are selected on: what was asked for, among what the evaluator measures. */
async function selectedMetric(
  name: string | undefined,
  { name: evaluator, ...definition }: EvaluatorDefinition,
  options: JsonObject,
): Promise<Metric> {
  if (name !== undefined && isPath(name)) {
    if (definition.measuresOwn) return { ...(await loadOwnMetric(name)), file: name };
    throw new GeniusError(
      "wrong-use",
      `The evaluator ${evaluator} cannot measure a metric of your own (${name}). Choose --evaluator train.`,
    );
  }
  const metrics = (await definition.metricsOf?.(options)) ?? definition.metrics ?? [accuracy];
  const metric = name === undefined ? metrics[0] : metrics.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  const known = metrics.map((one) => one.name);
  if (known.length > 1) throw unknownName("metric", String(name), known);
  throw new GeniusError(
    "wrong-use",
    `The evaluator ${evaluator} selects on ${known.join()} alone: leave out --metric, or choose another --evaluator.`,
  );
}

/** Options of a space: those that were given, and for the rest those that suit the data. */
function fitOptions(
  space: Members["space"],
  fitted: FittedOptions,
  given: Readonly<Record<string, unknown>>,
): JsonObject {
  const values = { ...fitted, ...given };
  const issue = space.options.safeParse(values).error?.issues[0];
  const field = String(issue?.path[0]);
  if (issue !== undefined && field in fitted && !(field in given)) {
    throw new GeniusError(
      "wrong-use",
      `The space ${space.name} does not take these data: their ${field} is ${String(fitted[field])} (${issue.message}). Choose another space, or ${field} yourself.`,
    );
  }
  return resolveOptions(space.options, values, `the space ${space.name}`) as JsonObject;
}

/** What the data hold. A published table's name that an evaluator takes for a path gets an error that says so. */
async function describe(
  evaluator: EvaluatorDefinition,
  options: JsonObject,
  setting: Resolving & { readonly dataset: string },
): Promise<DatasetDescription | undefined> {
  try {
    return await evaluator.describe?.(setting, options);
  } catch (thrown) {
    const table = findPublished(setting.dataset, undefined);
    if (!(thrown instanceof GeniusError) || thrown.code !== "not-found" || table === undefined) throw thrown;
    throw new GeniusError(
      "wrong-use",
      `"${setting.dataset}" names a published table, and the evaluator ${evaluator.name} needs images, which do not come with it. Give the folder of the images, such as ./${setting.dataset}, or search the table with --space ${table.space} --evaluator table.`,
      { cause: thrown },
    );
  }
}
