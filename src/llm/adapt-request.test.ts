// Servers that refuse part of what is sent, and replies that are cut at their limit: what is sent instead, and said.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type Behaviour, behaviours } from "../testing/model-server.ts";
import { manners } from "../testing/server-manners.ts";
import type { ChatRequest } from "./chat.ts";
import { ask, never, schema, talk, talkWith } from "./fixtures/scripted-talk.ts";

const { answer, object, error, empty } = behaviours;

describe("a server that does not take all that is sent", () => {
  const tool = {
    name: "cost",
    description: "Counts MACs.",
    inputJsonSchema: { type: "object", properties: {}, additionalProperties: true },
    execute: () => 1,
  };
  const whole: ChatRequest = { ...ask, maxOutputTokens: 4000, effort: "low", schema, tools: [tool] };

  const adapters = [
    ["compatible/test-model", {}],
    ["ollama/test-model", {}],
    ["openai/test-model", { OPENAI_API_KEY: "k" }],
  ] as const;
  const matrix = Object.keys(manners).flatMap((name) =>
    adapters.map(([model, environment]) => ({ name, model, environment })),
  );

  test.each(matrix)(
    "$name with $model is answered in its own way, and asked so from then on",
    async ({ name, model, environment }) => {
      const manner = manners[name]!;
      const text = JSON.stringify({ choices: [1, 6] });
      const { server, conversation, waitsMs } = await talkWith(
        (body) =>
          manner.refuses(body) ??
          (manner.streams && body.stream === true ? { kind: "stream", text } : answer(text)),
        { model, environment },
      );
      expect(await conversation.ask(whole, never)).toMatchObject({
        object: { choices: [1, 6] },
        text,
        calls: 1,
      });
      const before = server.requests.length;
      expect(before).toBeGreaterThan(1);
      expect(await conversation.ask({ ...whole, purpose: "proposal 2" }, never)).toMatchObject({
        text,
        calls: 1,
      });
      expect(server.requests).toHaveLength(before + 1);
      expect(waitsMs).toEqual([]);
      expect(conversation.spent.calls).toBe(2);
      // Said once, in words that name the server.
      expect(conversation.warnings.length).toBeGreaterThan(0);
      expect(new Set(conversation.warnings).size).toBe(conversation.warnings.length);
      for (const text of conversation.warnings) expect(text).toMatch(/^\S+\/test-model (?:is|takes) .*\.$/);
    },
  );

  test("is in the guide's table", async () => {
    const guide = await readFile(new URL("../../docs/guide/language-models.md", import.meta.url), "utf8");
    const rows = guide.match(/^\| `[a-z-]+` \|.*\|$/gm);
    expect(rows).toEqual(
      Object.entries(manners).map(
        ([name, { words, seenWith, answer: sent }]) => `| \`${name}\` | ${words} | ${seenWith} | ${sent} |`,
      ),
    );
  });

  test("keeps all else that it takes", async () => {
    const bodyFor = async (name: keyof typeof manners) => {
      const { conversation, server } = await talkWith(
        (body) => manners[name]?.refuses(body) ?? object({ choices: [1] }),
      );
      await conversation.ask(whole, never);
      return server.requests.at(-1)?.body ?? {};
    };
    expect(await bodyFor("max-completion-tokens")).toMatchObject({
      max_completion_tokens: 4000,
      temperature: 0,
    });
    expect(await bodyFor("no-temperature")).toMatchObject({
      max_tokens: 4000,
      tools: [{ type: "function" }],
    });
    const withoutTools = await bodyFor("no-tools");
    expect(withoutTools).toMatchObject({ response_format: { type: "json_schema" }, temperature: 0 });
    expect(withoutTools).not.toHaveProperty("tools");
    const inWords = await bodyFor("json-object-only");
    expect(JSON.stringify(inWords.messages)).toContain("must satisfy this JSON schema");
    expect(inWords).toMatchObject({ tools: [{ type: "function" }], max_tokens: 4000 });
  });

  test("that refuses everything is left with what it said first, and nothing is said to have helped", async () => {
    const { conversation, server } = await talkWith(() => error(400, "model is being retired"));
    await expect(conversation.ask(whole, never)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringMatching(/being retired.*--max-output-tokens.*--cost-tool=false/),
    });
    expect(server.requests.length).toBeLessThanOrEqual(6);
    expect(conversation.warnings).toEqual([]);
  });

  test("of a stream that breaks is asked again", async () => {
    let streams = 0;
    const { conversation } = await talkWith((body) => {
      if (body.stream !== true) return manners["streams-only"]?.refuses(body) ?? empty();
      streams += 1;
      return streams === 1
        ? {
            kind: "raw",
            headers: { "content-type": "text/event-stream" },
            body: 'data: {"choices":[{"index":0,"delta":{"content":"ha"}}]}\n\n',
          }
        : { kind: "stream", text: "whole", pieces: 2 };
    });
    expect((await conversation.ask({ ...ask }, never)).text).toBe("whole");
  });
});

