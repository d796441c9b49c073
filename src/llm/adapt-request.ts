// Servers that speak the same language differ in what they refuse: one wants `max_completion_tokens`, another no
// temperature, no thinking effort, no tools, no schema, or only streams. What a server has refused is left out or said another way from
// then on, and a person is told so once. Nothing is tried here; the sender of requests asks what to change.
import { APICallError, type LanguageModelV4CallOptions, type LanguageModelV4Prompt } from "@ai-sdk/provider";
import { GeniusError } from "../base/errors.ts";
import type { ChatRequest } from "./chat.ts";
import { isAboutContext, isStream, saidBy, saysUnsupported } from "./failures.ts";
import { hasPictures, isAboutPictures } from "./pictures.ts";
import { schemaInstruction } from "./structured.ts";

type Schema = NonNullable<ChatRequest["schema"]>;
type ResponseFormat = NonNullable<LanguageModelV4CallOptions["responseFormat"]>;
type SchemaForm = "json_schema" | "json_object" | "words";

export interface AdaptedRequest {
  readonly params: LanguageModelV4CallOptions;
  readonly isStreamed: boolean;
}

export interface Adaptation {
  /** The request as this server takes it. */
  request(params: LanguageModelV4CallOptions, schema: Schema | undefined): AdaptedRequest;
  /**
   * What to do after a failure: true when the server has refused something that can be left out or said otherwise, so
   * that the request is worth sending again. `what` is the request that failed.
   */
  learn(thrown: unknown, what: AdaptedRequest, schema: Schema | undefined): boolean;
  /** Keeps what was changed since the last request that succeeded, or takes it back. */
  settle(hasHelped: boolean): void;
}

interface Ways {
  maxTokens: "max_tokens" | "max_completion_tokens" | "none";
  temperature: boolean;
  effort: boolean;
  tools: boolean;
  schema: SchemaForm;
  streamed: boolean;
}

/** @param note is called once for each thing that is done differently for this server */
export function createAdaptation(serverName: string, note: (text: string) => void): Adaptation {
  const ways: Ways = {
    maxTokens: "max_tokens",
    temperature: true,
    effort: true,
    tools: true,
    schema: "json_schema",
    streamed: false,
  };
  let kept = { ...ways };
  let words: string[] = [];
  const change = (said: string, made: Partial<Ways>) => {
    Object.assign(ways, made);
    words.push(`${serverName} ${said}.`);
    return true;
  };

  return {
    request(params, schema) {
      const { maxOutputTokens, temperature, reasoning, tools, toolChoice, prompt, ...rest } = params;
      const told = schema !== undefined && ways.schema !== "json_schema" ? withWords(prompt, schema) : prompt;
      return {
        isStreamed: ways.streamed,
        params: {
          ...rest,
          prompt: told,
          ...(maxOutputTokens !== undefined &&
            limitOf(ways.maxTokens, maxOutputTokens, rest.providerOptions)),
          ...(temperature !== undefined && ways.temperature && { temperature }),
          ...(reasoning !== undefined && ways.effort && { reasoning }),
          ...(tools !== undefined &&
            ways.tools && { tools, ...(toolChoice !== undefined && { toolChoice }) }),
          ...(schema !== undefined && formatOf(ways.schema, schema)),
        },
      };
    },
    settle(hasHelped) {
      if (hasHelped) for (const text of words) note(text);
      else Object.assign(ways, kept);
      [kept, words] = [{ ...ways }, []];
    },
    learn(thrown, { params }, schema) {
      const said = refusal(thrown);
      if (said === undefined) return false;
      const sent = {
        limit: params.maxOutputTokens !== undefined || ways.maxTokens === "max_completion_tokens",
        temperature: params.temperature !== undefined,
        effort: params.reasoning !== undefined,
        tools: params.tools !== undefined && params.tools.length > 0,
        schema: schema !== undefined && ways.schema !== "words",
      };
      const dropLimit = () =>
        change("is not told how long a reply may be, because it refuses such a limit", { maxTokens: "none" });
      const dropTemperature = () =>
        change("is asked without a temperature, because it refuses the one that was set (--temperature)", {
          temperature: false,
        });
      const dropEffort = () =>
        change("is not told how much to think, because it refuses that (--effort)", { effort: false });
      const dropTools = () =>
        change("is asked without tools, because it refuses them (as with --cost-tool=false)", {
          tools: false,
        });
      const schemaInWords = () =>
        change("is told the form of its answer in words, because it refuses a schema", { schema: "words" });

      if (!ways.streamed && /stream/i.test(said)) {
        return change("is asked for a stream, because it gives nothing else", { streamed: true });
      }
      if (
        sent.limit &&
        /max_?(?:completion_|output_|new_)?tokens|maximum (?:output|completion|number of) tokens|context.?(?:length|window|size)/i.test(
          said,
        )
      ) {
        const isUnknown =
          ways.maxTokens === "max_tokens" &&
          !/too (?:large|high|many|big)|at most|less than|exceed|context|greater/i.test(said);
        if (isUnknown || (ways.maxTokens === "max_tokens" && /max_completion_tokens/.test(said))) {
          return change("takes its limit as max_completion_tokens", { maxTokens: "max_completion_tokens" });
        }
        if (ways.maxTokens !== "none") return dropLimit();
      }
      if (sent.temperature && /temperature/i.test(said)) return dropTemperature();
      if (sent.effort && /reasoning|thinking|effort/i.test(said)) return dropEffort();
      if (
        sent.schema &&
        /response.?format|json.?schema|json.?object|schema|structured|mime.?type|grammar|guided/i.test(said)
      ) {
        // Where the format itself is unknown, a plainer one is, too.
        const onlySchema =
          ways.schema === "json_schema" && /json.?schema|structured/i.test(said) && !sent.tools;
        if (!onlySchema) return schemaInWords();
        return change("is asked for JSON and told its form in words, because it refuses a schema", {
          schema: "json_object",
        });
      }
      if (sent.tools && /tool|function/i.test(said)) return dropTools();
      if (isAboutContext(said)) return false;
      // It does not say what it refuses: what servers most often lack is left out, one after the other.
      if (sent.schema) return schemaInWords();
      if (sent.tools) return dropTools();
      if (sent.temperature) return dropTemperature();
      if (sent.effort) return dropEffort();
      return sent.limit && ways.maxTokens !== "none" && dropLimit();
    },
  };
}

