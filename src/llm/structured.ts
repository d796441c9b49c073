// Replies that should be one JSON value. The value is found in the text and checked against its schema here, the
// same for every provider, because even those that promise a schema break the promise when a reply is cut.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ChatMessage, ChatRequest } from "./chat.ts";

/**
 * The value of `jsonSchema` in a reply: the whole text, or what stands in a code fence, or the outermost braces.
 * Undefined when there is none or it breaks the schema.
 */
export function readObject(text: string, jsonSchema: JsonObject): JsonValue | undefined {
  const fence = /```(?:json)?[^\S\n]*\n([\s\S]*?)```/.exec(text)?.[1];
  const braces = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, fence, braces]) {
    if (candidate === undefined) continue;
    const value = parsed(candidate);
    if (value !== undefined && fits(value, jsonSchema)) return value;
  }
  return undefined;
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

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The messages with the wanted schema told in words, for a model that has no other way to be told. */
export function withInstruction(
  messages: readonly ChatMessage[],
  schema: NonNullable<ChatRequest["schema"]>,
): readonly ChatMessage[] {
  const instruction = `Answer with one JSON value and nothing else: no explanation, no code fence. It must satisfy this JSON schema:\n${JSON.stringify(schema.jsonSchema)}`;
  const last = messages.at(-1);
  if (last?.role !== "user") return [...messages, { role: "user", content: instruction }];
  return [...messages.slice(0, -1), { role: "user", content: `${last.content}\n\n${instruction}` }];
}
