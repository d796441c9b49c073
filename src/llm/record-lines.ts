// What stands in a `conversation.jsonl`: a header, then a line for every reply and for every call that failed.
// Parsed once here; a parsed line may be trusted.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { parseJsonLines } from "../base/json-lines.ts";
import { checkPlainly } from "../base/schema-words.ts";
import type { ChatReply } from "./chat.ts";
import type { Exchange, FailedTry } from "./source.ts";

export const recordFormat = "genius-conversation";
export const recordVersion = 1;

interface RecordHeader {
  readonly kind: "header";
  readonly format: typeof recordFormat;
  readonly version: typeof recordVersion;
  /** The model as it was asked for; of a replay, `replay/FILE`. */
  readonly model: string;
  /** The model that the keys are made with; of a replay, the one that was recorded. */
  readonly identity: string;
  readonly time: string;
}

interface LineOfCall {
  /** Of the model and of all that it was shown; see request-key. */
  readonly key: string;
  readonly purpose: string;
  readonly request: JsonObject;
  readonly exchanges: readonly Exchange[];
  readonly failedTries: readonly FailedTry[];
  /** When it ended. */
  readonly time: string;
}

export interface CallLine extends LineOfCall {
  readonly kind: "call";
  readonly reply: ChatReply;
}

export interface FailureLine extends LineOfCall {
  readonly kind: "failure";
  readonly error: { readonly code: string; readonly message: string };
}

export type RecordLine = RecordHeader | CallLine | FailureLine;

export interface ParsedRecord {
  readonly header: RecordHeader;
  readonly lines: readonly (CallLine | FailureLine)[];
  /** Bytes up to and including the last whole line. */
  readonly wholeBytes: number;
  readonly warnings: readonly string[];
}

const count = z.number().nonnegative();
const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cachedInputTokens: count,
  estimated: z.literal(true).optional(),
});
const exchange = z.object({
  modelId: z.string(),
  finishReason: z.string(),
  usage,
  usd: count.optional(),
  milliseconds: z.number(),
  responseId: z.string().optional(),
  rawUsage: z.json().optional(),
  warnings: z.array(z.json()).optional(),
});
const ofCall = {
  key: z.string(),
  purpose: z.string(),
  request: z.record(z.string(), z.json()),
  exchanges: z.array(exchange),
  failedTries: z.array(
    z.object({ error: z.string(), status: z.number().optional(), waitedMs: z.number().optional() }),
  ),
  time: z.string(),
};
const line = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("header"),
    format: z.literal(recordFormat),
    version: z.literal(recordVersion),
    model: z.string(),
    identity: z.string(),
    time: z.string(),
  }),
  z.object({
    kind: z.literal("call"),
    ...ofCall,
    reply: z.object({
      number: z.number().int().positive(),
      text: z.string(),
      object: z.json().optional(),
      toolCalls: z.array(z.object({ name: z.string(), input: z.json(), output: z.json() })),
      calls: count,
      usage,
      usd: count.optional(),
      modelId: z.string(),
      finishReason: z.string(),
      milliseconds: z.number(),
      from: z.enum(["model", "cache", "replay", "manual"]),
    }),
  }),
  z.object({
    kind: z.literal("failure"),
    ...ofCall,
    error: z.object({ code: z.string(), message: z.string() }),
  }),
]);

/**
 * Reads the bytes of a `conversation.jsonl`. A torn last line is left out and told in `warnings`.
 * @throws GeniusError `bad-file` naming file, line and field.
 */
export function parseRecord(bytes: Uint8Array, file: string): ParsedRecord {
  const parsed = parseJsonLines(bytes, file);
  let header: RecordHeader | undefined;
  const lines: (CallLine | FailureLine)[] = [];
  for (const { value, lineNumber } of parsed.lines) {
    const where = `${file}, line ${lineNumber}`;
    const checked = checkRecordLine(value, where);
    if ((checked.kind === "header") !== (header === undefined)) {
      const what =
        checked.kind === "header" ? "a second header" : `a ${checked.kind} where the header must be`;
      throw new GeniusError("bad-file", `${where}: ${what}.`);
    }
    if (checked.kind === "header") header = checked;
    else lines.push(checked);
  }
  if (header === undefined)
    throw new GeniusError("bad-file", `${file} holds no whole line, so no conversation.`);
  return {
    header,
    lines,
    wholeBytes: parsed.wholeBytes,
    warnings: parsed.warning === undefined ? [] : [parsed.warning],
  };
}

/**
 * Checks one parsed line; `where` names its file and line.
 * @throws GeniusError `bad-file` naming the field.
 */
export function checkRecordLine(value: unknown, where: string): RecordLine {
  checkVersion(value, where);
  const { data, fault } = checkPlainly(line, value, { isOften: true });
  if (fault === undefined) return data as RecordLine;
  const field = fault.path.length === 0 ? "" : `, field "${fault.path.join(".")}"`;
  throw new GeniusError("bad-file", `${where}${field}${fault.words}`);
}

/** Whether a text begins as a conversation recorded by GENIUS does, whatever its version. */
export function beginsAsRecord(text: string): boolean {
  const first = text.slice(0, 2000).split("\n", 1)[0] ?? "";
  return /^\s*\{/.test(first) && first.includes(`"format":"${recordFormat}"`);
}

function checkVersion(value: unknown, where: string): void {
  if (typeof value !== "object" || value === null || !("format" in value) || !("version" in value)) return;
  if (value.format !== recordFormat || value.version === recordVersion) return;
  throw new GeniusError(
    "bad-file",
    `${where}: the conversation has version ${JSON.stringify(value.version)}, and this GENIUS reads version ${recordVersion}. Use the GENIUS that wrote it.`,
  );
}
