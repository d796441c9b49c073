// The form that starts a search, from the schemas of the options: the same as `genius search --help` shows.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import { unknownName } from "../../base/nearest.ts";
import { calledShort, isPath } from "../../base/own-file.ts";
import { evaluators, references, spaces, strategies } from "../../catalog/_catalog.ts";
import { listDatasets } from "../../catalog/datasets.ts";
import { listDevices } from "../../catalog/devices.ts";
import { loadEvaluator, loadSpace, loadSpaceWriter, loadStrategy } from "../../catalog/load.ts";
import { modelProviders } from "../../llm/index.ts";
import { flagOf } from "../../runs/flags.ts";
import { searchSettings } from "../../study/settings.ts";
import type { Choice, OptionField, OptionGroup, StartForm } from "../api.ts";

/** Chosen in fields of their own. */
const members = ["space", "strategy", "evaluator", "model"];

export async function startForm(): Promise<StartForm> {
  const asking = Object.keys(strategies).filter((name) => strategies[name]?.model === "required");
  const writers = (await Promise.all(asking.map(loadSpaceWriter))).flatMap((writer) => writer ?? []);
  return {
    datasets: listDatasets().filter(({ name }) => name !== "PATH"),
    spaces: [
      ...choicesOf(spaces),
      ...writers.map(({ name }) => ({ name, summary: "The model, or you, writes it before the search." })),
    ],
    strategies: Object.entries(strategies).map(([name, { summary, model }]) => ({
      name,
      summary,
      model: model ?? "none",
    })),
    evaluators: choicesOf(evaluators),
    devices: listDevices().map(({ name, summary }) => ({ name, summary })),
    models: modelProviders.map(({ name, summary, usage }) => ({ name, summary, usage })),
    options: fieldsOf(searchSettings).filter(({ field }) => !members.includes(field)),
  };
}

const choicesOf = (entries: Readonly<Record<string, { readonly summary: string }>>): Choice[] =>
  Object.entries(entries).map(([name, { summary }]) => ({ name, summary }));

/**
 * Of members of the catalog: a file of the person's own would be run for it, and whoever may read may not run anything.
 * @throws GeniusError `wrong-use` for a file, `unknown-name` for what is not in the catalog.
 */
export async function memberOptions(chosen: {
  readonly space?: string | undefined;
  readonly strategy?: string | undefined;
  readonly evaluator?: string | undefined;
}): Promise<OptionGroup[]> {
  const groups: OptionGroup[] = [];
  const add = (title: string, options: z.ZodType) => {
    const fields = fieldsOf(options);
    if (fields.length > 0) groups.push({ title, options: fields });
  };
  const catalogs = [
    ["space", { ...spaces, ...references }],
    ["strategy", strategies],
    ["evaluator", evaluators],
  ] as const;
  const isWritten = chosen.space !== undefined && (await loadSpaceWriter(chosen.space)) !== undefined;
  for (const [kind, known] of catalogs) {
    const name = chosen[kind];
    if (name && !Object.hasOwn(known, name) && !(kind === "space" && isWritten))
      throw notBuiltIn(kind, name, Object.keys(known));
  }
  if (chosen.space && !isWritten) add(`Space ${chosen.space}`, (await loadSpace(chosen.space)).options);
  if (chosen.strategy) add(`Strategy ${chosen.strategy}`, (await loadStrategy(chosen.strategy)).options);
  if (chosen.evaluator) add(`Evaluator ${chosen.evaluator}`, (await loadEvaluator(chosen.evaluator)).options);
  return groups;
}

const notBuiltIn = (kind: string, name: string, known: readonly string[]): GeniusError =>
  isPath(name)
    ? new GeniusError(
        "wrong-use",
        `The options of ${calledShort(name)}, a file of your own, are checked when the search starts; only a ${kind} of the catalog is looked up here.`,
      )
    : unknownName(kind, name, known);

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly placeholder?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function fieldsOf(schema: z.ZodType): OptionField[] {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(described.properties ?? {}).map(([field, property]) => {
    const { description = "", default: fallback, placeholder } = property;
    const isPlain = ["string", "number", "boolean"].includes(typeof fallback);
    return {
      field,
      flag: flagOf(field),
      ...kindOf(property),
      description,
      ...(isPlain && { fallback: fallback as string | number | boolean }),
      ...(placeholder !== undefined && { placeholder }),
    };
  });
}

function kindOf({ type, enum: choices }: JsonSchema): Pick<OptionField, "kind" | "choices"> {
  if (choices !== undefined) return { kind: "choice", choices: choices.map(String) };
  if (type === "boolean") return { kind: "yes-no" };
  return { kind: type === "number" || type === "integer" ? "number" : "text" };
}
