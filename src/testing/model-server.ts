// A real HTTP server on the loopback interface that speaks OpenAI's chat completions and misbehaves on request, so
// that whatever talks to models is tested over a socket: answers, wrong answers, rate limits, broken connections.
// It knows nothing of who asks.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

/** A request for a chat completion, as it came. */
export interface ModelRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body. */
  readonly body: {
    readonly model?: string;
    readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
    readonly [field: string]: unknown;
  };
}

/** What the server does with one request. */
export type Behaviour =
  /** An answer; `usage` is counted from the texts when absent, and left out when null. */
  | {
      readonly kind: "answer";
      readonly text: string;
      readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number } | null;
      readonly finishReason?: "stop" | "length" | "content_filter";
      /** Thinking that the server keeps apart from the answer. */
      readonly reasoning?: string;
    }
  /** The model calls tools instead of answering. */
  | { readonly kind: "tools"; readonly calls: readonly { readonly name: string; readonly input: unknown }[] }
  /** Anything else: an error with its status, a page of HTML, an empty body, text that is no JSON. */
  | {
      readonly kind: "raw";
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The answer in pieces, with a pause before each. */
  | { readonly kind: "slow"; readonly text: string; readonly pieces: number; readonly pauseMs: number }
  /** The answer as a stream of events, whether it was asked for or not. */
  | { readonly kind: "stream"; readonly text: string; readonly pieces?: number }
  /** Half of the answer, then the connection is cut; without a text before the head of it. */
  | { readonly kind: "cut"; readonly text?: string }
  /** No answer until the client goes away. */
  | { readonly kind: "hang" };

/** What servers commonly say, ready to be given. */
export const behaviours = {
  answer: (text: string): Behaviour => ({ kind: "answer", text }),
  object: (value: unknown): Behaviour => ({ kind: "answer", text: JSON.stringify(value) }),
  error: (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Behaviour => ({
    kind: "raw",
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ error: { message, type: "error", code: null } }),
  }),
  rateLimit: (retryAfter?: string): Behaviour =>
    behaviours.error(
      429,
      "Rate limit reached.",
      retryAfter === undefined ? {} : { "retry-after": retryAfter },
    ),
  html: (status = 200): Behaviour => ({
    kind: "raw",
    status,
    headers: { "content-type": "text/html" },
    body: "<!doctype html><title>Gateway</title><p>Please sign in.",
  }),
  empty: (): Behaviour => ({ kind: "raw", body: "" }),
} as const;

export interface ModelServer {
  /** With `/v1`, as clients are given it. */
  readonly baseUrl: string;
  /** Every request for a completion so far, in order. */
  readonly requests: readonly ModelRequest[];
  /** Resolves when `count` such requests have arrived. */
  received(count: number): Promise<void>;
  /** Breaks what is open and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port of 127.0.0.1. It answers `POST …/chat/completions` with what `respond` says, and
 * `GET …/models` with one model.
 * @param options.respond gets each request and its number, counted from 1
 */
export async function startModelServer(options: {
  respond(request: ModelRequest, number: number): Behaviour | Promise<Behaviour>;
}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((incoming, response) => {
    // A client that goes away in the middle is what some tests are about.
    incoming.on("error", () => {});
    response.on("error", () => {});
    handle(incoming, response).catch((thrown: unknown) => response.destroy(thrown as Error));
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    if (incoming.method === "GET" && path.endsWith("/models")) {
      sendJson(response, {
        object: "list",
        data: [{ id: "test-model", object: "model", owned_by: "loopback" }],
      });
      return;
    }
    if (incoming.method !== "POST" || !path.endsWith("/chat/completions")) {
      response
        .writeHead(404, { "content-type": "application/json" })
        .end('{"error":{"message":"not found"}}');
      return;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ModelRequest["body"];
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const request: ModelRequest = { path, headers, body };
    const number = requests.push(request);
    for (const { resolve } of waiting.filter(({ count }) => count <= number)) resolve();
    await carryOut(await options.respond(request, number), request, number, response);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    received(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function carryOut(
  behaviour: Behaviour,
  request: ModelRequest,
  number: number,
  response: ServerResponse,
): Promise<void> {
  switch (behaviour.kind) {
    case "answer": {
      const { text, usage, finishReason = "stop", reasoning } = behaviour;
      const message = { content: text, ...(reasoning !== undefined && { reasoning_content: reasoning }) };
      sendJson(response, completion(request, number, message, finishReason, usage));
      return;
    }
    case "tools": {
      const tool_calls = behaviour.calls.map(({ name, input }, index) => ({
        id: `call_${number}_${index}`,
        type: "function",
        function: { name, arguments: typeof input === "string" ? input : JSON.stringify(input) },
      }));
      sendJson(response, completion(request, number, { content: null, tool_calls }, "tool_calls", undefined));
      return;
    }
    case "raw":
      response.writeHead(behaviour.status ?? 200, behaviour.headers ?? {}).end(behaviour.body);
      return;
    case "slow": {
      const whole = bytesOf(completion(request, number, { content: behaviour.text }, "stop", undefined));
      const size = Math.ceil(whole.length / behaviour.pieces);
      response.writeHead(200, { "content-type": "application/json" });
      for (let at = 0; at < whole.length && !response.destroyed; at += size) {
        await setTimeout(behaviour.pauseMs);
        response.write(whole.subarray(at, at + size));
      }
      response.end();
      return;
    }
    case "stream": {
      const { text, pieces = 3 } = behaviour;
      const size = Math.ceil(text.length / pieces);
      const { choices: _, ...head } = completion(request, number, { content: text }, "stop", undefined);
      const event = (choice: object) =>
        `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`;
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let at = 0; at < text.length; at += size)
        response.write(event({ delta: { content: text.slice(at, at + size) }, finish_reason: null }));
      response.end(`${event({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`);
      return;
    }
    case "cut": {
      if (behaviour.text === undefined) {
        response.destroy();
        return;
      }
      const whole = bytesOf(completion(request, number, { content: behaviour.text }, "stop", undefined));
      response.writeHead(200, { "content-type": "application/json", "content-length": String(whole.length) });
      response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
      return;
    }
    case "hang":
      return;
    default:
      behaviour satisfies never;
  }
}

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function completion(
  request: ModelRequest,
  number: number,
  message: {
    readonly content: string | null;
    readonly tool_calls?: unknown;
    readonly reasoning_content?: string;
  },
  finishReason: string,
  usage: Extract<Behaviour, { kind: "answer" }>["usage"],
) {
  // Providers count what the model reads: the messages, the tools and the schema.
  const { messages = [], tools, response_format } = request.body;
  const counted = usage ?? {
    input: Math.ceil(JSON.stringify([messages, tools, response_format]).length / 4),
    output: Math.ceil(
      ((message.content ?? JSON.stringify(message.tool_calls)).length +
        (message.reasoning_content?.length ?? 0)) /
        4,
    ),
  };
  return {
    id: `chatcmpl-${number}`,
    object: "chat.completion",
    created: 1_700_000_000,
    model: request.body.model ?? "test-model",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finishReason }],
    ...(usage === null
      ? {}
      : {
          usage: {
            prompt_tokens: counted.input,
            completion_tokens: counted.output,
            total_tokens: counted.input + counted.output,
            ...("cached" in counted && counted.cached !== undefined
              ? { prompt_tokens_details: { cached_tokens: counted.cached } }
              : {}),
          },
        }),
  };
}
