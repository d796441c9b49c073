// Replies that should be one JSON value. The value is found in the text and checked against its schema here, the
// same for every provider, because even those that promise a schema break the promise when a reply is cut. Thinking
// is taken off first; of several values the last counts, because drafts come before answers.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ChatMessage, ChatRequest } from "./chat.ts";
import { jsonIn } from "./read-json.ts";
import { withoutThinking } from "./thinking.ts";

/** The last object of a reply that satisfies `jsonSchema`, as it stands or read kindly; undefined without one. */
export function readObject(text: string, jsonSchema: JsonObject): JsonValue | undefined {
  return lastObject(text, (object) => {
    const read = fits(object, jsonSchema) ? object : kindly(object, jsonSchema);
    return read !== undefined && fits(read, jsonSchema) ? read : undefined;
  });
}

/**
 * What `read` makes of the last object of a reply of which it makes something. Thinking is taken off first; an object
 * goes before those inside of it; objects in texts are none. Of an object whose end is missing, the whole fields are
 * there. Never throws, unless `read` does.
 */
export function lastObject<T>(text: string, read: (object: JsonObject) => T | undefined): T | undefined {
  const within = (value: JsonValue): T | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) return lastOf(value as readonly JsonValue[]);
    const object = value as JsonObject;
    const asides = Object.keys(object).filter((name) => aside.test(name));
    const rest = Object.keys(object).filter((name) => !aside.test(name));
    return read(object) ?? lastOf([...asides, ...rest].map((name) => object[name]));
  };
  const lastOf = (values: readonly (JsonValue | undefined)[]): T | undefined => {
    for (const value of values.toReversed()) {
      const found = value === undefined ? undefined : within(value);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return lastOf(jsonIn(answerIn(text)).map(({ value }) => value));
}

/** Fields whose objects are mentioned beside the answer, and count only where there is no other. */
const aside =
  /^(?:previous|prior|earlier|old|draft|rejected|discarded|history|baseline|example|reference|best_so_far|initial)/i;

/** A reply without its thinking; a reply that is JSON as a whole has none, whatever marks its texts hold. */
export function answerIn(text: string): string {
  const trimmed = withoutFence(text.trim());
  if (/^[{[]/.test(trimmed)) {
    try {
      JSON.parse(trimmed);
      return trimmed;
    } catch {
      // Not JSON as a whole.
    }
  }
  return withoutThinking(trimmed);
}

/** What a code fence around the whole text holds. */
function withoutFence(text: string): string {
  return /^(`{3,}|~{3,})[^\n]*\n([\s\S]*)\n\1$/.exec(text)?.[2]?.trim() ?? text;
}

/** Whether a value satisfies a JSON schema. */
export function fits(value: unknown, jsonSchema: JsonObject): boolean {
  return checkerOf(jsonSchema).safeParse(value).success;
}

const checkers = new WeakMap<JsonObject, z.ZodType>();

function checkerOf(jsonSchema: JsonObject): z.ZodType {
  const known = checkers.get(jsonSchema);
  if (known !== undefined) return known;
  const checker = z.fromJSONSchema(jsonSchema as Parameters<typeof z.fromJSONSchema>[0]);
  checkers.set(jsonSchema, checker);
  return checker;
}

/** The value with unambiguous mistakes corrected: numbers written as texts, fields that were not asked for. */
function kindly(value: JsonValue, schema: JsonObject): JsonValue | undefined {
  const { type, properties, items, additionalProperties } = schema as {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly items?: JsonObject;
    readonly additionalProperties?: boolean;
  };
  if ((type === "integer" || type === "number") && typeof value === "string") return numberIn(value) ?? value;
  if (type === "array" && items !== undefined) {
    return Array.isArray(value) ? value.map((item: JsonValue) => kindly(item, items) ?? null) : value;
  }
  if (type !== "object" || properties === undefined || typeof value !== "object" || value === null)
    return value;
  const fields = Object.entries(value).flatMap(([name, field]): [string, JsonValue][] => {
    const inner = properties[name];
    if (field === undefined) return [];
    if (inner === undefined) return additionalProperties === false ? [] : [[name, field]];
    return [[name, kindly(field, inner) ?? null]];
  });
  return Object.fromEntries(fields);
}

/** The number that a text is, a sign for per cent after it allowed: "0", "92.5", "93 %". */
export function numberIn(text: string): number | undefined {
  const digits = /^\s*([+-]?\d+(?:\.\d+)?)\s*%?\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A wanted schema told in words, for a model that has no other way to be told. */
export function schemaInstruction(schema: NonNullable<ChatRequest["schema"]>): string {
  return `Answer with one JSON value and nothing else: no explanation, no code fence. It must satisfy this JSON schema:\n${JSON.stringify(schema.jsonSchema)}`;
}

export function withInstruction(
  messages: readonly ChatMessage[],
  schema: NonNullable<ChatRequest["schema"]>,
): readonly ChatMessage[] {
  const instruction = schemaInstruction(schema);
  const last = messages.at(-1);
  if (last?.role !== "user") return [...messages, { role: "user", content: instruction }];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${instruction}` }];
}
