// The one command that repeats a run, written from its configuration.
import { isPath } from "../base/own-file.ts";
import { isKnownDevice } from "../catalog/devices.ts";
import { isScripted } from "../catalog/load.ts";
import { togetherOf } from "../study/equal-shares.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { fieldOf, flagOf } from "./flags.ts";

const limitFlags: Readonly<Record<string, string>> = {
  maxParamCount: "--max-params",
  minParamCount: "--min-params",
  maxMacCount: "--max-macs",
  minMacCount: "--min-macs",
  maxRamBytes: "--max-ram",
  maxFlashBytes: "--max-flash",
};

/** The same configuration as fields of the form that starts a search: by name, as a person would fill them in. */
export function formValuesOf(config: StudyConfig): Readonly<Record<string, string | number | boolean>> {
  const values: Record<string, string | number | boolean> = {
    space: config.space,
    strategy: config.strategy,
    evaluator: config.evaluator,
    seed: config.seed,
    ...(config.model !== undefined && { model: config.model }),
    ...(config.minutes === undefined ? { trials: config.trials } : { minutes: minutesOf(config) }),
    ...(config.baselines !== undefined && { baseline: config.baselines.join(",") }),
    ...(beganWithExperience(config) && { experience: true }),
    ...(config.parallel !== 1 && { parallel: config.parallel }),
    ...(config.metric.name !== "accuracy" && { metric: config.metric.file ?? config.metric.name }),
  };
  for (const [name, value] of Object.entries(config.limits))
    if (typeof value === "number" || name === "precision")
      values[fieldOf(limitFlags[name] ?? flagOf(name))] = value as string | number;
  const { spaceOptions, strategyOptions, evaluatorOptions, launcherOptions = {}, modelOptions } = config;
  for (const set of [spaceOptions, strategyOptions, evaluatorOptions, launcherOptions, modelOptions])
    for (const [field, value] of Object.entries(set))
      if (["string", "number", "boolean"].includes(typeof value))
        values[field] = value as string | number | boolean;
  return values;
}

/** As they were asked for: of the search together with those that it is compared with. */
const minutesOf = ({ minutes = 0, baselines = [] }: StudyConfig): number =>
  togetherOf(minutes, 1 + baselines.length);

/** Named, since a search in a named space does not by itself. What it is offered is what is known then. */
const beganWithExperience = ({ experience }: StudyConfig): boolean =>
  experience !== undefined && experience.offered.length > 0;

/** The options of members that are files, which no form offers, by member. */
export function optionsOfFiles(
  config: StudyConfig,
): Readonly<Partial<Record<"space" | "strategy" | "evaluator", readonly string[]>>> {
  const { space, strategy, evaluator } = config;
  return {
    ...(isPath(space) && { space: Object.keys(config.spaceOptions) }),
    ...(isPath(strategy) && { strategy: Object.keys(config.strategyOptions) }),
    ...(isPath(evaluator) && { evaluator: Object.keys(config.evaluatorOptions) }),
  };
}

export function commandOf(config: StudyConfig, options: { readonly withoutModel?: boolean } = {}): string {
  const scripted = [config.space, config.strategy, config.evaluator].filter(isScripted);
  if (scripted.length > 0) return `# run the script that defines ${scripted.join(", ")}`;
  // Without a model nobody writes the space again: it is the text in the run's folder.
  const space = options.withoutModel ? config.space : (config.spaceWriter ?? config.space);
  const words = ["genius", "search", config.dataset, "--space", space, "--strategy", config.strategy];
  words.push("--evaluator", config.evaluator);
  const model = options.withoutModel ? {} : config.modelOptions;
  if (config.model !== undefined && !options.withoutModel) words.push("--model", config.model);
  if (config.minutes === undefined) words.push("--trials", String(config.trials));
  else words.push("--minutes", String(minutesOf(config)));
  if (config.baselines !== undefined) words.push("--baseline", config.baselines.join(","));
  if (beganWithExperience(config)) words.push("--experience");
  words.push("--seed", String(config.seed));
  if (config.parallel !== 1) words.push("--parallel", String(config.parallel));
  const { device } = config;
  if (typeof device?.name === "string" && isKnownDevice(device.name)) words.push("--device", device.name);
  for (const [name, value] of Object.entries(config.limits))
    words.push(limitFlags[name] ?? flagOf(name), String(value));
  for (const set of [
    config.spaceOptions,
    config.strategyOptions,
    config.evaluatorOptions,
    config.launcherOptions ?? {},
    model,
  ]) {
    for (const [field, value] of Object.entries(set)) {
      if (value === undefined || value === null || typeof value === "object") continue;
      if (value === false) words.push(`${flagOf(field)}=false`);
      else if (value === true) words.push(flagOf(field));
      else words.push(flagOf(field), String(value));
    }
  }
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
