// The one command that repeats a run, written from its configuration.
import { isScripted } from "../catalog/load.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { flagOf } from "./flags.ts";

const limitFlags: Readonly<Record<string, string>> = {
  maxParamCount: "--max-params",
  minParamCount: "--min-params",
  maxMacCount: "--max-macs",
  minMacCount: "--min-macs",
};

export function commandOf(config: StudyConfig, options: { readonly withoutModel?: boolean } = {}): string {
  const scripted = [config.space, config.strategy, config.evaluator].filter(isScripted);
  if (scripted.length > 0) return `# run the script that defines ${scripted.join(", ")}`;
  const words = ["genius", "search", config.dataset, "--space", config.space, "--strategy", config.strategy];
  words.push("--evaluator", config.evaluator);
  const model = options.withoutModel ? {} : config.modelOptions;
  if (config.model !== undefined && !options.withoutModel) words.push("--model", config.model);
  if (config.minutes === undefined) words.push("--trials", String(config.trials));
  else words.push("--minutes", String(config.minutes));
  words.push("--seed", String(config.seed));
  if (config.parallel !== 1) words.push("--parallel", String(config.parallel));
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
