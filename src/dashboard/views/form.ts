// The form that starts a search, from the schemas of the options: the same as `genius search --help` shows.
import { z } from "zod";
import { evaluators, spaces, strategies } from "../../catalog/_catalog.ts";
import { listDatasets } from "../../catalog/datasets.ts";
import { listDevices } from "../../catalog/devices.ts";
import { loadEvaluator, loadSpace, loadStrategy } from "../../catalog/load.ts";
import { modelProviders } from "../../llm/index.ts";
import { flagOf } from "../../runs/flags.ts";
import { searchSettings } from "../../study/settings.ts";
import type { Choice, OptionField, OptionGroup, StartForm } from "../api.ts";

/** Chosen in fields of their own. */
const members = ["space", "strategy", "evaluator", "model"];

export function startForm(): StartForm {
  return {
    datasets: listDatasets().filter(({ name }) => name !== "PATH"),
    spaces: choicesOf(spaces),
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
  if (chosen.space) add(`Space ${chosen.space}`, (await loadSpace(chosen.space)).options);
  if (chosen.strategy) add(`Strategy ${chosen.strategy}`, (await loadStrategy(chosen.strategy)).options);
  if (chosen.evaluator) add(`Evaluator ${chosen.evaluator}`, (await loadEvaluator(chosen.evaluator)).options);
  return groups;
}

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