describe("an answer that is not quite of the form", () => {
  test("a stream that is done without a finish reason is whole", async () => {
    const chunk = { choices: [{ index: 0, delta: { content: "whole" } }] };
    const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
    const { conversation } = await talk([
      { kind: "raw", headers: { "content-type": "text/event-stream" }, body },
    ]);
    expect((await conversation.ask(ask, never)).text).toBe("whole");
  });

  test("arguments of a tool may be an object", async () => {
    const call = { id: "a", type: "function", function: { name: "cost", arguments: { n: 1 } } };
    const choice = {
      index: 0,
      finish_reason: "tool_calls",
      message: { role: "assistant", content: "", tool_calls: [call] },
    };
    const headers = { "content-type": "application/json" };
    const { conversation } = await talk([
      { kind: "raw", headers, body: JSON.stringify({ choices: [choice] }) },
      answer("counted"),
    ]);
    const tool = {
      name: "cost",
      description: "Counts.",
      inputJsonSchema: { type: "object" },
      execute: () => 7,
    };
    const reply = await conversation.ask({ ...ask, tools: [tool] }, never);
    expect(reply).toMatchObject({
      text: "counted",
      toolCalls: [{ name: "cost", input: { n: 1 }, output: 7 }],
    });
  });
});

describe("a reply that is cut at its limit", () => {
  const cut: Behaviour = { kind: "answer", text: "", reasoning: "hm ".repeat(50), finishReason: "length" };

  test("is asked for once more with a higher limit, which later requests keep", async () => {
    const { conversation, server } = await talk([cut, object({ choices: [2] }), object({ choices: [3] })]);
    const limited = { ...ask, schema, maxOutputTokens: 1000 };
    expect(await conversation.ask(limited, never)).toMatchObject({ object: { choices: [2] }, calls: 2 });
    await conversation.ask({ ...limited, purpose: "proposal 2" }, never);
    expect(server.requests.map(({ body }) => body.max_tokens)).toEqual([1000, 4000, 4000]);
    expect(conversation.warnings.join()).toMatch(
      /cut at its limit of 1000 tokens.*4000.*--max-output-tokens/,
    );
  });

  test("again is handed out as it is, and not raised a second time", async () => {
    const { conversation, server } = await talk([cut]);
    const limited = { ...ask, maxOutputTokens: 1000 };
    expect(await conversation.ask(limited, never)).toMatchObject({ finishReason: "length", calls: 2 });
    await conversation.ask({ ...limited, purpose: "proposal 2" }, never);
    expect(server.requests).toHaveLength(3);
  });

  test("and a cap that forbids more leave what was paid for", async () => {
    const { conversation } = await talk([cut], { caps: { maxCalls: 1 } });
    expect(await conversation.ask({ ...ask, maxOutputTokens: 1000 }, never)).toMatchObject({
      finishReason: "length",
      calls: 1,
    });
  });
});
