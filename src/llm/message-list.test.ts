import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { fuzzEffort, fuzzTimeout } from "../testing/fuzz.ts";
import { needs, sharedPath } from "../testing/shared-data.ts";
import { readMessageList } from "./message-list.ts";

const folder = sharedPath("transcripts");
const transcript = (name: string) => readFileSync(join(folder, name), "utf8");

describe("the published GENIUS conversations", needs("transcripts"), () => {
  test.each([
    ["329M.json", 26, 62],
    ["401M.json", 17, 44],
    ["epoch_10_input_224.json", 24, 58],
    ["epoch_20_input_224.json", 27, 64],
    ["epoch_20_input_96.json", 25, 60],
  ])("%s holds %i answers in %i messages", (name, answers, all) => {
    const { messages, cut } = readMessageList(transcript(name), name);
    expect(messages.filter(({ role }) => role === "assistant")).toHaveLength(answers);
    expect(messages).toHaveLength(all);
    expect(cut).toBeUndefined();
  });

  test("are all tested", () => {
    expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toHaveLength(5);
  });

  test("cut anywhere, give a beginning of the same messages", () => {
    const text = transcript("401M.json");
    const { messages } = readMessageList(text, "401M.json");
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: text.trimEnd().length - 1 }), (length) => {
        const part = text.slice(0, length);
        const found = readMessageList(part, "401M.json");
        // Each message of this file ends with a brace on a line of its own, which no text in it can hold.
        const whole = part.match(/\n {4}\}/g)?.length;
        expect(found.messages.length).toBe(whole);
        expect(isDeepStrictEqual(found.messages, messages.slice(0, whole))).toBe(true);
        expect(found.cut).toMatch(/401M\.json was cut short: its \d+ whole messages? (is|are) used/);
      }),
      { numRuns: 200 },
    );
  });
});

const conversation = [
  { role: "system", content: "You design networks." },
  { role: "user", content: 'Begin with "[0, 1]" and {braces}.' },
  { role: "assistant", content: "[1, 2, 3]\n\\" },
] as const;

describe("the forms that a list of messages has", () => {
  const forms: readonly (readonly [string, string])[] = [
    ["an array", JSON.stringify(conversation)],
    ["an array with a byte order mark", `\uFEFF${JSON.stringify(conversation, null, 2)}`],
    ["an object with messages", JSON.stringify({ model: "gpt-4", temperature: 0, messages: conversation })],
    ["JSON lines", conversation.map((message) => `${JSON.stringify(message)}\n`).join("")],
    ["JSON lines of Windows", conversation.map((message) => `${JSON.stringify(message)}\r\n`).join("\r\n")],
    [
      "parts of text",
      JSON.stringify(
        conversation.map(({ role, content }) => ({
          role,
          content: [
            { type: "text", text: content.slice(0, 5) },
            { type: "image_url", image_url: { url: "data:" } },
            { type: "text", text: content.slice(5) },
          ],
        })),
      ),
    ],
    [
      "tool messages between",
      JSON.stringify([
        ...conversation.slice(0, 2),
        { role: "assistant", content: null, tool_calls: [{ id: "1" }] },
        { role: "tool", content: "42" },
        ...conversation.slice(2),
      ]),
    ],
  ];

  test.each(forms)("%s", (_, text) => {
    expect(readMessageList(text, "file")).toEqual({ messages: conversation });
  });

  test("JSON lines with a torn last line", () => {
    const text = conversation.map((message) => JSON.stringify(message)).join("\n");
    const { messages, cut } = readMessageList(text.slice(0, -4), "file");
    expect(messages).toEqual(conversation.slice(0, 2));
    expect(cut).toContain("its 2 whole messages are used");
  });

  test("an object cut in its messages", () => {
    const text = JSON.stringify({ model: "gpt-4", messages: conversation });
    expect(readMessageList(text.slice(0, -3), "file").messages).toEqual(conversation.slice(0, 2));
    expect(readMessageList(text.slice(0, -1), "file").messages).toEqual(conversation);
  });
});

describe("what is no list of messages is refused by file, place and field", () => {
  test.each([
    ["", "talk.json is not a recorded conversation: it is empty"],
    ["42", "talk.json is not a recorded conversation: it holds a number"],
    ['{"choices": []}', 'it has no field "messages" that is an array (its fields: choices)'],
    [
      '{"kind":"header","format":"genius-journal"}\n{"kind":"trial"}\n',
      'its lines have no field "role" (the first has: kind, format)',
    ],
    ['[{"role": "user"}]', 'talk.json, message 1, field "content" is missing'],
    [
      '[{"role": "user", "content": "a"}, {"role": "teacher", "content": "b"}]',
      'message 2, field "role" is "teacher"',
    ],
    ['[{"role": "user", "content": "a"}, 7]', "talk.json, message 2 is a number"],
    ['[{"role": "user", "content": [{"type": "text"}]}]', 'message 1, field "content", part 1 has no text'],
    [
      '{"role": "user", "content": "a"}\n{oops}\n{"role": "user", "content": "b"}',
      "talk.json, line 2 is not JSON",
    ],
    [
      '[\n{"role": "user", "content": "a"}\n{"role": "user", "content": "b"}]',
      "talk.json, line 3 is not JSON",
    ],
    ["[", "it was cut before the end of its first message"],
    ["Dear model,", "talk.json is not a recorded conversation: it is not JSON. Allowed: a JSON array"],
  ])("%j", (text, message) => {
    expect(() => readMessageList(text, "talk.json")).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringContaining(message) }),
    );
  });

  test("and nothing crashes the reader", { timeout: fuzzTimeout() }, () => {
    const damaged = fc
      .tuple(fc.constantFrom(...conversationTexts()), fc.nat(), fc.nat(), fc.string())
      .map(([text, from, length, inserted]) => {
        const at = from % (text.length + 1);
        return text.slice(0, at) + inserted + text.slice(at + (length % 20));
      });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => text.slice(0, -2)),
          damaged,
        ),
        (text) => {
          try {
            const { messages } = readMessageList(text, "file");
            for (const { role, content } of messages) {
              expect(["system", "user", "assistant"]).toContain(role);
              expect(typeof content).toBe("string");
            }
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(GeniusError);
          }
        },
      ),
      fuzzEffort(2000),
    );
  });
});

function conversationTexts(): string[] {
  return [
    JSON.stringify(conversation),
    JSON.stringify({ messages: conversation }),
    conversation.map((message) => JSON.stringify(message)).join("\n"),
  ];
}
