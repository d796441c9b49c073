// The record of a run's model calls, `conversation.jsonl` in its folder: append-only, every line synced before the
// reply is handed out, so that what was paid for is never asked twice. It holds no secrets.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import { makeNamedFolder } from "../base/folder.ts";
import type { JsonValue } from "../base/json.ts";
import { type LineAppender, openLineAppender } from "../base/json-lines.ts";
import {
  type CallLine,
  type FailureLine,
  parseRecord,
  type RecordLine,
  recordFormat,
  recordVersion,
} from "./record-lines.ts";

export interface ConversationRecord {
  /** What was there when it was opened. */
  readonly lines: readonly (CallLine | FailureLine)[];
  readonly warnings: readonly string[];
  append(line: CallLine | FailureLine): Promise<void>;
  close(): Promise<void>;
}

export const recordPath = (folder: string) => join(folder, "conversation.jsonl");

/**
 * Opens the record in `folder`, or begins one. The run's lock keeps other processes out.
 * @throws GeniusError `wrong-use` when it belongs to another model, `bad-file` when it is damaged.
 */
export async function openRecord(
  folder: string,
  setting: {
    readonly model: string;
    readonly identity: string;
    readonly secrets: readonly string[];
    readonly time: () => string;
  },
): Promise<ConversationRecord> {
  const path = recordPath(folder);
  await makeNamedFolder(folder);
  const bytes = await readFile(path).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === "ENOENT") return new Uint8Array();
    throw fileError(thrown, path, "read");
  });
  // A header cut in the middle holds nothing.
  const before = bytes.includes(10) ? parseRecord(bytes, path) : undefined;
  if (before !== undefined && before.header.identity !== setting.identity) {
    throw new GeniusError(
      "wrong-use",
      `${path} is a conversation with ${before.header.identity}, and this run asks ${setting.identity}. Go on with the same model, or choose another folder.`,
    );
  }
  const appender = await openLineAppender(path, before?.wholeBytes ?? 0);
  const write = (line: RecordLine) => appendClean(appender, line, setting.secrets);
  if (before === undefined) {
    const { model, identity } = setting;
    await write({
      kind: "header",
      format: recordFormat,
      version: recordVersion,
      model,
      identity,
      time: setting.time(),
    });
  }
  return {
    lines: before?.lines ?? [],
    warnings: before?.warnings ?? [],
    append: write,
    close: () => appender.close(),
  };
}

function appendClean(appender: LineAppender, line: RecordLine, secrets: readonly string[]): Promise<void> {
  const value = secrets.length === 0 ? line : withoutSecrets(line as unknown as JsonValue, secrets);
  return appender.append(value as unknown as JsonValue);
}

/** The value with every secret in its texts replaced: a server may repeat a key in what it says. */
function withoutSecrets(value: JsonValue | undefined, secrets: readonly string[]): JsonValue | undefined {
  if (typeof value === "string") return redacted(value, secrets);
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutSecrets(item, secrets) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, withoutSecrets(field, secrets)]),
  );
}

export function redacted(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "[key]"), text);
}
