import { mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { type Behaviour, type ModelRequest, startModelServer } from "../testing/model-server.ts";
import { needs, sharedPath } from "../testing/shared-data.ts";
import type { ChatReply, ChatRequest, Conversation } from "./chat.ts";
import { type ConversationOptions, createConversation } from "./conversation.ts";
import { parseRecord } from "./record-lines.ts";
import { isMessageList, replayOfMessages, replayOfRecord } from "./replay-source.ts";

const never = new AbortController().signal;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const newFolder = () => mkdtemp(join(tmpdir(), "genius-llm-"));

/** A transcript of three answers, as a chat in a browser is saved. */
async function writeTranscript(): Promise<string> {
  const file = join(await newFolder(), "talk.json");
  const messages = [1, 2, 3].flatMap((n) => [
    { role: "user", content: `Experiment ${n}` },
    { role: "assistant", content: `I propose [${n}].` },
  ]);
  await writeFile(file, JSON.stringify(messages, null, 2));
  return file;
}

async function serve(respond: (request: ModelRequest, number: number) => Behaviour) {
  const server = await startModelServer({ respond });
  closing.push(() => server.close());
  return server;
}

async function open(options: Partial<ConversationOptions>): Promise<Conversation> {
  const conversation = await createConversation({
    model: "compatible/test-model",
    environment: {},
    retries: 0,
    ...options,
  });
  closing.push(() => conversation.close());
  return conversation;
}

const numbered = (_: ModelRequest, number: number): Behaviour => ({
  kind: "answer",
  text: `{"choices": [${number}]}`,
  usage: { input: 100 * number, output: 10 },
});

const schema = {
  name: "proposal",
  jsonSchema: { type: "object", properties: { choices: { type: "array" } }, required: ["choices"] },
} as const;

const request = (number: number, content = `Experiment ${number}`): ChatRequest => ({
  messages: [{ role: "user", content }],
  temperature: 0,
  schema,
  purpose: `proposal ${number}`,
});

const withoutTimes = ({ milliseconds: _, from: __, ...reply }: ChatReply) => JSON.stringify(reply);

async function recordOf(folder: string) {
  return parseRecord(await readFile(join(folder, "conversation.jsonl")), "record");
}

describe("a recorded conversation", () => {
  test("replays without network: the same replies, byte for byte but for times, and the same record", async () => {
    const [folder, again] = [await newFolder(), await newFolder()];
    const server = await serve((_, number) =>
      number === 2 ? { kind: "tools", calls: [{ name: "cost", input: { n: 1 } }] } : numbered(_, number),
    );
    let counted = 0;
    const cost = {
      name: "cost",
      description: "Counts.",
      inputJsonSchema: { type: "object" },
      execute: () => {
        counted += 1;
        return { macs: 329.5 };
      },
    };
    const study = async (conversation: Conversation) => {
      const replies: ChatReply[] = [];
      for (const number of [1, 2, 3])
        replies.push(await conversation.ask({ ...request(number), tools: [cost] }, never));
      return replies;
    };
    const price = { pricePerMillion: { input: 3, output: 15 } };
    const first = await open({ folder, baseUrl: server.baseUrl, ...price });
    const original = await study(first);
    await server.close();

    for (const model of [`replay/${folder}`, `replay/${join(folder, "conversation.jsonl")}`]) {
      const replay = await open({ model, ...(model.endsWith("jsonl") ? { folder: again } : {}) });
      const replayed = await study(replay);
      expect(replayed.map(withoutTimes)).toEqual(original.map(withoutTimes));
      expect(replayed.map(({ from }) => from)).toEqual(["replay", "replay", "replay"]);
      expect(replay.spent).toEqual(first.spent);
    }
    expect(counted).toBe(1);
    expect(server.requests).toHaveLength(4);
    // A replay of the replay is the same once more: its record stands on its own.
    const third = await study(await open({ model: `replay/${again}` }));
    expect(third.map(withoutTimes)).toEqual(original.map(withoutTimes));
  });

  test("holds each call whole", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    const conversation = await open({
      folder,
      baseUrl: server.baseUrl,
      pricePerMillion: { input: 1, output: 1 },
    });
    const reply = await conversation.ask({ ...request(1), maxOutputTokens: 50 }, never);
    const { header, lines } = await recordOf(folder);
    expect(header).toMatchObject({
      model: "compatible/test-model",
      identity: "compatible/test-model",
      version: 1,
    });
    expect(lines).toEqual([
      {
        kind: "call",
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        purpose: "proposal 1",
        request: {
          messages: [{ role: "user", content: "Experiment 1" }],
          temperature: 0,
          maxOutputTokens: 50,
          schema,
        },
        exchanges: [
          {
            modelId: "test-model",
            finishReason: "stop",
            usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 0 },
            usd: 110 / 1e6,
            milliseconds: expect.any(Number),
            responseId: "chatcmpl-1",
            rawUsage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
          },
        ],
        failedTries: [],
        time: expect.stringMatching(/^20\d\d-.*Z$/),
        reply,
      },
    ]);
  });

  test("has no reply to a request that was not recorded, and says where it differs", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    const conversation = await open({ folder, baseUrl: server.baseUrl });
    await conversation.ask(request(1), never);
    await conversation.ask(request(2), never);
    const missing = (parts: RegExp) =>
      expect.objectContaining({ code: "replay-missing", message: expect.stringMatching(parts) });

    const changed = await open({ model: `replay/${folder}` });
    await changed.ask(request(1), never);
    await expect(changed.ask(request(2, "Experiment two"), never)).rejects.toEqual(
      missing(
        /no reply to request 2 \("proposal 2"\): from the one recorded at this place \("proposal 2"\) it differs in messages\[0\]\.content, character 12: recorded "Experiment 2", asked "Experiment two"/,
      ),
    );
    const longer = await open({ model: `replay/${folder}` });
    for (const number of [1, 2]) await longer.ask(request(number), never);
    await expect(longer.ask(request(3), never)).rejects.toEqual(missing(/the record ends after 2 replies/));
    const repeated = await open({ model: `replay/${folder}` });
    await repeated.ask(request(1), never);
    await expect(repeated.ask(request(1), never)).rejects.toEqual(
      missing(/it was recorded once, and this is one time more/),
    );
  });

  test("gives the nth asking of a request the nth reply", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    const conversation = await open({ folder, baseUrl: server.baseUrl });
    const same = request(1);
    const original = [await conversation.ask(same, never), await conversation.ask(same, never)];
    expect(original[0]?.text).not.toBe(original[1]?.text);
    const replay = await open({ model: `replay/${folder}` });
    expect([(await replay.ask(same, never)).text, (await replay.ask(same, never)).text]).toEqual(
      original.map(({ text }) => text),
    );
  });
});

