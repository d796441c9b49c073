// The whole conversation with a model, folded, one fold a call. Records are shown whatever their fields are: short
// values in a line, long texts as they were written. Nothing in them is trusted.
import type { JsonObject, JsonValue } from "../base/json.ts";
import { formatCount } from "../base/units.ts";
import { html, type Markup } from "./markup.ts";
import { fold } from "./page.ts";

const deepest = 10;

/** `trialsOfReply` gives the trials that a reply, by its number, led to. */
export function conversationFolds(
  calls: readonly JsonObject[],
  trialsOfReply: (number: number) => readonly number[],
): Markup {
  return html`${calls.map((call, index) => {
    const reply = objectOf(call.reply);
    const trials = typeof reply?.number === "number" ? trialsOfReply(reply.number) : [];
    const usage = objectOf(reply?.usage);
    const remarks = [
      typeof call.purpose === "string" ? call.purpose : "",
      typeof usage?.inputTokens === "number" ? `${formatCount(usage.inputTokens)} tokens read` : "",
      typeof usage?.outputTokens === "number" ? `${formatCount(usage.outputTokens)} written` : "",
      call.kind === "failure" ? "failed" : "",
      trials.length > 0 ? `led to trial ${trials.join(", ")}` : "",
    ].filter((remark) => remark !== "");
    return fold(
      `Call ${index + 1}`,
      show(withoutRepeats(call, calls[index - 1], index), 0),
      remarks.join(", ") || undefined,
    );
  })}`;
}

/** A conversation repeats itself with every call: messages that stood in the call before are named, not shown again. */
function withoutRepeats(call: JsonObject, before: JsonObject | undefined, index: number): JsonObject {
  const [messages, earlier] = [messagesOf(call), messagesOf(before)];
  const differs = messages.findIndex(
    (message, place) => JSON.stringify(message) !== JSON.stringify(earlier[place]),
  );
  const same = differs === -1 ? Math.min(messages.length, earlier.length) : differs;
  if (same === 0) return call;
  const kept = messages.slice(same);
  return {
    ...call,
    request: {
      ...objectOf(call.request),
      messages: [`the first ${same} messages of call ${index}, unchanged`, ...kept],
    },
  };
}

function messagesOf(call: JsonObject | undefined): readonly JsonValue[] {
  const messages = objectOf(call?.request)?.messages;
  return Array.isArray(messages) ? (messages as readonly JsonValue[]) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function show(value: JsonValue | undefined, depth: number): Markup {
  if (value === undefined || value === null) return html`<span class="soft">none</span>`;
  if (typeof value === "string") return isLong(value) ? html`<pre>${value}</pre>` : html`${value}`;
  if (typeof value !== "object") return html`${String(value)}`;
  if (depth >= deepest) return html`<pre>${JSON.stringify(value)}</pre>`;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    if (items.every((item) => typeof item !== "object" && !isLong(item)))
      return html`${items.map(String).join(", ")}`;
    return html`<ol>${items.map((item) => html`<li>${show(item, depth + 1)}</li>`)}</ol>`;
  }
  return html`<ul>${Object.entries(value as JsonObject).map(([name, inner]) => html`<li><strong>${name}</strong>: ${show(inner, depth + 1)}</li>`)}</ul>`;
}

const isLong = (value: JsonValue) =>
  typeof value === "string" && (value.length > 100 || value.includes("\n"));
