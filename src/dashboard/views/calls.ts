// The conversation for the page: each call in a row, and one of them whole with what was made of it.
import type { JsonObject, JsonValue } from "../../base/json.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import type { Space } from "../../search/space.ts";
import type { KeptTrial } from "../../study/fold.ts";
import type { CallDetail, CallSummary, MessageImage, Page } from "../api.ts";
import { trialDetail } from "./trials.ts";

type Call = FollowedRun["calls"][number];

export function callRows(run: FollowedRun, from: number, limit: number): Page<CallSummary> {
  const trials = trialsByReply(run);
  const rows = run.calls.slice(from, from + limit);
  return {
    from,
    total: run.calls.length,
    rows: rows.map((call, place) => summary(call, from + place, trials)),
  };
}

/** Rows of the calls in whose prompt or reply all words occur, in any case. */
export function callsWith(run: FollowedRun, text: string): number[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return [];
  return run.calls.flatMap((call, index) => {
    const prompts = messagesOf(call.request).map(({ content }) => content);
    const said = [...prompts, call.kind === "call" ? call.reply.text : call.error.message].join("\n");
    const lower = said.toLowerCase();
    return words.every((word) => lower.includes(word)) ? [index] : [];
  });
}

/** Undefined when there is no such call. */
export function callDetail(
  run: FollowedRun,
  index: number,
  space: Space | undefined,
): CallDetail | undefined {
  const call = run.calls[index];
  if (call === undefined) return undefined;
  const trials = trialsByReply(run);
  const reply = call.kind === "call" ? call.reply : undefined;
  const led = reply === undefined ? [] : (trials.get(reply.number) ?? []);
  const tries = call.failedTries.map(
    ({ error, status, waitedMs }) =>
      `${status === undefined ? "" : `status ${status}: `}${error}${waitedMs === undefined ? "" : `; waited ${Math.round(waitedMs)} ms`}`,
  );
  return {
    ...summary(call, index, trials),
    messages: messagesOf(call.request),
    text: reply?.text ?? "",
    finishReason: reply?.finishReason ?? "",
    toolUses: (reply?.toolCalls ?? []).map(({ name, input, output }) => ({
      name,
      input: jsonText(input),
      output: jsonText(output),
    })),
    failures: call.kind === "failure" ? [...tries, `${call.error.code}: ${call.error.message}`] : tries,
    ...(reply?.object !== undefined && { parsed: jsonText(reply.object) }),
    outcomes: led.map((trial) => trialDetail(run, trial, space)),
  };
}

const jsonText = (value: JsonValue) => JSON.stringify(value, null, 2);

/** Of each reply the trials that it led to: at once, and later of designs that it had offered first. */
function trialsByReply({ journal }: FollowedRun): ReadonlyMap<number, readonly KeptTrial[]> {
  const map = new Map<number, KeptTrial[]>();
  const offeredIn = new Map<string, number>();
  for (const { number } of journal.trials) {
    const followed = journal.rowOf.get(number)!;
    const { call: own, choices, modelSaid = [] } = followed.trial.proposal;
    for (const { kind, choices: offered } of modelSaid)
      if (kind === "offer" && own !== undefined && !offeredIn.has(offered.join()))
        offeredIn.set(offered.join(), own);
    const call = own ?? (choices.length === 0 ? undefined : offeredIn.get(choices.join()));
    if (call === undefined) continue;
    const known = map.get(call);
    if (known === undefined) map.set(call, [followed]);
    else known.push(followed);
  }
  return map;
}

function summary(call: Call, index: number, trials: ReadonlyMap<number, readonly KeptTrial[]>): CallSummary {
  const reply = call.kind === "call" ? call.reply : undefined;
  const sum = (read: (exchange: Call["exchanges"][number]) => number) =>
    call.exchanges.reduce((total, exchange) => total + read(exchange), 0);
  const isPriced = call.exchanges.length > 0 && call.exchanges.every(({ usd }) => usd !== undefined);
  const led = reply === undefined ? [] : (trials.get(reply.number) ?? []);
  return {
    index,
    reply: reply?.number ?? 0,
    purpose: call.purpose,
    failed: reply === undefined,
    modelId: reply?.modelId ?? call.exchanges.at(-1)?.modelId ?? "",
    from: reply?.from ?? "none",
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    cachedInputTokens: sum(({ usage }) => usage.cachedInputTokens),
    estimated: call.exchanges.some(({ usage }) => usage.estimated === true),
    ...(isPriced && { usd: sum(({ usd }) => usd ?? 0) }),
    milliseconds: reply?.milliseconds ?? sum(({ milliseconds }) => milliseconds),
    time: call.time,
    toolCalls: reply?.toolCalls.length ?? 0,
    retried: reply !== undefined && call.failedTries.length > 0,
    repaired:
      /repaired$/.test(call.purpose) ||
      led.some(
        ({ trial: { proposal } }) => proposal.repairedFrom !== undefined || proposal.unreadable !== undefined,
      ),
    trials: led.map(({ trial }) => trial.number),
  };
}

/** The record keeps a picture's hash and size. */
const imagesIn = (value: JsonValue | undefined): readonly MessageImage[] =>
  (Array.isArray(value) ? (value as readonly JsonValue[]) : []).flatMap((image) => {
    const { hash, width, height } = (image ?? {}) as JsonObject;
    return typeof hash === "string" && typeof width === "number" && typeof height === "number"
      ? [{ hash, width, height }]
      : [];
  });

/** The messages of a request, whatever else stands there: the record keeps what was visible to the model. */
function messagesOf(request: JsonObject): CallDetail["messages"] {
  const { messages } = request;
  if (!Array.isArray(messages)) return [];
  return (messages as readonly JsonValue[]).flatMap((message) => {
    if (typeof message !== "object" || message === null || Array.isArray(message)) return [];
    const { role, content } = message as JsonObject;
    const images = imagesIn((message as JsonObject).images);
    return [
      {
        role: typeof role === "string" ? role : "",
        content: typeof content === "string" ? content : JSON.stringify(content ?? ""),
        ...(images.length > 0 && { images }),
      },
    ];
  });
}
