// Puts a streamed reply together, for servers that give nothing but streams: the same result as a reply that came
// whole.
import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";

/** @throws whatever the stream breaks with, and an error of the server that came in the stream. */
export async function collectStream({
  stream,
  request,
}: LanguageModelV4StreamResult): Promise<LanguageModelV4GenerateResult> {
  const texts = new Map<string, { type: "text" | "reasoning"; text: string }>();
  const calls: LanguageModelV4Content[] = [];
  let end: Pick<LanguageModelV4GenerateResult, "finishReason" | "usage"> | undefined;
  let response: LanguageModelV4GenerateResult["response"];
  const warnings: LanguageModelV4GenerateResult["warnings"] = [];
  const append = (type: "text" | "reasoning", id: string, delta: string) => {
    const part = texts.get(`${type} ${id}`) ?? { type, text: "" };
    part.text += delta;
    texts.set(`${type} ${id}`, part);
  };
  for await (const part of stream) {
    if (part.type === "text-delta") append("text", part.id, part.delta);
    else if (part.type === "reasoning-delta") append("reasoning", part.id, part.delta);
    else if (part.type === "tool-call") calls.push(part);
    else if (part.type === "finish") end = part;
    else if (part.type === "stream-start") warnings.push(...part.warnings);
    else if (part.type === "response-metadata") response = part;
    else if (part.type === "error") throw part.error;
  }
  if (end === undefined) throw new Error("terminated: the stream ended before its last part");
  const { finishReason, usage } = end;
  return {
    content: [...texts.values(), ...calls],
    finishReason,
    usage,
    warnings,
    ...(request !== undefined && { request }),
    ...(response !== undefined && { response }),
  };
}
