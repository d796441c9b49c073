// Asks a provider's model through the AI SDK: tools are carried out in a bounded loop, and every request of that
// loop is reserved, retried and entered on its own, so that no cap is passed and nothing is paid twice.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type { ModelMessage, ToolSet } from "ai";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { type AdaptedRequest, createAdaptation, refusesPictures } from "./adapt-request.ts";
import type { ChatMessage, ChatReply, ChatRequest, Tool, ToolCall, Usage } from "./chat.ts";
import { collectStream } from "./collect-stream.ts";
import { gaveUp, judge } from "./failures.ts";
import type { Reservation } from "./ledger.ts";
import { charactersOfImage, hasPictures, picturesOf, withoutPictures } from "./pictures.ts";
import { type Price, tokensOf, usdOf } from "./prices.ts";
import type { OpenModel } from "./providers.ts";
import { type RetryPolicy, withRetries } from "./retry.ts";
import { type CallLog, type Exchange, type Source, totalOf } from "./source.ts";
import { fits, readObject } from "./structured.ts";

/** Max requests for one reply. In the last the model may call no tool, so that it has to answer. */
const maxSteps = 6;
/** The same, once a model has called tools in all of them. */
const fewSteps = 2;

/** A reply that was cut at its limit is asked for once more with a limit this many times as high. */
const raisedBy = 4;

