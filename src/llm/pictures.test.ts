// Pictures over a real socket: what a server is sent, what is recorded and kept, what a replay finds, and what is said where a server
// takes none.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { behaviours } from "../testing/model-server.ts";
import type { ChatImage, ChatRequest } from "./chat.ts";
import { createConversation } from "./conversation.ts";
import { ask, never, schema, talk, talkWith } from "./fixtures/scripted-talk.ts";
import { charactersOfImage, isAboutPictures } from "./pictures.ts";

/** The smallest PNG there is: one grey pixel. */
const bytes = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);
const picture: ChatImage = {
  ...{ mediaType: "image/png", bytes, hash: "ab".repeat(32) },
  width: 1024,
  height: 768,
};
const seen: ChatRequest = {
  ...ask,
  messages: [
    { role: "system", content: "You design networks." },
    { role: "user", content: "The picture shows a digit.\n\nDesign one.", stable: 26, images: [picture] },
  ],
};

const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), "genius-pictures-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
};

test("a picture is sent before its text, kept beside the record, and replayed by its hash", async () => {
  const run = await folder();
  const { server, conversation } = await talk([behaviours.answer("[1]")], { folder: run });
  const reply = await conversation.ask(seen, never);
  expect(server.requests[0]!.body.messages![1]!.content).toEqual([
    { type: "image_url", image_url: { url: `data:image/png;base64,${bytes.toString("base64")}` } },
    { type: "text", text: seen.messages[1]!.content },
  ]);
  expect(await readFile(join(run, "pictures", `${"ab".repeat(16)}.png`))).toEqual(bytes);
  const record = await readFile(join(run, "conversation.jsonl"), "utf8");
  expect(record).toContain(picture.hash);
  expect(record).not.toContain(bytes.toString("base64").slice(0, 40));
  await conversation.close();
  const replay = await createConversation({ model: `replay/${run}`, environment: {} });
  expect((await replay.ask(seen, never)).text).toBe(reply.text);
  const other = { ...seen.messages[1]!, images: [{ ...picture, hash: "cd".repeat(32) }] };
  const again = await createConversation({ model: `replay/${run}`, environment: {} });
  await expect(again.ask({ ...seen, messages: [seen.messages[0]!, other] }, never)).rejects.toThrow(
    "it differs in messages[1].images[0].hash",
  );
});

test("a picture counts by its size and not by its bytes", async () => {
  const { conversation } = await talk([{ kind: "answer", text: "[1]", usage: null }]);
  const { usage } = await conversation.ask(seen, never);
  const bare = await talk([{ kind: "answer", text: "[1]", usage: null }]);
  const texts = seen.messages.map(({ role, content }) => ({ role, content }));
  const { usage: without } = await bare.conversation.ask({ ...seen, messages: texts }, never);
  expect(usage.inputTokens - without.inputTokens).toBeGreaterThanOrEqual(charactersOfImage(picture) / 4);
  expect(usage.inputTokens - without.inputTokens).toBeLessThan(charactersOfImage(picture) / 4 + 20);
  const capped = await talk([behaviours.answer("[1]")], { caps: { maxTokens: 1900 } });
  await expect(capped.conversation.ask(seen, never)).rejects.toThrow("budget is used up");
});

const refusals = [
  [400, "Invalid content type. image_url is only supported by certain models."],
  [404, "No endpoints found that support image input"],
  [500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"],
  [400, "At most 0 image(s) may be provided in one prompt."],
  [400, "'messages.1.content' : value must be a string"],
  [422, "Failed to deserialize the JSON body: messages[1]: unknown variant `image_url`, expected `text`"],
] as const;

test.each(refusals)(
  "a server that answers %i, %s, is said to take no pictures, at once",
  async (status, said) => {
    const whole = { ...seen, schema, maxOutputTokens: 100 };
    const { server, conversation } = await talk([behaviours.error(status, said)]);
    await expect(conversation.ask(whole, never)).rejects.toThrow(
      /refused the request .*which this model or its server does not take: leave out --images, or choose a model that can see\.$/,
    );
    expect(server.requests).toHaveLength(1);
  },
);

test("a picture that is too large is said to be, and a refusal without a word on why mentions it", async () => {
  const large = await talk([behaviours.error(413, "Request Entity Too Large")]);
  await expect(large.conversation.ask(seen, never)).rejects.toThrow("show fewer images (--images)");
  const silent = await talk([behaviours.error(400, "Bad Request")]);
  await expect(silent.conversation.ask(seen, never)).rejects.toThrow("There is a picture in it, too");
  const bare = await talk([behaviours.error(400, "Bad Request")]);
  await expect(bare.conversation.ask(ask, never)).rejects.toThrow(/or another model\.$/);
});

test("what else a server refuses is still left out beside a picture", async () => {
  const { conversation } = await talkWith(
    (body) =>
      body.temperature === undefined
        ? behaviours.answer("[1]")
        : behaviours.error(400, "llama3.2-vision does not support a temperature."),
    {},
  );
  expect((await conversation.ask(seen, never)).text).toBe("[1]");
  expect(isAboutPictures("gpt-image-1 is not a chat model")).toBe(false);
});

test("a person in the model's place is told where the picture is", async () => {
  const prompts: string[] = [];
  const answerer = {
    async answer({ prompt }: { readonly prompt: string }) {
      prompts.push(prompt);
      return "[1]";
    },
    close() {},
  };
  const conversation = await createConversation({
    model: "manual",
    environment: {},
    answerer,
    folder: await folder(),
  });
  onTestFinished(() => conversation.close());
  await conversation.ask(seen, never);
  expect(prompts[0]).toContain(
    `[picture: pictures/${"ab".repeat(16)}.png in the run's folder]\nThe picture shows a digit.`,
  );
});
