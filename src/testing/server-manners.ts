// How servers of one protocol differ in what they refuse, as rules over the loopback server: each answers as the servers
// that it is named after do. Whatever talks to models is tried against all of them, and the guide's table is made of
// the same list.
import { type Behaviour, behaviours, type ModelRequest } from "./model-server.ts";

export interface Manner {
  /** What the server does not take. */
  readonly words: string;
  /** Where it was seen. */
  readonly seenWith: string;
  /** What is done about it. */
  readonly answer: string;
  /** The refusal of a request, or undefined when the server takes it. */
  refuses(body: ModelRequest["body"]): Behaviour | undefined;
  /** Answers with a stream of events, too. */
  readonly streams?: true;
}

const { error } = behaviours;
const when = (condition: boolean, status: number, message: string) =>
  condition ? error(status, message) : undefined;
const formatOf = ({ response_format }: ModelRequest["body"]) =>
  (response_format as { readonly type?: string } | undefined)?.type;

export const manners: Readonly<Record<string, Manner>> = {
  "max-completion-tokens": {
    words: "`max_tokens`, and wants `max_completion_tokens`",
    seenWith: "OpenAI's reasoning models behind Azure and gateways",
    answer: "the limit under the other name",
    refuses: ({ max_tokens }) =>
      when(
        max_tokens !== undefined,
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
  },
  "no-limit": {
    words: "any limit on a reply",
    seenWith: "some gateways",
    answer: "no limit",
    refuses: ({ max_tokens, max_completion_tokens }) =>
      when(
        max_tokens !== undefined || max_completion_tokens !== undefined,
        400,
        "Unrecognized request arguments supplied: max_tokens, max_completion_tokens",
      ),
  },
  "low-limit": {
    words: "a limit above its own",
    seenWith: "small models of several providers",
    answer: "no limit",
    refuses: ({ max_tokens }) =>
      when(
        Number(max_tokens) > 2048,
        400,
        "max_tokens is too large: 4000. This model supports at most 2048 completion tokens.",
      ),
  },
  "short-context": {
    words: "prompt and limit together beyond its context",
    seenWith: "vLLM, llama.cpp",
    answer: "no limit",
    refuses: ({ max_tokens }) =>
      when(
        Number(max_tokens) > 2048,
        400,
        "This model's maximum context length is 2048 tokens. However, you requested 4900 tokens (900 in the messages, 4000 in the completion).",
      ),
  },
  "no-temperature": {
    words: "a temperature other than 1",
    seenWith: "OpenAI's reasoning models",
    answer: "no temperature",
    refuses: ({ temperature }) =>
      when(
        temperature !== undefined,
        400,
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
      ),
  },
  "no-effort": {
    words: "a thinking effort (`reasoning_effort`)",
    seenWith: "models that do not think, and servers older than the field",
    answer: "no effort",
    refuses: ({ reasoning_effort }) =>
      when(
        reasoning_effort !== undefined,
        400,
        "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
      ),
  },
  "no-tools": {
    words: "tools",
    seenWith: "Ollama, for models without them",
    answer: "no tools; the prompt holds the costs",
    refuses: ({ tools }) =>
      when(tools !== undefined, 400, "registry.ollama.ai/library/gemma3:4b does not support tools"),
  },
  "no-tools-endpoint": {
    words: "tools, with the status of a missing page",
    seenWith: "OpenRouter",
    answer: "no tools",
    refuses: ({ tools }) => when(tools !== undefined, 404, "No endpoints found that support tool use."),
  },
  "json-object-only": {
    words: "`json_schema`, and takes `json_object`",
    seenWith: "DeepSeek, older models at OpenAI, Groq",
    answer: "`json_object`, and the schema in words",
    refuses: (body) =>
      when(formatOf(body) === "json_schema", 400, "This response_format type json_schema is unavailable now"),
  },
  "no-format": {
    words: "`response_format`",
    seenWith: "older llama.cpp and LM Studio, many gateways",
    answer: "the schema in words",
    refuses: (body) => when(formatOf(body) !== undefined, 422, "response_format is not supported"),
  },
  "no-schema-with-tools": {
    words: "a schema and tools at once",
    seenWith: "Gemini's compatible address",
    answer: "the schema in words",
    refuses: (body) =>
      when(
        formatOf(body) !== undefined && body.tools !== undefined,
        400,
        "Function calling with a response mime type: 'application/json' is unsupported",
      ),
  },
  "streams-only": {
    words: "requests for a whole reply",
    seenWith: "some hosted thinking models (QwQ at Alibaba Cloud)",
    answer: "a stream, put together here",
    refuses: ({ stream }) =>
      when(stream !== true, 400, "This model only supports streaming: set stream to true."),
    streams: true,
  },
  "streams-anyway": {
    words: "to answer but with a stream",
    seenWith: "proxies in front of chat pages",
    answer: "a stream, put together here",
    refuses: ({ stream }) =>
      stream === true
        ? undefined
        : {
            kind: "raw",
            headers: { "content-type": "text/event-stream" },
            body: ': hi\n\ndata: {"choices": []}\n\ndata: [DONE]\n\n',
          },
    streams: true,
  },
  "says-nothing": {
    words: "schema or tools, without a word on which",
    seenWith: "proxies that hide what their server said",
    answer: "one after the other left out",
    refuses: (body) => when(formatOf(body) !== undefined || body.tools !== undefined, 400, "Bad Request"),
  },
};
