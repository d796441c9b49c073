import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { ChatRequest, Conversation } from "./chat.ts";
import { type ConversationOptions, createConversation } from "./conversation.ts";

const never = new AbortController().signal;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const newFolder = () => mkdtemp(join(tmpdir(), "genius-llm-"));

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

describe("manual", () => {
  test("shows each prompt and reads each answer from a pipe, and is recorded like any other", async () => {
    const folder = await newFolder();
    const input = new PassThrough();
    let shown = "";
    const show = (text: string) => {
      shown += text;
    };
    const options = { model: "manual", folder, terminal: { input, show }, caps: { maxUsd: 1 } };
    const conversation = await open(options);
    input.write('I propose\n```json\n{"choices": [1]}\n```\n.\n{"choices": [2]}\n.\n');
    const [one, two] = await Promise.all([1, 2].map((number) => conversation.ask(request(number), never)));
    expect(one).toMatchObject({
      object: { choices: [1] },
      from: "manual",
      usd: 0,
      usage: { estimated: true },
    });
    expect(two).toMatchObject({ object: { choices: [2] }, number: 2 });
    expect(shown).toMatch(
      /proposal 1: give this prompt to a model \(also in .*prompt\.txt\).*\nExperiment 1\n[\s\S]*Experiment 2/,
    );
    expect(await readFile(join(folder, "prompt.txt"), "utf8")).toMatch(
      /^Experiment 2\n\nAnswer with one JSON value/,
    );
    input.end();
    await expect(conversation.ask(request(3), never)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringContaining('before an answer to "proposal 3" was given'),
    });
    await conversation.close();
    const again = await open({ ...options, terminal: { input: new PassThrough(), show } });
    expect((await again.ask(request(2), never)).from).toBe("cache");
    const replay = await open({ model: `replay/${folder}` });
    expect(await replay.ask(request(1), never)).toMatchObject({ text: one?.text, from: "replay" });
  });

  test("stops at once when it is aborted", async () => {
    const conversation = await open({
      model: "manual",
      terminal: { input: new PassThrough(), show: () => {} },
    });
    const stop = new AbortController();
    const asked = conversation.ask(request(1), stop.signal);
    stop.abort(new Error("Ctrl-C"));
    await expect(asked).rejects.toThrow("Ctrl-C");
  });
});