describe("a run that goes on", () => {
  test("pays for nothing twice and counts what was spent", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    const options = { folder, baseUrl: server.baseUrl, pricePerMillion: { input: 1, output: 1 } };
    const first = await open(options);
    const [one, two] = [await first.ask(request(1), never), await first.ask(request(2), never)];
    await first.close();

    const second = await open(options);
    expect(second.spent).toEqual(first.spent);
    // Trial 1 is finished and not asked for again; trial 2 was asked for, and its reply is there.
    expect(await second.ask(request(2), never)).toEqual({ ...two, from: "cache" });
    expect(server.requests).toHaveLength(2);
    expect(await second.ask(request(3), never)).toMatchObject({ from: "model", number: 3 });
    // The same words for another purpose are another call, as they would have been without a pause.
    await second.ask({ ...request(1), purpose: "proposal 4" }, never);
    expect(server.requests).toHaveLength(4);
    expect(second.spent.calls).toBe(4);
    expect(one.number).toBe(1);
  });

  test("after kill -9 in the middle of a line asks again for that line only", async () => {
    const folder = await newFolder();
    const path = join(folder, "conversation.jsonl");
    const server = await serve(numbered);
    const first = await open({ folder, baseUrl: server.baseUrl });
    for (const number of [1, 2]) await first.ask(request(number), never);
    await first.close();
    await truncate(path, (await readFile(path)).length - 30);

    const second = await open({ folder, baseUrl: server.baseUrl });
    expect(second.warnings).toEqual([
      expect.stringMatching(/conversation\.jsonl: the last line \(3\) was cut/),
    ]);
    expect((await second.ask(request(1), never)).from).toBe("cache");
    expect((await second.ask(request(2), never)).from).toBe("model");
    expect((await recordOf(folder)).lines).toHaveLength(2);
  });

  test("begins again where even the header was cut", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "conversation.jsonl"), '{"kind":"header","form');
    const server = await serve(numbered);
    const conversation = await open({ folder, baseUrl: server.baseUrl });
    await conversation.ask(request(1), never);
    expect((await recordOf(folder)).lines).toHaveLength(1);
  });

  test("with another model is refused", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    await (await open({ folder, baseUrl: server.baseUrl })).close();
    await expect(createConversation({ model: "ollama/m", environment: {}, folder })).rejects.toMatchObject({
      code: "wrong-use",
      message: expect.stringMatching(
        /is a conversation with compatible\/test-model, and this run asks ollama\/m/,
      ),
    });
  });

  test("does not take a failure for an answer", async () => {
    const folder = await newFolder();
    const server = await serve((_, number) =>
      number === 1 ? { kind: "raw", status: 500, body: "" } : numbered(_, number),
    );
    const first = await open({ folder, baseUrl: server.baseUrl });
    await expect(first.ask(request(1), never)).rejects.toMatchObject({ code: "model-failed" });
    await first.close();
    const second = await open({ folder, baseUrl: server.baseUrl });
    expect(await second.ask(request(1), never)).toMatchObject({ from: "model", number: 1 });
    expect((await recordOf(folder)).lines.map(({ kind }) => kind)).toEqual(["failure", "call"]);
  });

  test("of a replay takes up where it was, of a transcript too", async () => {
    const source = await newFolder();
    const server = await serve(numbered);
    const recorded = await open({ folder: source, baseUrl: server.baseUrl });
    const same = request(1);
    for (let n = 0; n < 3; n += 1) await recorded.ask(same, never);
    for (const model of [`replay/${source}`, `replay/${await writeTranscript()}`]) {
      const whole = await open({ model });
      const expected = [];
      for (let n = 0; n < 3; n += 1)
        expected.push((await whole.ask({ ...same, purpose: `p${n}` }, never)).text);
      const folder = await newFolder();
      const first = await open({ model, folder });
      await first.ask({ ...same, purpose: "p0" }, never);
      await first.ask({ ...same, purpose: "p1" }, never);
      await first.close();
      const second = await open({ model, folder });
      expect(await second.ask({ ...same, purpose: "p1" }, never)).toMatchObject({
        text: expected[1],
        from: "cache",
      });
      expect(await second.ask({ ...same, purpose: "p2" }, never)).toMatchObject({
        text: expected[2],
        from: "replay",
      });
    }
  });
});

