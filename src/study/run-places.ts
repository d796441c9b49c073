// Where a run's own files and data lie. A configuration names them as they were typed; beside that, the journal keeps each
// place as an absolute path and as seen from the run's folder, so that a run is found its parts again from any folder, and
// after it was moved together with them.
import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";

export interface Place {
  readonly absolute: string;
  readonly fromRun: string;
}

/** By the field of the configuration that names it: `dataset`, `space`, `metric.file`, `evaluatorOptions.tableFile`. */
export type Places = Readonly<Record<string, Place>>;

/** The fields that may name a file or a folder. */
interface Placeable {
  readonly dataset: string;
  readonly space: string;
  readonly strategy: string;
  readonly evaluator: string;
  readonly model?: string;
  readonly metric: { readonly file?: string };
  readonly spaceOptions: JsonObject;
  readonly strategyOptions: JsonObject;
  readonly evaluatorOptions: JsonObject;
  readonly launcherOptions?: JsonObject;
  readonly places?: Places;
}

const members = ["dataset", "space", "strategy", "evaluator"] as const;
const optionSets = ["spaceOptions", "strategyOptions", "evaluatorOptions", "launcherOptions"] as const;
const replay = "replay/";

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
/** With a folder, or with a file's ending: `./mine`, `loss.csv`. */
const isPathLike = (name: string) => /[/\\]/.test(name) || /\.[A-Za-z]\w*$/.test(name);

/** Every text of a configuration that may be a path, by its field. */
function textsOf(config: Placeable): [field: string, text: string][] {
  const texts: [string, string][] = members.map((field) => [field, config[field]]);
  if (config.model?.startsWith(replay)) texts.push(["model", config.model.slice(replay.length)]);
  if (config.metric.file !== undefined) texts.push(["metric.file", config.metric.file]);
  for (const set of optionSets)
    for (const [name, value] of Object.entries(config[set] ?? {}))
      if (typeof value === "string" && isPathLike(value)) texts.push([`${set}.${name}`, value]);
  return texts;
}

/** The configuration with a field naming another path. */
function withText<Config extends Placeable>(config: Config, field: string, text: string): Config {
  if (field === "model") return { ...config, model: `${replay}${text}` };
  const [set, name] = field.split(/\.(.*)/s) as [keyof Placeable, string | undefined];
  return name === undefined
    ? { ...config, [set]: text }
    : { ...config, [set]: { ...(config[set] as JsonObject), [name]: text } };
}

/** The places of what the configuration names, seen from the working folder. `isDatasetName`: the dataset is no path. */
export async function placesOf(
  config: Placeable,
  folder: string,
  { isDatasetName }: { readonly isDatasetName: boolean },
): Promise<Places> {
  const places: Record<string, Place> = {};
  for (const [field, text] of textsOf(config)) {
    if (field === "dataset" ? isDatasetName : field !== "model" && !isPathLike(text)) continue;
    const absolute = resolve(text);
    if (await isThere(absolute)) places[field] = { absolute, fromRun: relative(resolve(folder), absolute) };
  }
  return places;
}

/**
 * The configuration of the run in `folder` with every path as it is found now: as seen from the run's folder, else where
 * it was. Of an older journal, which kept no places, what is not found from here is looked for from the folders above
 * the run, one of which it was typed in as a rule.
 */
export async function located<Config extends Placeable>(config: Config, folder: string): Promise<Config> {
  const run = resolve(folder);
  let found = config;
  for (const [field, text] of textsOf(config)) {
    const place = config.places?.[field];
    const candidates =
      place !== undefined
        ? [join(run, place.fromRun), place.absolute]
        : config.places === undefined && isPathLike(text) && (field !== "dataset" || /[/\\]/.test(text))
          ? [resolve(text), ...above(run).map((at) => join(at, text))]
          : [];
    for (const candidate of candidates) {
      if (!(await isThere(candidate))) continue;
      if (candidate !== resolve(text)) found = withText(found, field, candidate);
      break;
    }
  }
  return found;
}

function above(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...above(parent)];
}