function limitOf(
  way: Ways["maxTokens"],
  limit: number,
  given: LanguageModelV4CallOptions["providerOptions"],
): Partial<LanguageModelV4CallOptions> {
  if (way === "max_tokens") return { maxOutputTokens: limit };
  if (way === "none") return {};
  const named = { max_completion_tokens: limit };
  return {
    providerOptions: { ...given, compatible: named, ollama: named, openai: { maxCompletionTokens: limit } },
  };
}

function formatOf(form: SchemaForm, schema: Schema): Partial<LanguageModelV4CallOptions> {
  if (form === "words") return {};
  const whole = form === "json_schema" ? { name: schema.name, schema: schema.jsonSchema } : {};
  return { responseFormat: { type: "json", ...whole } as ResponseFormat };
}

function withWords(prompt: LanguageModelV4Prompt, schema: Schema): LanguageModelV4Prompt {
  const part = { type: "text" as const, text: schemaInstruction(schema) };
  const last = prompt.at(-1);
  if (last?.role !== "user") return [...prompt, { role: "user", content: [part] }];
  const [text] = last.content;
  const content =
    last.content.length === 1 && text?.type === "text"
      ? [{ ...text, text: `${text.text}\n\n${part.text}` }]
      : [...last.content, part];
  return [...prompt.slice(0, -1), { ...last, content }];
}

/** Whether a server refuses a request for the picture in it, which is not left out: a person asked for it. */
export function refusesPictures(thrown: unknown, { params }: AdaptedRequest): boolean {
  const said = hasPictures(params.prompt) ? refusal(thrown) : undefined;
  return said !== undefined && isAboutPictures(said);
}

/** What the server says of a request that it refuses; undefined when that is not what went wrong. */
function refusal(thrown: unknown): string | undefined {
  const cause = thrown instanceof GeniusError ? thrown.cause : thrown;
  if (!APICallError.isInstance(cause)) return undefined;
  const body = cause.responseBody ?? "";
  // An answer in pieces where one was asked for whole.
  if (cause.statusCode === 200) return isStream(body) ? "stream" : undefined;
  const said = `${saidBy(cause)} ${/"param"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? ""}`;
  switch (cause.statusCode) {
    case 400:
    case 415:
    case 422:
    case 501:
      return said;
    // Some gateways say it with the status of a missing page, or of a fault of their own.
    case 404:
    case 500:
      return saysUnsupported(said) ? said : undefined;
    default:
      return undefined;
  }
}