describe("caps", () => {
  test("refuse a call before it is made", async () => {
    const server = await serve(numbered);
    const baseUrl = server.baseUrl;
    const exhausted = expect.objectContaining({ code: "budget-exhausted" });
    const calls = await open({ baseUrl, caps: { maxCalls: 1 } });
    await calls.ask(request(1), never);
    await expect(calls.ask(request(2), never)).rejects.toEqual(exhausted);
    const tokens = await open({ baseUrl, caps: { maxTokens: 900 } });
    await expect(tokens.ask(request(1), never)).rejects.toEqual(exhausted);
    const money = await open({ baseUrl, caps: { maxUsd: 0.001 }, pricePerMillion: { input: 1, output: 2 } });
    await expect(money.ask(request(1), never)).rejects.toEqual(exhausted);
    expect(server.requests).toHaveLength(1);
  });

  test("limit what the model may write to what is left", async () => {
    const server = await serve(numbered);
    const conversation = await open({ baseUrl: server.baseUrl, caps: { maxTokens: 2000 } });
    await conversation.ask({ ...request(1), maxOutputTokens: 50_000 }, never);
    const sent = server.requests[0]?.body.max_tokens;
    expect(sent).toBeGreaterThan(1500);
    expect(sent).toBeLessThan(2000);
  });

  test("hold in a tool loop, whose calls so far are recorded and counted, and again in the replay", async () => {
    const folder = await newFolder();
    const server = await serve(() => ({ kind: "tools", calls: [{ name: "cost", input: {} }] }));
    const cost = {
      name: "cost",
      description: "Counts.",
      inputJsonSchema: { type: "object" },
      execute: () => 1,
    };
    const conversation = await open({ folder, baseUrl: server.baseUrl, caps: { maxCalls: 3 } });
    const asked = { ...request(1), tools: [cost] };
    await expect(conversation.ask(asked, never)).rejects.toMatchObject({ code: "budget-exhausted" });
    expect(server.requests).toHaveLength(3);
    expect(conversation.spent.calls).toBe(3);
    expect((await recordOf(folder)).lines[0]).toMatchObject({
      kind: "failure",
      error: { code: "budget-exhausted" },
    });
    const replay = await open({ model: `replay/${folder}` });
    await expect(replay.ask(asked, never)).rejects.toMatchObject({ code: "budget-exhausted" });
  });

  test("hold for calls that overlap", async () => {
    const server = await serve(numbered);
    const conversation = await open({ baseUrl: server.baseUrl, caps: { maxCalls: 3 } });
    const all = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((number) => conversation.ask(request(number), never)),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(server.requests).toHaveLength(3);
  });

  test("in money need a price", async () => {
    const unpriced = {
      model: "openai/gpt-unheard-of",
      environment: { OPENAI_API_KEY: "k" },
      caps: { maxUsd: 1 },
    };
    await expect(createConversation(unpriced)).rejects.toMatchObject({
      code: "wrong-use",
      message: expect.stringMatching(/price of openai\/gpt-unheard-of is not known.*--usd-per-million-input/),
    });
    await (await open({ ...unpriced, pricePerMillion: { input: 1, output: 1 } })).close();
  });
});

