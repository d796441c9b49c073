// What makes two requests the same, and where two that should be the same first differ. The key covers everything
// that the model can see, and nothing else: what a call is for and how a tool is carried out stay outside.
import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ChatRequest } from "./chat.ts";

/** The part of a request that the model sees, as plain data. */
export function visibleRequest(request: ChatRequest): JsonObject {
  return {
    messages: request.messages.map(({ role, content, images = [] }) => ({
      ...{ role, content },
      ...(images.length > 0 && {
        images: images.map(({ hash, width, height }) => ({ hash, width, height })),
      }),
    })),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(request.effort === undefined ? {} : { effort: request.effort }),
    ...(request.schema === undefined
      ? {}
      : { schema: { name: request.schema.name, jsonSchema: request.schema.jsonSchema } }),
    ...(request.tools === undefined || request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ name, description, inputJsonSchema }) => ({
            name,
            description,
            inputJsonSchema,
          })),
        }),
  };
}

/** SHA-256, in hexadecimal, of the model and the request in canonical JSON. */
export function requestKey(model: string, request: JsonObject): string {
  return createHash("sha256").update(canonicalJson({ model, request })).digest("hex");
}

/** JSON with sorted keys and without fields that are undefined: equal values give equal text. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonicalJson(item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}

/** Says in words where two requests first differ; undefined when they do not. */
export function firstDifference(
  recorded: JsonValue | undefined,
  asked: JsonValue | undefined,
  path = "",
): string | undefined {
  if (typeof recorded === "string" && typeof asked === "string") return textDifference(recorded, asked, path);
  if (isContainer(recorded) && isContainer(asked) && Array.isArray(recorded) === Array.isArray(asked)) {
    const isList = Array.isArray(recorded);
    const a = new Map(Object.entries(recorded));
    const b = new Map(Object.entries(asked));
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      const inner = isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      const found = firstDifference(a.get(key), b.get(key), inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (recorded === asked) return undefined;
  return `${path || "the request"}: recorded ${shown(recorded)}, asked ${shown(asked)}`;
}

const isContainer = (value: unknown): value is Record<string, JsonValue> =>
  typeof value === "object" && value !== null;

function textDifference(recorded: string, asked: string, path: string): string | undefined {
  if (recorded === asked) return undefined;
  let at = 0;
  while (at < recorded.length && at < asked.length && recorded[at] === asked[at]) at += 1;
  const from = Math.max(0, at - 20);
  const cutOut = (text: string) => JSON.stringify(text.slice(from, at + 40));
  return `${path}, character ${at + 1}: recorded ${cutOut(recorded)}, asked ${cutOut(asked)}`;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