/** @param note is told what a person should know once, such as a parameter that the server refuses */
export function createOnlineSource(
  open: OpenModel,
  policy: RetryPolicy,
  { price, note }: { readonly price: Price | undefined; readonly note: (text: string) => void },
): Source {
  let answeredBefore = false;
  let raised = 1;
  let steps = maxSteps;
  const adaptation = createAdaptation(open.name, note);

  interface Call {
    readonly signal: AbortSignal;
    readonly log: CallLog;
  }

  /** One request, sent again in another form where the server refuses it. */
  async function exchange(
    model: LanguageModelV4,
    params: LanguageModelV4CallOptions,
    {
      schema,
      pictures,
      ...call
    }: Call & { readonly schema: ChatRequest["schema"]; readonly pictures: number },
  ): Promise<LanguageModelV4GenerateResult> {
    const texts = JSON.stringify([withoutPictures(params.prompt), params.tools, schema]);
    const characters = texts.length + pictures;
    const reservation = call.log.reserve({
      inputTokens: tokensOf(characters),
      maxOutputTokens: params.maxOutputTokens,
    });
    const limit = reservation.maxOutputTokens;
    const limited = { ...params, ...(limit !== undefined && { maxOutputTokens: limit }) };
    try {
      let refused: unknown;
      for (;;) {
        const adapted = adaptation.request(limited, schema);
        try {
          const startedAt = policy.clock.monotonic();
          const result = await send(model, adapted, call);
          answeredBefore = true;
          adaptation.settle(true);
          return entered(result, {
            model,
            characters,
            startedAt,
            reservation,
            log: call.log,
            params: adapted.params,
          });
        } catch (thrown) {
          call.signal.throwIfAborted();
          refused ??= thrown;
          if (refusesPictures(thrown, adapted)) {
            adaptation.settle(false);
            throw thrown;
          }
          // When nothing is left to leave out, what the server said of the whole request is the reason.
          if (adaptation.learn(thrown, adapted, schema)) continue;
          adaptation.settle(false);
          throw refused;
        }
      }
    } catch (thrown) {
      reservation.release();
      throw thrown;
    }
  }

  const send = (model: LanguageModelV4, { params, isStreamed }: AdaptedRequest, { signal, log }: Call) =>
    withRetries(
      async (abortSignal) => {
        const options = { ...params, abortSignal };
        return isStreamed ? collectStream(await model.doStream(options)) : model.doGenerate(options);
      },
      policy,
      {
        signal,
        failedTries: log.failedTries,
        judge: (thrown) =>
          judge(thrown, open, {
            ...{ answeredBefore, now: policy.clock.now() },
            hasPictures: hasPictures(params.prompt),
          }),
        gaveUp: (tries, reason) => gaveUp(open, tries, reason),
      },
    );

  function entered(
    result: LanguageModelV4GenerateResult,
    by: {
      readonly model: LanguageModelV4;
      readonly characters: number;
      readonly startedAt: number;
      readonly reservation: Reservation;
      readonly log: CallLog;
      readonly params: LanguageModelV4CallOptions;
    },
  ): LanguageModelV4GenerateResult {
    const written = result.content
      .map((part) => ("text" in part ? part.text : JSON.stringify(part)))
      .join("");
    const usage = usageOf(result.usage, { read: by.characters, written: written.length });
    const { id, modelId } = result.response ?? {};
    const finished: Exchange = {
      modelId: modelId ?? by.model.modelId,
      finishReason: result.finishReason.unified,
      usage,
      ...(price === undefined ? {} : { usd: usdOf(price, usage) }),
      milliseconds: Math.round(policy.clock.monotonic() - by.startedAt),
      ...(id === undefined ? {} : { responseId: id }),
      ...(result.usage.raw === undefined ? {} : { rawUsage: plain(result.usage.raw) }),
      ...(result.warnings.length === 0 ? {} : { warnings: result.warnings.map(plain) }),
    };
    by.log.enter(finished, by.reservation);
    // Some models call tools although they may not; the SDK would end the call for it.
    const mayCall = by.params.tools !== undefined && by.params.toolChoice?.type !== "none";
    const content = mayCall ? result.content : result.content.filter(({ type }) => type !== "tool-call");
    // The SDK would print the warnings; they are in the record.
    return { ...result, content, warnings: [] };
  }

  async function generate(request: ChatRequest, call: Call) {
    const { generateText, isStepCount, jsonSchema, wrapLanguageModel } = await import("ai");
    const { schema } = request;
    const pictures = picturesOf(request.messages).reduce((sum, image) => sum + charactersOfImage(image), 0);
    const model = wrapLanguageModel({
      model: open.model,
      middleware: {
        specificationVersion: "v4",
        wrapGenerate: ({ params, model: inner }) => exchange(inner, params, { ...call, schema, pictures }),
      },
    });
    const tools = Object.fromEntries(
      (request.tools ?? []).map((tool) => [
        tool.name,
        {
          description: tool.description,
          inputSchema: jsonSchema(tool.inputJsonSchema as Parameters<typeof jsonSchema>[0], {
            validate: (value) =>
              fits(value, tool.inputJsonSchema)
                ? { success: true as const, value }
                : {
                    success: false as const,
                    error: new Error(`The input breaks the schema of ${tool.name}.`),
                  },
          }),
          execute: (input: unknown) => carriedOut(tool, input),
        },
      ]),
    ) satisfies ToolSet;
    return generateText({
      model,
      messages: request.messages.map((message) => messageFor(message, open)),
      allowSystemInMessages: true,
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      ...(request.effort === undefined ? {} : { reasoning: request.effort }),
      ...(Object.keys(tools).length === 0 ? {} : { tools }),
      stopWhen: isStepCount(steps),
      prepareStep: ({ stepNumber }) =>
        stepNumber === steps - 1 && Object.keys(tools).length > 0 ? { toolChoice: "none" as const } : {},
      toolCallConcurrency: 1,
      maxRetries: 0,
      abortSignal: call.signal,
    });
  }

  /** The reply; one that was cut at its limit is asked for again, once in a run, with a higher one. */
  async function generateWhole(request: ChatRequest, call: Call) {
    const limit = request.maxOutputTokens;
    const withLimit = () => ({ ...request, ...(limit !== undefined && { maxOutputTokens: limit * raised }) });
    const result = await generate(withLimit(), call);
    if (result.steps.length === maxSteps) {
      steps = fewSteps;
      note(
        `${open.name} called tools in ${maxSteps} requests for one reply, so it may now call them once a reply (--cost-tool=false leaves them out).`,
      );
    }
    if (result.finishReason !== "length" || limit === undefined || raised > 1) return result;
    raised = raisedBy;
    note(
      `A reply of ${open.name} was cut at its limit of ${limit} tokens (finish reason "length"), so the limit is now ${limit * raised} (--max-output-tokens).`,
    );
    try {
      return await generate(withLimit(), call);
    } catch (thrown) {
      // What was paid for is kept when a cap forbids more.
      if (thrown instanceof GeniusError && thrown.code === "budget-exhausted") return result;
      throw thrown;
    }
  }

  return {
    identity: open.name,
    async ask(request, call) {
      const result = await generateWhole(request, call).catch((thrown: unknown) => {
        call.signal.throwIfAborted();
        throw explained(thrown);
      });
      const object =
        request.schema === undefined ? undefined : readObject(result.text, request.schema.jsonSchema);
      const last = call.log.exchanges.at(-1);
      return {
        text: result.text,
        ...(object === undefined ? {} : { object }),
        toolCalls: toolCallsOf(result.steps),
        ...totalOf(call.log.exchanges),
        modelId: last?.modelId ?? open.model.modelId,
        finishReason: result.finishReason,
        from: "model",
      } satisfies Omit<ChatReply, "number">;
    },
  };
}

