// A server of OpenAI's form on the loopback interface behind which a reader answers through files: RUN/ask-K.txt is what
// a model would be sent (ask-K.png the picture in it), RUN/answer-K.txt what it says. Tokens are counted from the length of the texts.
//
// Usage: node benchmarks/designers/bridge.ts [--folder asks] [--port 8765]
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

interface ToolCall {
  readonly function: { readonly name: string; readonly arguments: string };
}
interface Message {
  readonly role: string;
  readonly content: unknown;
  readonly tool_calls?: readonly ToolCall[];
}
interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly function: unknown }[];
  readonly response_format?: { readonly json_schema?: { readonly schema: unknown } };
}

const { values } = parseArgs({
  options: { folder: { type: "string", default: "asks" }, port: { type: "string", default: "8765" } },
});
const asked = new Map<string, number>();

interface Part {
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

const parts = (content: unknown): readonly Part[] => (Array.isArray(content) ? content : []);

const words = (content: unknown): string =>
  Array.isArray(content)
    ? parts(content)
        .map(({ text, image_url: image }) =>
          image === undefined ? (text ?? "") : "[picture: see the file beside this one]",
        )
        .join("\n")
    : String(content ?? "");

/** The pictures of a request, as PNG files. */
const picturesIn = ({ messages }: ChatRequest): readonly Buffer[] =>
  messages
    .flatMap(({ content }) => parts(content))
    .flatMap(({ image_url: image }) => image?.url.split("base64,")[1] ?? [])
    .map((data) => Buffer.from(data, "base64"));

function shown({ messages, tools, response_format: format }: ChatRequest): string {
  const said = messages.map(({ role, content, tool_calls: calls }) => {
    const called = calls === undefined ? "" : ` calls ${JSON.stringify(calls.map((call) => call.function))}`;
    return `=== ${role}${called}\n${words(content)}`;
  });
  const schema = format?.json_schema?.schema;
  const offered = tools?.map((tool) => tool.function);
  return [
    ...said,
    ...(offered === undefined
      ? []
      : [
          `=== tools that may be called instead of answering: {"calls":[{"name":…,"input":{…}}]}\n${JSON.stringify(offered)}`,
        ]),
    ...(schema === undefined ? [] : [`=== the schema of the answer\n${JSON.stringify(schema)}`]),
  ].join("\n\n");
}

/** The calls of an answer that is nothing else. */
function callsIn(answer: string): readonly { readonly name: string; readonly input: unknown }[] | undefined {
  try {
    return (JSON.parse(answer) as { calls?: { name: string; input: unknown }[] }).calls;
  } catch {
    return undefined;
  }
}

createServer(async (request, response) => {
  const run = /^\/([\w.-]+)\//.exec(request.url ?? "")?.[1];
  if (request.method !== "POST" || run === undefined) {
    response.end('{"data": []}');
    return;
  }
  const body = (await json(request)) as ChatRequest;
  const number = (asked.get(run) ?? 0) + 1;
  asked.set(run, number);
  const folder = join(values.folder, run);
  await mkdir(folder, { recursive: true });
  const prompt = shown(body);
  for (const picture of picturesIn(body)) await writeFile(join(folder, `ask-${number}.png`), picture);
  await writeFile(join(folder, `ask-${number}.txt`), prompt);
  const file = join(folder, `answer-${number}.txt`);
  while (!existsSync(file)) {
    await setTimeout(300);
    if (response.destroyed) return;
  }
  const answer = await readFile(file, "utf8");
  const calls = callsIn(answer);
  const message = {
    role: "assistant",
    content: calls === undefined ? answer : null,
    ...(calls !== undefined && {
      tool_calls: calls.map(({ name, input }, index) => ({
        id: `call-${number}-${index}`,
        type: "function",
        function: { name, arguments: JSON.stringify(input) },
      })),
    }),
  };
  const [input, output] = [prompt, answer].map((text) => Math.ceil(text.length / 4)) as [number, number];
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      ...{ id: `reply-${number}`, object: "chat.completion", created: 0, model: body.model },
      choices: [{ index: 0, message, finish_reason: calls === undefined ? "stop" : "tool_calls" }],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    }),
  );
}).listen(Number(values.port), "127.0.0.1");
