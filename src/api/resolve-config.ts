// From what a person asked to a resolved configuration: every default filled in, every option checked by the schema
// of the member it belongs to. The result is plain data, and enough to run the study again.

import { availableParallelism } from "node:os";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { findPublished } from "../catalog/datasets.ts";
import { loadEvaluator, loadSpace, loadStrategy } from "../catalog/load.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import { isMessageList, parseModelName } from "../llm/index.ts";
import type { Limits, SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { modelSettings, type SearchSettings } from "../study/settings.ts";

export interface Members {
  readonly space: SpaceDefinition;
  readonly strategy: StrategyDefinition;
  readonly evaluator: EvaluatorDefinition;
}

export interface Chosen {
  readonly members: Members;
  /** Options that a choice implies unless the person says otherwise. */
  readonly implied: { readonly strategy: Readonly<Record<string, string>> };
  /** The data set, as the evaluator takes it. */
  readonly dataset: string;
}

/**
 * Chooses the members a search needs from what was asked.
 * @throws GeniusError `wrong-use` when the data set is missing, `unknown-name` for a name that is not known.
 */
export async function chooseMembers(dataset: string | undefined, settings: SearchSettings): Promise<Chosen> {
  const transcript = await transcriptOf(settings.model);
  const published = dataset === undefined ? undefined : findPublished(dataset, settings.space);
  const isTable =
    published !== undefined && (settings.evaluator === undefined || settings.evaluator === "table");
  const evaluator =
    settings.evaluator ?? (transcript !== undefined ? "transcript" : isTable ? "table" : "train");
  if (dataset === undefined && evaluator !== "transcript") {
    throw new GeniusError(
      "wrong-use",
      "Say what to search for: a folder of class folders, or a name from `genius list datasets`.",
    );
  }
  const space =
    settings.space ?? (transcript !== undefined ? "genius-imagenet" : isTable ? published.space : "mobile");
  const strategy = settings.strategy ?? (transcript !== undefined ? "llm" : "hybrid");
  const members = {
    space: await loadSpace(space),
    strategy: await loadStrategy(strategy),
    evaluator: await loadEvaluator(evaluator),
  };
  if (members.strategy.model === "required" && settings.model === undefined) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${members.strategy.name} needs a model: add --model PROVIDER/MODEL (see \`genius list models\`), or --model manual to answer yourself.`,
    );
  }
  return {
    members,
    // A replayed search is told what the recorded one was told, and nothing it proposed is repaired.
    implied: { strategy: transcript === undefined ? {} : { prompt: "genius-2023" } },
    dataset: isTable
      ? published.dataset
      : evaluator === "transcript"
        ? (transcript ?? dataset ?? "")
        : dataset!,
  };
}

/** The file of a replayed transcript, which brings its own measured accuracies; undefined for any other model. */
async function transcriptOf(model: string | undefined): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const name = parseModelName(model);
  return name.provider === "replay" && (await isMessageList(name.file)) ? name.file : undefined;
}

export interface MemberOptions {
  readonly space: JsonObject;
  readonly strategy: JsonObject;
  readonly evaluator: JsonObject;
  readonly launcher?: JsonObject;
}

/** The configuration of a study: what a journal's header keeps. */
export function configOf(
  chosen: Chosen,
  settings: SearchSettings,
  { task, limits }: { readonly task: string; readonly limits: Limits },
  options: MemberOptions,
): StudyConfig {
  const model = modelSettings.strip().parse(settings);
  return {
    dataset: chosen.dataset,
    task,
    space: settings.space ?? chosen.members.space.name,
    spaceOptions: options.space,
    strategy: settings.strategy ?? chosen.members.strategy.name,
    strategyOptions: options.strategy,
    evaluator: settings.evaluator ?? chosen.members.evaluator.name,
    evaluatorOptions: options.evaluator,
    ...(options.launcher !== undefined && { launcherOptions: options.launcher }),
    ...(settings.model !== undefined && { model: settings.model }),
    modelOptions: Object.fromEntries(
      Object.entries(model).filter(([, value]) => value !== undefined),
    ) as JsonObject,
    trials: settings.trials,
    ...(settings.stopWhenDone && { stopWhenDone: true }),
    limits: { ...limits },
    // Two trainings of one thread each are faster than one of two threads: benchmarks/train-search.
    parallel:
      settings.parallel ?? (chosen.members.evaluator.tabular ? 1 : Math.min(4, availableParallelism())),
    seed: settings.seed,
  };
}

/** Limits as a domain takes them. */
export function limitsOf(
  settings: Pick<SearchSettings, "maxParams" | "minParams" | "maxMacs" | "minMacs">,
): Limits {
  const { maxParams, minParams, maxMacs, minMacs } = settings;
  return {
    ...(minParams !== undefined && { minParamCount: minParams }),
    ...(maxParams !== undefined && { maxParamCount: maxParams }),
    ...(minMacs !== undefined && { minMacCount: minMacs }),
    ...(maxMacs !== undefined && { maxMacCount: maxMacs }),
  };
}
