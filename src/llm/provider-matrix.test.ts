// What each provider is sent for one and the same request – a schema, a tool, a limit, an effort, a picture – read from the requests
// themselves, and the guide's table made of it. No hosted server is asked: what one answers is not tested here.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import type { ChatImage, ChatRequest } from "./chat.ts";
import { createConversation } from "./conversation.ts";
import { ask, never, schema } from "./fixtures/scripted-talk.ts";

const picture: ChatImage = {
  ...{ mediaType: "image/png", bytes: Buffer.from("a picture"), hash: "ab", width: 8, height: 8 },
};

const whole: ChatRequest = {
  ...ask,
  messages: [
    { role: "system", content: "You design networks." },
    { role: "user", content: "The space.\n\nThe results.", stable: 10, images: [picture] },
  ],
  maxOutputTokens: 4000,
  effort: "low",
  schema,
  tools: [
    {
      name: "cost",
      description: "Counts MACs.",
      inputJsonSchema: { type: "object", properties: {}, additionalProperties: false },
      execute: () => 1,
    },
  ],
};

const providers = [
  ["openai/gpt-5-mini", "OPENAI_API_KEY"],
  ["anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"],
  ["google/gemini-3.5-flash", "GOOGLE_GENERATIVE_AI_API_KEY"],
  ["ollama/qwen3:8b", ""],
  ["compatible/any", "COMPATIBLE_API_KEY"],
] as const;

/** The fields of a request's body, those of objects as paths, down to what is no object or a list. */
function fieldsOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    fieldsOf(inner, path === "" ? name : `${path}.${name}`),
  );
}

/** Where a body says each thing: the field that the pattern matches, without what is inside of a schema. */
const things = {
  schema:
    /^(response_format\.json_schema|output_format|output_config\.format|generationConfig\.response(?:Json)?Schema)\b/,
  tools: /^tools\b/,
  limit: /^(max_tokens|max_completion_tokens|generationConfig\.maxOutputTokens)\b/,
  effort: /^(reasoning_effort|thinking|output_config\.effort|generationConfig\.thinkingConfig)\b/,
  temperature: /^(temperature|generationConfig\.temperature)\b/,
};

/** The fields of a message under which a body holds the picture's bytes, down to their text. */
function pictureIn(body: unknown): string {
  const data = Buffer.from(picture.bytes).toString("base64");
  const pathTo = (value: unknown): string[] | undefined => {
    if (typeof value === "string") return value.endsWith(data) ? [] : undefined;
    if (typeof value !== "object" || value === null) return undefined;
    for (const [name, inner] of Object.entries(value)) {
      const path = pathTo(inner);
      if (path !== undefined) return Array.isArray(value) ? path : [name, ...path];
    }
    return undefined;
  };
  // Without the field of the messages and that of their parts.
  return pathTo(body)?.slice(2).join(".") ?? "–";
}

async function sentTo(model: string, variable: string) {
  const heard: { url: string; body: unknown }[] = [];
  const server = createServer(async (incoming, response) => {
    heard.push({ url: incoming.url ?? "", body: await json(incoming) });
    response.writeHead(401).end('{"error":{"message":"invalid key"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const conversation = await createConversation({
    model,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    environment: variable === "" ? {} : { [variable]: "key" },
  });
  await expect(conversation.ask(whole, never)).rejects.toThrow();
  const [first] = heard;
  const fields = fieldsOf(first?.body);
  const found = Object.values(things).map((pattern) => {
    const names = fields.flatMap((field) => pattern.exec(field)?.[1] ?? pattern.exec(field)?.[0] ?? []);
    return names.length === 0 ? "–" : `\`${[...new Set(names)].join("`, `")}\``;
  });
  const marks = JSON.stringify(first?.body).match(/"cache_control"/g)?.length ?? 0;
  found.push(marks > 0 ? "marked" : "not marked", `\`${pictureIn(first?.body)}\``);
  return [first?.url.replace(/^\/v1/, "").replace(/\/models\/[^:]+/, "") ?? "", ...found];
}

test("each provider's request is what the guide's table says", async () => {
  const rows: string[] = [];
  for (const [model, variable] of providers) {
    const [address, ...fields] = await sentTo(model, variable);
    rows.push(`| \`${model.split("/")[0]}/…\` | \`${address}\` | ${fields.join(" | ")} |`);
  }
  const guide = await readFile(new URL("../../docs/guide/language-models.md", import.meta.url), "utf8");
  expect(guide.match(/^\| `[a-z]+\/…` \|.*\|$/gm)).toEqual(rows);
});
