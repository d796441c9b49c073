// From what was asked to a resolved configuration: every default filled in, every option checked by the schema of the
// member it belongs to. The result is plain data, and enough to run the study again.

import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { z } from "zod";
import { checkProcesses } from "../base/at-once.ts";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { unknownName } from "../base/nearest.ts";
import { isPath } from "../base/own-file.ts";
import { checkPlainly } from "../base/schema-words.ts";
import { counted } from "../base/units.ts";
import { findPublished } from "../catalog/datasets.ts";
import { deviceInWords, loadDevice } from "../catalog/devices.ts";
import { resolveOptions, type SpaceWriter } from "../catalog/load.ts";
import type { DatasetDescription, EvaluatorDefinition } from "../evaluators/evaluator.ts";
import { accuracy, loadOwnMetric, type Metric, metricOf } from "../metrics/index.ts";
import type { Limits } from "../search/space.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { defaultMinutes, modelSettings } from "../study/settings.ts";
import { checkBaselines } from "./check-baselines.ts";
import type { Chosen, Members } from "./choose-members.ts";
import { experienceFor } from "./experience.ts";
import { type FittedOptions, fitSpace } from "./fit-space.ts";
import { limitsOf } from "./limits.ts";
import { lengthOf } from "./search-length.ts";
import { type SearchOptions, settingsOf } from "./search-options.ts";
import { limitsOfStart } from "./start.ts";
import { refuseUnknownData } from "./unknown-data.ts";

/** Where a configuration is resolved: how to look at the data. */
export interface Resolving {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (text: string) => void;
  /** Aborting it ends the reading of the data. */
  readonly signal?: AbortSignal;
  readonly onUnderstood?: (understood: NonNullable<DatasetDescription["understood"]>) => void;
}

/**
 * The configuration of a study, which is what a journal's header keeps. Looks at the data, and fits the space to it.
 * @throws GeniusError `wrong-use` for an option, or as the evaluator's data do.
 */
export async function resolveConfig(
  options: SearchOptions,
  chosen: Chosen,
  { environment, onProgress, signal, onUnderstood }: Resolving,
): Promise<StudyConfig> {
  const settings = settingsOf(options);
  const { space, strategy, evaluator, launcher } = chosen.members;
  const checked = (
    definition: Members["space" | "strategy"] | EvaluatorDefinition,
    kind: string,
    given: object,
  ) => resolveOptions(definition.options, { ...given }, `the ${kind} ${definition.name}`) as JsonObject;
  if (chosen.writer !== undefined) checkImageOptions(options.spaceOptions ?? {}, chosen.writer);
  const named = limitsOf(settings);
  const evaluatorOptions = checked(evaluator, "evaluator", {
    ...impliedBy(named, evaluator),
    ...options.evaluatorOptions,
  });
  const described = await describe(evaluator, evaluatorOptions, {
    ...{ dataset: chosen.dataset, environment, onProgress },
    ...(signal !== undefined && { signal }),
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
  if (evaluator.startsProcesses || launcher?.startsProcesses) checkProcesses("--parallel", parallel);
  const baselines = await checkBaselines(options.baselines ?? [], {
    strategy: chosen.references.strategy,
    ...(settings.model !== undefined && { model: settings.model }),
  });
  const length = lengthOf(settings, {
    ...{ evaluator, evaluatorOptions: options.evaluatorOptions ?? {}, parallel },
    searches: 1 + baselines.length,
  });
  if (length.minutes !== undefined && settings.minutes === undefined && settings.hours === undefined)
    onProgress(
      `By the clock: ${counted(defaultMinutes, "minute")} in all. Choose with --minutes, or --trials for evaluations.`,
    );
  const modelOptions = modelSettings.strip().parse(settings);
  const metric = metricOf(await selectedMetric(settings.metric, evaluator, evaluatorOptions));
  const experience = await experienceFor({
    ...{ dataset: basename(chosen.dataset), images: described?.images, limits, metric },
    ...{ model: settings.model, environment, onProgress },
    isTried: beginsWithExperience(options, { asked: settings.experience, minutes: length.minutes }),
    isTold: settings.experience !== false && (chosen.writer ?? strategy).readsExperience === true,
  });
  return {
    dataset: chosen.dataset,
    task: described?.words ?? space.summary,
    metric,
    space: chosen.references.space,
    ...(chosen.writer !== undefined && { spaceWriter: chosen.writer.name }),
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
    ...(experience !== undefined && { experience }),
    ...(baselines.length > 0 && { baselines }),
    parallel,
    seed: settings.seed,
  };
}

/** A person's own space or network says what is searched; else what won before is tried first, where time allows to compare. */
function beginsWithExperience(
  { space, start }: SearchOptions,
  { asked, minutes }: { readonly asked: boolean | undefined; readonly minutes: number | undefined },
): boolean {
  if (asked === true && (minutes === undefined || start !== undefined)) {
    throw new GeniusError(
      "wrong-use",
      minutes === undefined
        ? "--experience is for a search by the clock: give --minutes."
        : "--start begins with your own network: leave out --experience.",
    );
  }
  return asked ?? (minutes !== undefined && space === undefined && start === undefined);
}

/** Options that say what the images are: all that a space to be written has. */
const imageOptions = ["imageSize", "channels", "classCount"];

function checkImageOptions(given: object, { name }: SpaceWriter): void {
  const other = Object.keys(given).find((option) => !imageOptions.includes(option));
  if (other === undefined) return;
  throw new GeniusError(
    "wrong-use",
    `With --space ${name} the space is written for this search, and has no option "${other}": leave it out.`,
  );
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
  const { fault } = checkPlainly(space.options, values);
  const field = String(fault?.path[0]);
  if (fault !== undefined && field in fitted && !(field in given)) {
    throw new GeniusError(
      "wrong-use",
      `The space ${space.name} does not take these data: their ${field}${fault.words} Choose another space, or ${field} yourself.`,
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
