// Asks a provider's model through the AI SDK: tools are carried out in a bounded loop, and every request of that
// loop is reserved, retried and entered on its own, so that no cap is passed and nothing is paid twice.
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Usage } from "@ai-sdk/provider";
import type { ToolSet } from "ai";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { ChatReply, ChatRequest, Tool, ToolCall, Usage } from "./chat.ts";
import { gaveUp, isRefusedRequest, judge } from "./failures.ts";
import { type Price, tokensOf, usdOf } from "./prices.ts";
import type { OpenModel } from "./providers.ts";
import { type RetryPolicy, withRetries } from "./retry.ts";
import { type CallLog, type Exchange, type Source, totalOf } from "./source.ts";
import { fits, readObject, withInstruction } from "./structured.ts";

/** Requests for one reply, at most. In the last the model may call no tool, so that it has to answer. */
const maxSteps = 6;

export function createOnlineSource(open: OpenModel, policy: RetryPolicy, price: Price | undefined): Source {
  let answeredBefore = false;
  // Some servers know no schemas. One that has refused one is told in words from then on.
  let schemaRefused = false;

  async function exchange(
    model: LanguageModelV4,
    params: LanguageModelV4CallOptions,
    call: { readonly signal: AbortSignal; readonly log: CallLog },
  ) {
    const characters = JSON.stringify([params.prompt, params.tools, params.responseFormat]).length;
    const reservation = call.log.reserve({
      inputTokens: tokensOf(characters),
      maxOutputTokens: params.maxOutputTokens,
    });
    const limit = reservation.maxOutputTokens;
    try {
      const startedAt = policy.clock.now();
      const result = await withRetries(
        (abortSignal) =>
          model.doGenerate({
            ...params,
            abortSignal,
            ...(limit === undefined ? {} : { maxOutputTokens: limit }),
          }),
        policy,
        {
          signal: call.signal,
          failedTries: call.log.failedTries,
          judge: (thrown) => judge(thrown, open, { answeredBefore, now: policy.clock.now() }),
          gaveUp: (tries, reason) => gaveUp(open, tries, reason),
        },
      );
      answeredBefore = true;
      const written = result.content
        .map((part) => ("text" in part ? part.text : JSON.stringify(part)))
        .join("");
      const usage = usageOf(result.usage, { read: characters, written: written.length });
      const { id, modelId } = result.response ?? {};
      const finished: Exchange = {
        modelId: modelId ?? model.modelId,
        finishReason: result.finishReason.unified,
        usage,
        ...(price === undefined ? {} : { usd: usdOf(price, usage) }),
        milliseconds: policy.clock.now() - startedAt,
        ...(id === undefined ? {} : { responseId: id }),
        ...(result.usage.raw === undefined ? {} : { rawUsage: plain(result.usage.raw) }),
        ...(result.warnings.length === 0 ? {} : { warnings: result.warnings.map(plain) }),
      };
      call.log.enter(finished, reservation);
      // Some models call tools although they may not; the SDK would end the call for it.
      const content =
        params.toolChoice?.type === "none"
          ? result.content.filter(({ type }) => type !== "tool-call")
          : result.content;
      // The SDK would print the warnings; they are in the record.
      return { ...result, content, warnings: [] };
    } catch (thrown) {
      reservation.release();
      throw thrown;
    }
  }

  async function generate(
    request: ChatRequest,
    call: { readonly signal: AbortSignal; readonly log: CallLog },
    schemaIn: "request" | "words",
  ) {
    const { generateText, isStepCount, jsonSchema, wrapLanguageModel } = await import("ai");
    const { schema } = request;
    const responseFormat =
      schema !== undefined && schemaIn === "request"
        ? ({
            type: "json",
            name: schema.name,
            schema: schema.jsonSchema,
          } as LanguageModelV4CallOptions["responseFormat"])
        : undefined;
    const model = wrapLanguageModel({
      model: open.model,
      middleware: {
        specificationVersion: "v4",
        wrapGenerate: ({ params, model: inner }) =>
          exchange(inner, responseFormat === undefined ? params : { ...params, responseFormat }, call),
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
      messages:
        schema !== undefined && schemaIn === "words"
          ? [...withInstruction(request.messages, schema)]
          : request.messages.map(({ role, content }) => ({ role, content })),
      allowSystemInMessages: true,
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      ...(Object.keys(tools).length === 0 ? {} : { tools }),
      stopWhen: isStepCount(maxSteps),
      prepareStep: ({ stepNumber }) =>
        stepNumber === maxSteps - 1 && Object.keys(tools).length > 0 ? { toolChoice: "none" as const } : {},
      toolCallConcurrency: 1,
      maxRetries: 0,
      abortSignal: call.signal,
    });
  }

  return {
    identity: open.name,
    async ask(request, call) {
      let result: Awaited<ReturnType<typeof generate>>;
      try {
        result = await generate(request, call, schemaRefused ? "words" : "request");
      } catch (thrown) {
        call.signal.throwIfAborted();
        if (request.schema === undefined || schemaRefused || !isRefusedRequest(thrown))
          throw explained(thrown);
        result = await generate(request, call, "words");
        schemaRefused = true;
      }
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