/** A message with its pictures first, its stable part marked where the provider caches what is marked. */
function messageFor(
  { role, content, stable = 0, images = [] }: ChatMessage,
  { cacheMark }: OpenModel,
): ModelMessage {
  const isMarked = role === "user" && stable > 0 && cacheMark !== undefined;
  if (role !== "user" || (!isMarked && images.length === 0)) return { role, content };
  const text = (words: string) => ({ type: "text" as const, text: words });
  const parts = isMarked
    ? [
        { ...text(content.slice(0, stable)), providerOptions: cacheMark as never },
        text(content.slice(stable)),
      ]
    : [text(content)];
  const pictures = images.map(({ bytes, mediaType }) => ({ type: "file" as const, data: bytes, mediaType }));
  return { role, content: [...pictures, ...parts.filter((part) => part.text !== "")] };
}

/** What the SDK itself finds wrong with an answer, as an error of ours. */
function explained(thrown: unknown): unknown {
  if (thrown instanceof GeniusError) return thrown;
  return new GeniusError("model-failed", `The model's answer could not be used: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

async function carriedOut(tool: Tool, input: unknown): Promise<JsonValue> {
  try {
    return plain(await tool.execute(input));
  } catch (thrown) {
    return { error: messageOf(thrown) };
  }
}

interface StepPart {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

function toolCallsOf(steps: readonly { readonly content: readonly StepPart[] }[]): ToolCall[] {
  return steps.flatMap(({ content }) => {
    const outputs = new Map<string | undefined, JsonValue>();
    for (const part of content) {
      if (part.type === "tool-result") outputs.set(part.toolCallId, plain(part.output));
      if (part.type === "tool-error") outputs.set(part.toolCallId, { error: messageOf(part.error) });
    }
    return content.flatMap((part) =>
      part.type === "tool-call"
        ? [
            {
              name: part.toolName ?? "",
              input: plain(part.input),
              output: outputs.get(part.toolCallId) ?? null,
            },
          ]
        : [],
    );
  });
}

/** As the provider counts; from the length of the texts where it does not. */
function usageOf(
  usage: LanguageModelV4Usage,
  characters: { readonly read: number; readonly written: number },
): Usage {
  const input = usage.inputTokens.total;
  const output = usage.outputTokens.total;
  return {
    inputTokens: input ?? tokensOf(characters.read),
    outputTokens: output ?? tokensOf(characters.written),
    cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
    ...(input === undefined || output === undefined ? { estimated: true as const } : {}),
  };
}

/** The value as JSON has it, so that what is handed out and what is read back from a record are the same. */
function plain(value: unknown): JsonValue {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? "null") as JsonValue);
}
