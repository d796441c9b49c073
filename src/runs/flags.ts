// From one schema to flags: a field `maxParams` is the flag `--max-params`; its description, its default and what it
// allows come from the schema. The command line, the dashboard's form and the arguments of a started search use the same.
import type { z } from "zod";

/** What a flag looks like in help, read from a field of a schema. */
export interface Flag {
  readonly field: string;
  readonly flag: string;
  readonly isBoolean: boolean;
  readonly isNumber: boolean;
  readonly placeholder: string;
  readonly description: string;
  readonly fallback: unknown;
  /** A value that names a file stands for what is in it. */
  readonly readsFile: boolean;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly placeholder?: string;
  readonly readsFile?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

export const flagOf = (field: string) =>
  `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
export const fieldOf = (flag: string) =>
  flag.replace(/^--/, "").replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The fields of an object schema as flags. */
export async function flagsOf(schema: z.ZodType): Promise<readonly Flag[]> {
  const { toJSONSchema } = await import("zod");
  const described = toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(described.properties ?? {}).map(([field, property]) => ({
    field,
    flag: flagOf(field),
    isBoolean: property.type === "boolean",
    isNumber: property.type === "number" || property.type === "integer",
    placeholder: property.placeholder ?? placeholderOf(property),
    description: property.description ?? "",
    fallback: property.default,
    readsFile: property.readsFile ?? false,
  }));
}

function placeholderOf(property: JsonSchema): string {
  if (property.enum !== undefined) return property.enum.join("|");
  return property.type === "number" || property.type === "integer" ? "N" : "TEXT";
}
