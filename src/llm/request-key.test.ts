import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import type { ChatRequest } from "./chat.ts";
import { canonicalJson, firstDifference, requestKey, visibleRequest } from "./request-key.ts";
import { readObject } from "./structured.ts";

const base: ChatRequest = {
  messages: [{ role: "user", content: "Design a network." }],
  temperature: 0,
  purpose: "proposal 1",
};
const tool = { name: "cost", description: "Counts.", inputJsonSchema: { type: "object" }, execute: () => 1 };
const keyOf = (request: ChatRequest) => requestKey("openai/gpt-4o", visibleRequest(request));

describe("the key of a request", () => {
  test("covers all that the model sees", () => {
    const variants: ChatRequest[] = [
      base,
      { ...base, temperature: 0.5 },
      { messages: base.messages, purpose: base.purpose },
      { ...base, maxOutputTokens: 100 },
      { ...base, messages: [{ role: "system", content: "Design a network." }] },
      { ...base, messages: [...base.messages, ...base.messages] },
      { ...base, schema: { name: "proposal", jsonSchema: { type: "object" } } },
      { ...base, schema: { name: "proposal", jsonSchema: { type: "array" } } },
      { ...base, tools: [tool] },
      { ...base, tools: [{ ...tool, description: "Counts exactly." }] },
    ];
    expect(new Set(variants.map(keyOf)).size).toBe(variants.length);
    expect(requestKey("openai/gpt-4o-mini", visibleRequest(base))).not.toBe(keyOf(base));
  });

  test("covers nothing else", () => {
    expect(keyOf({ ...base, purpose: "proposal 2" })).toBe(keyOf(base));
    expect(keyOf({ ...base, tools: [] })).toBe(keyOf(base));
    expect(keyOf({ ...base, tools: [{ ...tool, execute: () => 2 }] })).toBe(
      keyOf({ ...base, tools: [tool] }),
    );
  });

  test("is known: SHA-256 of the canonical JSON", () => {
    expect(canonicalJson({ b: [1, null, { d: true, c: undefined }], a: "é\n" })).toBe(
      '{"a":"é\\n","b":[1,null,{"d":true}]}',
    );
    // printf '{"model":"m","request":{"a":1}}' | sha256sum
    expect(requestKey("m", { a: 1 })).toBe(
      "0b8a6186ed8c3cceb3ade62803d20f8ada7857e10166d221509b4f011a7ed140",
    );
  });

  test("does not depend on the order of fields, and JSON keeps it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const value = fields as Record<string, JsonValue>;
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(JSON.stringify(value)) as JsonValue)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe("the first difference", () => {
  test.each<[ChatRequest, string]>([
    [{ ...base, temperature: 1 }, "temperature: recorded 0, asked 1"],
    [
      { ...base, messages: [{ role: "user", content: "Design a new network." }] },
      'messages[0].content, character 12: recorded "Design a network.", asked "Design a new network."',
    ],
    [
      { ...base, messages: [] },
      'messages[0]: recorded {"role":"user","content":"Design a network."}, asked nothing',
    ],
    [{ ...base, maxOutputTokens: 5 }, "maxOutputTokens: recorded nothing, asked 5"],
  ])("is named with its place", (asked, expected) => {
    expect(firstDifference(visibleRequest(base), visibleRequest(asked))).toBe(expected);
  });

  test("is none exactly when the canonical JSON is equal", () => {
    const small = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(firstDifference(a, a)).toBeUndefined();
        expect(firstDifference(a, b) === undefined).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
  });
});

describe("the object in a reply", () => {
  const schema = {
    type: "object",
    properties: { choices: { type: "array", items: { type: "integer", minimum: 0, maximum: 6 } } },
    required: ["choices"],
    additionalProperties: false,
  };

  test.each([
    ['{"choices": [1, 2]}', [1, 2]],
    ['Here it is:\n```json\n{"choices": [3]}\n```\nIt is {good}.', [3]],
    ['My answer {"choices": [6]} is final.', [6]],
    ['{"choices": [7]}', undefined],
    ['{"choices": [1], "note": "x"}', [1]],
    ['{"choices": [1, 2', undefined],
    ["<html>", undefined],
    ["", undefined],
  ])("%j", (text, choices) => {
    expect(readObject(text, schema)).toEqual(choices === undefined ? undefined : { choices });
  });

  test("never crashes the reader", () => {
    fc.assert(fc.property(fc.string(), (text) => readObject(text, schema) === undefined));
  });
});
