import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Behaviour, behaviours, startModelServer } from "../testing/model-server.ts";
import { type ConversationOptions, createConversation } from "./conversation.ts";
import { retryAfterMs } from "./failures.ts";
import { ask, never, schema, scriptedClock, talk as talkAs } from "./fixtures/scripted-talk.ts";
import { parseRecord } from "./record-lines.ts";
import type { Clock } from "./wait.ts";

const { answer, object, error, rateLimit, html, empty } = behaviours;
const secretKey = "sk-very-secret-1234";

const talk = (script: readonly Behaviour[], options: Partial<ConversationOptions> = {}) =>
  talkAs(script, { environment: { COMPATIBLE_API_KEY: secretKey }, ...options });

describe("an answer", () => {
  test("comes with its tokens, price and model, and the server was sent what was asked", async () => {
    const { server, conversation } = await talk(
      [{ kind: "answer", text: "[1, 2]", usage: { input: 1000, output: 50, cached: 400 } }],
      { pricePerMillion: { input: 2, output: 10, cachedInput: 1 } },
    );
    const reply = await conversation.ask({ ...ask, maxOutputTokens: 700 }, never);
    expect(reply).toEqual({
      number: 1,
      text: "[1, 2]",
      toolCalls: [],
      calls: 1,
      usage: { inputTokens: 1000, outputTokens: 50, cachedInputTokens: 400 },
      usd: (600 * 2 + 400 * 1 + 50 * 10) / 1e6,
      modelId: "test-model",
      finishReason: "stop",
      milliseconds: 0,
      from: "model",
    });
    expect(server.requests[0]?.body).toEqual({
      model: "test-model",
      messages: ask.messages,
      temperature: 0,
      max_tokens: 700,
    });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${secretKey}`);
    expect(conversation.spent).toEqual({ calls: 1, inputTokens: 1000, outputTokens: 50, usd: reply.usd });
  });

  test("without a count of tokens is counted from its length, and says so", async () => {
    const { conversation } = await talk([{ kind: "answer", text: "x".repeat(400), usage: null }]);
    const { usage, usd } = await conversation.ask(ask, never);
    expect(usage).toMatchObject({ outputTokens: 100, estimated: true });
    expect(usage.inputTokens).toBeGreaterThan(10);
    expect(usd).toBeUndefined();
  });

  test("that arrives slowly, in pieces, is whole", async () => {
    const { conversation } = await talk([
      { kind: "slow", text: "schön ".repeat(50), pieces: 30, pauseMs: 1 },
    ]);
    expect((await conversation.ask(ask, never)).text).toBe("schön ".repeat(50));
  });

  test("cut at its length says so", async () => {
    const { conversation } = await talk([{ kind: "answer", text: '{"choices": [1', finishReason: "length" }]);
    const reply = await conversation.ask({ ...ask, schema }, never);
    expect(reply).toMatchObject({ finishReason: "length", text: '{"choices": [1' });
    expect(reply).not.toHaveProperty("object");
  });

  test("of every provider that speaks chat completions", async () => {
    for (const [model, environment] of [
      ["openai/gpt-test", { OPENAI_API_KEY: "k" }],
      ["ollama/llama3:8b", {}],
    ] as const) {
      const { conversation, server } = await talk([answer("hello")], { model, environment });
      expect(await conversation.ask(ask, never)).toMatchObject({
        text: "hello",
        modelId: model.split("/")[1],
      });
      expect(server.requests[0]?.body.messages).toHaveLength(2);
    }
  });

  test("of Ollama comes from where OLLAMA_HOST says, and costs nothing", async () => {
    const server = await startModelServer({ respond: () => answer("local") });
    onTestFinished(() => server.close());
    const host = new URL(server.baseUrl).host;
    const conversation = await createConversation({
      model: "ollama/m",
      environment: { OLLAMA_HOST: host },
      caps: { maxUsd: 1 },
    });
    expect(await conversation.ask(ask, never)).toMatchObject({ text: "local", usd: 0 });
  });
});

describe("a structured answer", () => {
  test("is asked for by schema, and read", async () => {
    const { server, conversation } = await talk([object({ choices: [1, 6] })]);
    expect((await conversation.ask({ ...ask, schema }, never)).object).toEqual({ choices: [1, 6] });
    expect(server.requests[0]?.body.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { name: "proposal", schema: schema.jsonSchema },
    });
  });

  test.each([
    ["that is no JSON", "I would choose {1, 2}."],
    ["that breaks the schema", '{"choices": [9]}'],
    ["that is empty", ""],
    ["that is a page of HTML", "<html></html>"],
  ])("%s is a reply without an object, with its text and tokens", async (_, text) => {
    const { conversation } = await talk([{ kind: "answer", text, usage: { input: 7, output: 3 } }]);
    const reply = await conversation.ask({ ...ask, schema }, never);
    expect(reply).toMatchObject({ text, usage: { inputTokens: 7, outputTokens: 3 }, from: "model" });
    expect(reply).not.toHaveProperty("object");
  });

  test("is asked for in words from a server that knows no schemas, which is told so once", async () => {
    const { server, conversation } = await talk([
      error(400, "response_format is not supported"),
      answer('```json\n{"choices": [2]}\n```'),
      object({ choices: [3] }),
    ]);
    expect((await conversation.ask({ ...ask, schema }, never)).object).toEqual({ choices: [2] });
    expect((await conversation.ask({ ...ask, schema, purpose: "proposal 2" }, never)).object).toEqual({
      choices: [3],
    });
    expect(server.requests.map(({ body }) => "response_format" in body)).toEqual([true, false, false]);
    expect(JSON.stringify(server.requests[1]?.body.messages)).toContain("must satisfy this JSON schema");
  });
});

describe("tools", () => {
  const tool = (execute: (input: unknown) => number | Promise<number>) => ({
    name: "cost",
    description: "Counts MACs.",
    inputJsonSchema: {
      type: "object",
      properties: { choices: { type: "array", items: { type: "integer" } } },
      required: ["choices"],
    },
    execute,
  });
  const calls = (input: unknown): Behaviour => ({ kind: "tools", calls: [{ name: "cost", input }] });

  test("are carried out here and their output goes back", async () => {
    const seen: unknown[] = [];
    const { server, conversation } = await talk([
      calls({ choices: [1] }),
      calls({ choices: [2] }),
      object({ choices: [2] }),
    ]);
    const cost = tool((input) => {
      seen.push(input);
      return 329;
    });
    const reply = await conversation.ask({ ...ask, tools: [cost], schema }, never);
    expect(seen).toEqual([{ choices: [1] }, { choices: [2] }]);
    expect(reply.toolCalls).toEqual([
      { name: "cost", input: { choices: [1] }, output: 329 },
      { name: "cost", input: { choices: [2] }, output: 329 },
    ]);
    expect(reply).toMatchObject({ object: { choices: [2] }, calls: 3 });
    expect(conversation.spent.calls).toBe(3);
    expect(server.requests[2]?.body.messages?.filter(({ role }) => role === "tool")).toHaveLength(2);
  });

  test("that throw, or are called wrongly, tell the model and end nothing", async () => {
    const { conversation } = await talk([
      calls({ choices: [1] }),
      calls({ choices: "all" }),
      calls("{not json"),
      { kind: "tools", calls: [{ name: "train", input: {} }] },
      answer("done"),
    ]);
    const cost = tool(() => {
      throw new Error("no such layer");
    });
    const reply = await conversation.ask({ ...ask, tools: [cost] }, never);
    expect(reply.text).toBe("done");
    expect(reply.toolCalls.map(({ output }) => output)).toEqual([
      { error: "no such layer" },
      { error: expect.stringContaining("cost") },
      { error: expect.stringContaining("cost") },
      { error: expect.stringContaining("train") },
    ]);
  });

  test("are called no more in the sixth request, so that an answer comes", async () => {
    const { server, conversation } = await talk([calls({ choices: [] })]);
    const reply = await conversation.ask({ ...ask, tools: [tool(() => 1)] }, never);
    expect(server.requests).toHaveLength(6);
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual([
      "auto",
      "auto",
      "auto",
      "auto",
      "auto",
      "none",
    ]);
    expect(reply).toMatchObject({ calls: 6, text: "" });
    expect(reply.toolCalls).toHaveLength(5);
  });
});

describe("a failure that may pass is tried again", () => {
  test.each<[string, Behaviour, number | undefined]>([
    ["a rate limit", rateLimit(), 429],
    ["a server's error", error(500, "overloaded"), 500],
    ["a gateway's page", html(502), 502],
    ["a page where an answer should be", html(), 200],
    ["an empty body", empty(), 200],
    [
      "a completion without choices",
      { kind: "raw", body: '{"id":"1","created":1,"model":"m","choices":[]}' },
      undefined,
    ],
    ["JSON that is no completion", { kind: "raw", body: '{"ok": true}' }, 200],
    ["a connection cut in the middle", { kind: "cut", text: "long ".repeat(500) }, undefined],
    ["a connection cut before the head", { kind: "cut" }, undefined],
  ])("%s", async (_, behaviour, status) => {
    const folder = await mkdtemp(join(tmpdir(), "genius-llm-"));
    const { conversation, waitsMs, server } = await talk([behaviour, behaviour, answer("at last")], {
      folder,
    });
    expect((await conversation.ask(ask, never)).text).toBe("at last");
    expect(server.requests).toHaveLength(3);
    expect(waitsMs).toEqual([1000, 2000]);
    const [line] = parseRecord(await readFile(join(folder, "conversation.jsonl")), "record").lines;
    expect(line?.failedTries).toHaveLength(2);
    if (status !== undefined) expect(line?.failedTries[0]).toMatchObject({ status, waitedMs: 1000 });
    expect(conversation.spent.calls).toBe(1);
  });

  test("as late as the server asks", async () => {
    const { conversation, waitsMs } = await talk([rateLimit("7"), rateLimit("0"), answer("ok")]);
    await conversation.ask(ask, never);
    expect(waitsMs).toEqual([7000, 0]);
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(retryAfterMs({ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, now)).toBe(30_000);
    expect(retryAfterMs({ "retry-after": "Thu, 01 Jan 2020 00:00:30 GMT" }, now)).toBe(0);
    expect(retryAfterMs({ "retry-after-ms": "250", "retry-after": "9" }, now)).toBe(250);
    expect(retryAfterMs({ "retry-after": "soon" }, now)).toBeUndefined();
    expect(retryAfterMs({}, now)).toBeUndefined();
  });

  test("but not for ever, nor for a server that asks for an hour", async () => {
    const { conversation, waitsMs } = await talk([error(503, "overloaded")]);
    await expect(conversation.ask(ask, never)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringMatching(
        /compatible\/test-model gave no answer in 5 tries; the last time: 503: overloaded/,
      ),
    });
    expect(waitsMs).toEqual([1000, 2000, 4000, 8000]);
    const patient = await talk([rateLimit("3600")]);
    await expect(patient.conversation.ask(ask, never)).rejects.toThrow(
      /in 1 try; the last time: 429: Rate limit reached.*; it asks to wait 3600 s\. Try/,
    );
  });

  test("after a limit in time", async () => {
    let reached = () => {};
    const timeouts = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { clock, waitsMs } = scriptedClock({ timeouts });
    const { conversation, server } = await talk([{ kind: "hang" }], { clock, retries: 1 });
    const asked = conversation.ask(ask, never);
    await server.received(1);
    reached();
    await expect(asked).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringContaining("no answer within 300 s"),
    });
    expect(waitsMs).toEqual([1000]);
  });
});

describe("a failure that will not pass is one clear sentence", () => {
  test("no key", async () => {
    for (const environment of [{}, { OPENAI_API_KEY: "  " }]) {
      await expect(createConversation({ model: "openai/gpt-4o", environment })).rejects.toMatchObject({
        code: "no-key",
        message: expect.stringMatching(/OPENAI_API_KEY is not set/),
      });
    }
  });

  test.each([401, 403])("a key that is refused with %i, which is not repeated", async (status) => {
    const folder = await mkdtemp(join(tmpdir(), "genius-llm-"));
    const { conversation, server } = await talk(
      [error(status, `Incorrect API key provided: ${secretKey}.`)],
      { folder },
    );
    const failure = await conversation.ask(ask, never).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: "key-rejected",
      message: expect.stringContaining("COMPATIBLE_API_KEY"),
    });
    expect(String(failure)).toContain("Incorrect API key provided: [key].");
    expect(server.requests).toHaveLength(1);
    const record = await readFile(join(folder, "conversation.jsonl"), "utf8");
    expect(record).toContain('"kind":"failure"');
    expect(record).not.toContain(secretKey);
    expect(record.toLowerCase()).not.toContain("authorization");
  });

  test("no server", async () => {
    const { server, conversation } = await talk([answer("x")]);
    await server.close();
    await expect(conversation.ask(ask, never)).rejects.toMatchObject({
      code: "server-unreachable",
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+\/v1 cannot be reached \(ECONNREFUSED\)/),
    });
  });

  test("a server that has answered before may come back", async () => {
    const { server, conversation, waitsMs } = await talk([answer("x")]);
    await conversation.ask(ask, never);
    await server.close();
    await expect(conversation.ask({ ...ask, purpose: "again" }, never)).rejects.toMatchObject({
      code: "model-failed",
    });
    expect(waitsMs).toHaveLength(4);
  });

  test("and the other providers are asked in their own ways, with their own keys", async () => {
    const heard: { url: string; key: string | undefined }[] = [];
    const server = createServer((incoming, response) => {
      const key = incoming.headers["x-api-key"] ?? incoming.headers["x-goog-api-key"];
      heard.push({ url: incoming.url ?? "", key: key?.toString() });
      response.writeHead(401).end('{"error":{"message":"invalid key"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const [model, variable] of [
      ["anthropic/claude-haiku-4-5", "ANTHROPIC_API_KEY"],
      ["google/gemini-3.5-flash", "GOOGLE_GENERATIVE_AI_API_KEY"],
    ] as const) {
      const conversation = await createConversation({
        model,
        baseUrl,
        environment: { [variable]: `key of ${model}` },
      });
      await expect(conversation.ask({ ...ask, schema }, never)).rejects.toMatchObject({
        code: "key-rejected",
        message: expect.stringContaining(variable),
      });
    }
    expect(heard).toEqual([
      { url: "/messages", key: "key of anthropic/claude-haiku-4-5" },
      { url: "/models/gemini-3.5-flash:generateContent", key: "key of google/gemini-3.5-flash" },
    ]);
  });

  test("no such model, no credit, a bad request, a bad address", async () => {
    const failureOf = async (behaviour: Behaviour) => {
      const { conversation, server } = await talk([behaviour]);
      const failure = await conversation.ask(ask, never).catch((thrown: unknown) => thrown);
      expect(server.requests).toHaveLength(1);
      return failure;
    };
    expect(await failureOf(error(404, "unknown model"))).toMatchObject({
      code: "model-failed",
      message: expect.stringContaining('has no model "test-model"'),
    });
    expect(
      await failureOf({
        kind: "raw",
        status: 429,
        body: '{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}',
      }),
    ).toMatchObject({ code: "model-failed", message: expect.stringContaining("no credit left") });
    expect(await failureOf(error(400, "context too long"))).toMatchObject({
      code: "model-failed",
      message: expect.stringMatching(
        /^compatible\/test-model refused the request \(400: context too long\)\. .*--shown/,
      ),
    });
    await expect(createConversation({ model: "compatible/m", environment: {} })).rejects.toMatchObject({
      code: "wrong-use",
    });
    await expect(
      createConversation({ model: "compatible/m", environment: {}, baseUrl: "localhost:80" }),
    ).rejects.toMatchObject({
      code: "wrong-use",
      message: expect.stringContaining('--base-url is "localhost:80"'),
    });
    const withPassword = {
      model: "compatible/m",
      environment: {},
      baseUrl: "http://me:pass%zz@127.0.0.1:1/v1",
    };
    const failure = await createConversation(withPassword).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: "wrong-use",
      message: expect.stringContaining("COMPATIBLE_API_KEY"),
    });
    expect(String(failure)).not.toContain("pass%zz");
  });
});

describe("an abort ends a call at once", () => {
  test.each<[string, Behaviour]>([
    ["that waits for an answer", { kind: "hang" }],
    ["whose answer trickles in", { kind: "slow", text: "x".repeat(5000), pieces: 1000, pauseMs: 20 }],
  ])("%s", async (_, behaviour) => {
    const folder = await mkdtemp(join(tmpdir(), "genius-llm-"));
    const { conversation, server } = await talk([behaviour], { folder });
    const stop = new AbortController();
    const asked = conversation.ask(ask, stop.signal);
    await server.received(1);
    const reason = new Error("Ctrl-C");
    stop.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const [line] = parseRecord(await readFile(join(folder, "conversation.jsonl")), "record").lines;
    expect(line).toMatchObject({ kind: "failure", error: { code: "aborted" } });
  });

  test("that waits for its next try", async () => {
    const stop = new AbortController();
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      sleep: (milliseconds, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("sleep ended")));
          if (milliseconds === 1000) stop.abort(new Error("Ctrl-C"));
        }),
    };
    const { conversation } = await talk([error(500, "x")], { clock });
    await expect(conversation.ask(ask, stop.signal)).rejects.toThrow("Ctrl-C");
  });

  test("before anything is sent", async () => {
    const { conversation, server } = await talk([answer("x")]);
    await expect(conversation.ask(ask, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
    expect(server.requests).toHaveLength(0);
  });
});
