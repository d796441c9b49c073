// Says why a reply is no answer, whatever its text looks like: it was cut, a filter stopped it, or nothing but thinking
// or calls of tools came. The words name what a person can do about it.
import type { ChatReply } from "./chat.ts";
import { answerIn } from "./structured.ts";

/** Undefined when the reply may be read. */
export function whyNoAnswer(
  reply: Pick<ChatReply, "text"> & Partial<Pick<ChatReply, "finishReason" | "toolCalls" | "usage">>,
): string | undefined {
  const { text, finishReason, toolCalls = [], usage } = reply;
  switch (finishReason) {
    case "length":
      return `the reply was cut at its limit${usage === undefined ? "" : ` after ${usage.outputTokens} tokens`} (finish reason "length"): raise --max-output-tokens, or use a model that thinks less`;
    case "content-filter":
      return `the model or a filter refused to answer (finish reason "content_filter")${text.trim() === "" ? "" : `: "${text.trim().slice(0, 100)}"`}`;
    default:
  }
  if (text.trim() === "") {
    return toolCalls.length === 0
      ? "the reply is empty"
      : `the reply is empty: the model called the tool ${toolCalls[0]?.name} ${toolCalls.length === 1 ? "once" : `${toolCalls.length} times`} and gave no answer (--cost-tool=false leaves it out)`;
  }
  if (answerIn(text) === "")
    return "the reply holds thinking and no answer: raise --max-output-tokens if it was cut";
  return undefined;
}
