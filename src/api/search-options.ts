// What a search is asked for, as a script writes it, and its way to the one schema that checks it and holds every
// default (`searchSettings`). The command's flags go the same way.
import type { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Given, resolveOptions } from "../catalog/load.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { Answerer, Effort } from "../llm/index.ts";
import type { SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { limitSettings } from "../study/limit-settings.ts";
import { modelSettings, type SearchSettings, searchSettings } from "../study/settings.ts";
import type { SearchEvent } from "./search-events.ts";

/** Bounds that every evaluated network keeps, all inclusive. A count is a number or text such as `"20k"` or `"5M"`. */
export interface SearchLimits {
  /** Maximum number of parameters. */
  readonly maxParams?: number | string | undefined;
  /** Minimum number of parameters. */
  readonly minParams?: number | string | undefined;
  /** Maximum multiply–accumulates (MACs) for one image. */
  readonly maxMacs?: number | string | undefined;
  /** Minimum multiply–accumulates (MACs) for one image. */
  readonly minMacs?: number | string | undefined;
  /** Maximum RAM for the feature maps of one image: bytes, or text such as `"256k"` with k = 1024. */
  readonly maxRam?: number | string | undefined;
  /** Maximum flash for weights, tables and code. */
  readonly maxFlash?: number | string | undefined;
  /** What RAM and flash are counted for; int8 by default. */
  readonly precision?: "int8" | "float" | undefined;
  /** A name of `genius list devices`, or a JSON file: sets `maxRam` and `maxFlash` where they are not given. */
  readonly device?: string | undefined;
}

/** What a search may spend. */
export interface SearchBudget {
  /**
   * Wall time of the whole run in minutes: opening the data, search, final training and test; 10 by default for a search on
   * images. Instead of `trials`.
   */
  readonly minutes?: number | undefined;
  /** The same in hours. */
  readonly hours?: number | undefined;
  /** Evaluations; 20 by default for a table. */
  readonly trials?: number | undefined;
  /** End early once the surrogate of `gp` or `hybrid` expects almost no gain; false by default. */
  readonly stopWhenDone?: boolean | undefined;
  /**
   * By the clock, begin with networks that won before: those of `keep()`, and those that come with GENIUS; true by default where
   * neither `space` nor `start` is given. `false` also tells no model of them.
   */
  readonly experience?: boolean | undefined;
  /** Maximum cost of the model, in US dollars. */
  readonly maxUsd?: number | undefined;
  /** Maximum cost of models in US dollars in one day (UTC), over all runs of this user on this machine that have this limit. */
  readonly maxUsdPerDay?: number | undefined;
  /** Maximum tokens that the model reads and writes. */
  readonly maxTokens?: number | undefined;
  /** Maximum calls of the model. */
  readonly maxCalls?: number | undefined;
}

/** Where a model is reached and what it costs, for a model that is not known. */
export interface ModelOptions {
  /** Address of an OpenAI-compatible server, for `compatible/…`. */
  readonly baseUrl?: string | undefined;
  /** How much a model that can think may think; the provider's default when absent. */
  readonly effort?: Effort | undefined;
  /** Price of a million tokens read, in US dollars. */
  readonly usdPerMillionInput?: number | undefined;
  /** Price of a million tokens written, in US dollars. */
  readonly usdPerMillionOutput?: number | undefined;
}

/** Options of a member, checked by its own schema: see `genius list`, or the reference. */
export type MemberOptions = Readonly<Record<string, unknown>>;

/** What belongs to one sitting of a search, new or resumed. */
export interface Sitting {
  /** Told what happens, in order. It must not throw. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
  /** Aborting it stops the search; its folder can be resumed. */
  readonly signal?: AbortSignal | undefined;
  /** Keys, places of data and caches; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Who answers for the model `manual`: a person at the terminal (default) or the dashboard, or your own object. */
  readonly answers?: "terminal" | "dashboard" | Answerer | undefined;
}

/** What `search` is asked for. Only `data` is needed. */
export interface SearchOptions extends Sitting {
  /**
   * A folder of class folders, CIFAR binary, IDX or Parquet files, or a name of `genius list datasets`; the name of a
   * published table searches that table. Not needed with a recorded conversation as the model.
   */
  readonly data?: string | undefined;
  readonly limits?: SearchLimits | undefined;
  readonly budget?: SearchBudget | undefined;
  /** `PROVIDER/MODEL`, such as `ollama/llama3.1`; needed by the strategy `llm`, optional for `hybrid`. */
  readonly model?: string | undefined;
  readonly modelOptions?: ModelOptions | undefined;
  /**
   * A name, a file, or an object made by `defineSpace`; the table's own, or `mobile` for images, by default. `author`: the model writes
   * it before the search, in one to four calls.
   */
  readonly space?: Given<SpaceDefinition> | undefined;
  readonly spaceOptions?: MemberOptions | undefined;
  /**
   * A text (`mine.txt`) or a model (`mine.onnx`) of your own network, in place of a space: searched is the space around it, and every result is
   * compared with it. Its own parameters and MACs are the maximum where `maxParams` or `maxMacs` is not given.
   */
  readonly start?: string | undefined;
  /** A name, a file, or an object made by `defineStrategy`; `hybrid` by default. */
  readonly strategy?: Given<StrategyDefinition> | undefined;
  readonly strategyOptions?: MemberOptions | undefined;
  /** A name, a file, or an object made by `defineEvaluator`; `table` for a published table, else `train`. */
  readonly evaluator?: Given<EvaluatorDefinition> | undefined;
  readonly evaluatorOptions?: MemberOptions | undefined;
  /** Of the launcher that the evaluator's options name. */
  readonly launcherOptions?: MemberOptions | undefined;
  /**
   * Names of strategies to compare with: each searches after this search with the same data and limits, and has as much time
   * (equal shares of `minutes`) or as many trials. Their runs are in `baselines/NAME` of the folder. A search that is ended by a
   * person has none.
   */
  readonly baselines?: readonly string[] | undefined;
  /** What designs are selected on: a name of `genius list metrics`, or a file made with `defineMetric`; accuracy by default. */
  readonly metric?: string | undefined;
  /** The same seed gives the same search; 1 by default. */
  readonly seed?: number | undefined;
  /** Evaluations at once; 1 for a table, one per core up to 4 for trainings, by default. */
  readonly parallel?: number | undefined;
  /** The run's folder; a new one below `runs/` by default. */
  readonly out?: string | undefined;
}

/** The definitions among what was given, by kind: a name or a file needs none. */
export interface GivenMembers {
  readonly space?: Given<SpaceDefinition> | undefined;
  readonly strategy?: Given<StrategyDefinition> | undefined;
  readonly evaluator?: Given<EvaluatorDefinition> | undefined;
}

type Settings = Omit<SearchSettings, "space" | "strategy" | "evaluator">;

/**
 * The settings of a search with every default filled in.
 * @throws GeniusError `wrong-use` that names the option, what was received and what is allowed.
 */
export function settingsOf(options: SearchOptions): Settings {
  const { limits = {}, budget = {}, modelOptions = {} } = options;
  checkFields(limits, Object.keys(limitSettings.shape), "limits");
  checkFields(budget, Object.keys(searchSettings.omit({ baseline: true }).shape), "budget");
  checkFields(modelOptions, Object.keys(modelSettings.shape), "modelOptions");
  const { model, metric, seed, parallel } = options;
  const given = { ...modelOptions, ...budget, ...limits, model, metric, seed, parallel };
  return resolveOptions(searchSettings as z.ZodType<SearchSettings>, given, "the search");
}

function checkFields(given: object, known: readonly string[], of: string): void {
  for (const field of Object.keys(given)) {
    if (known.includes(field)) continue;
    const near = nearest(field, known);
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    throw new GeniusError("wrong-use", `There is no option "${field}" in ${of}.${hint}`);
  }
}

/**
 * The names of a list as it is typed: "random,largest-first"; none where it was not given.
 * @throws GeniusError `wrong-use` for a list without a name.
 */
export function namesIn(text: string | undefined, flag: string): readonly string[] {
  const names = (text ?? "").split(",").flatMap((name) => name.trim() || []);
  if (text === undefined || names.length > 0) return names;
  throw new GeniusError(
    "wrong-use",
    `${flag} names nothing: write names with commas between them, such as random,largest-first.`,
  );
}

/** The options that flags and a settings file gave, by the fields of `searchSettings`. */
export function optionsOf(data: string | undefined, settings: SearchSettings): SearchOptions {
  const { space, strategy, evaluator, model, metric, seed, parallel, baseline, ...rest } = settings;
  const pick = (fields: readonly string[]) =>
    Object.fromEntries(Object.entries(rest).filter(([field]) => fields.includes(field)));
  const limitFields = Object.keys(limitSettings.shape);
  const modelFields = ["baseUrl", "usdPerMillionInput", "usdPerMillionOutput"];
  const others = Object.keys(rest).filter((field) => ![...limitFields, ...modelFields].includes(field));
  return {
    ...{ data, space, strategy, evaluator, model, metric, seed, parallel },
    baselines: namesIn(baseline, "--baseline"),
    limits: pick(limitFields),
    modelOptions: pick(modelFields),
    budget: pick(others),
  };
}
