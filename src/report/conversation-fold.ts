// The whole conversation with a model, folded, one fold a call. Records are shown whatever their fields are: short
// values in a line, long texts as they were written. Nothing in them is trusted.
import type { JsonObject, JsonValue } from "../base/json.ts";
import { formatCount } from "../base/units.ts";
import { html, type Markup } from "./markup.ts";
import { fold } from "./page.ts";

const deepest = 8;

export function conversationFolds(
  calls: readonly JsonObject[],
  trialsOfCall: (call: number) => readonly number[],
): Markup {
  return html`${calls.map((call, index) => {
    const number = typeof call.call === "number" ? call.call : index + 1;
    const trials = trialsOfCall(number);
    const tokens = ["inputTokens", "outputTokens"].flatMap((name) => {
      const value = call[name];
      return typeof value === "number"
        ? [`${formatCount(value)} ${name === "inputTokens" ? "tokens read" : "written"}`]
        : [];
    });
    const led = trials.length > 0 ? [`led to trial ${trials.join(", ")}`] : [];
    return fold(`Call ${number}`, show(call, 0), [...tokens, ...led].join(", ") || undefined);
  })}`;
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