describe("a transcript", () => {
  test(
    "gives its answers in order, whatever is asked, and then says that there are no more",
    needs("transcripts"),
    async () => {
      const file = join(sharedPath("transcripts"), "401M.json");
      const messages = JSON.parse(await readFile(file, "utf8")) as { role: string; content: string }[];
      const answers = messages.filter(({ role }) => role === "assistant").map(({ content }) => content);
      const conversation = await open({ model: `replay/${file}` });
      for (const [index, text] of answers.entries()) {
        expect(await conversation.ask(request(index), never)).toMatchObject({
          text,
          from: "replay",
          modelId: "recorded transcript",
          usage: { estimated: true },
        });
      }
      await expect(conversation.ask(request(18), never)).rejects.toMatchObject({
        code: "conversation-ended",
        message: expect.stringMatching(
          /401M\.json holds 17 answers, all are given, and request 18 \("proposal 18"\)/,
        ),
      });
    },
  );

  test("differs from a record, and a missing or empty one is refused", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    await (await open({ folder, baseUrl: server.baseUrl })).close();
    expect(await isMessageList(folder)).toBe(false);
    expect(await isMessageList(await writeTranscript())).toBe(true);
    await expect(createConversation({ model: "replay/no/such.json", environment: {} })).rejects.toMatchObject(
      {
        code: "not-found",
        message: expect.stringContaining("no/such.json"),
      },
    );
    const path = join(folder, "talk.json");
    await writeFile(path, '[{"role":"user","content":"hello"}]');
    await expect(createConversation({ model: `replay/${path}`, environment: {} })).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(/talk\.json holds 1 messages and none of an assistant/),
    });
  });

  test("that was cut says so", async () => {
    const path = join(await newFolder(), "cut.json");
    const text = await readFile(await writeTranscript(), "utf8");
    await writeFile(path, text.slice(0, -40));
    const conversation = await open({ model: `replay/${path}` });
    expect(conversation.warnings).toEqual([expect.stringMatching(/cut\.json was cut short/)]);
  });
});

describe("a damaged record", () => {
  test.each([
    ['{"kind":"call"}\n', /line 1, field "key" is needed\.$/],
    [
      '{"kind":"header","format":"genius-conversation","version":2}\n',
      /line 1: the conversation has version 2/,
    ],
    ["{}\n", /line 1, field "kind" is needed; allowed are header, call, failure\.$/],
    ["not json\n", /line 1 is not JSON/],
    ["", /holds no whole line/],
  ])("%j names its line and field", (text, message) => {
    const parse = () => parseRecord(Buffer.from(text), "talk.jsonl");
    expect(parse).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringMatching(message) }),
    );
    expect(parse).toThrow(/talk\.jsonl/);
  });

  test("crashes no reader, cut or changed anywhere", async () => {
    const folder = await newFolder();
    const server = await serve(numbered);
    const conversation = await open({ folder, baseUrl: server.baseUrl });
    for (const number of [1, 2]) await conversation.ask(request(number), never);
    const whole = await readFile(join(folder, "conversation.jsonl"), "utf8");
    const { lines } = await recordOf(folder);
    const damaged = fc
      .tuple(fc.nat(whole.length), fc.nat(40), fc.string())
      .map(([at, length, inserted]) => whole.slice(0, at) + inserted + whole.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string(), fc.json()), (text) => {
        for (const read of [
          () => parseRecord(Buffer.from(text), "f"),
          () => replayOfRecord(Buffer.from(text), "f"),
          () => replayOfMessages(text, "f"),
        ]) {
          try {
            read();
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(GeniusError);
          }
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const text = whole.slice(0, length);
        if (!text.includes("\n")) return;
        const complete = text.split("\n").length - 2;
        expect(parseRecord(Buffer.from(text), "f").lines).toEqual(lines.slice(0, complete));
      }),
    );
  });
});
