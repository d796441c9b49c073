// Gives recorded replies again, without network: those of a run's own record by what was asked, those of a
// transcript in their order, whatever is asked. A replay costs and counts what the recording did.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import type { ChatReply } from "./chat.ts";
import { type MessageList, readMessageList } from "./message-list.ts";
import { tokensOf } from "./prices.ts";
import { recordPath } from "./record.ts";
import { beginsAsRecord, type CallLine, type FailureLine, parseRecord } from "./record-lines.ts";
import { firstDifference, visibleRequest } from "./request-key.ts";
import { type Source, totalOf } from "./source.ts";
import { readObject } from "./structured.ts";

export interface ReplaySource extends Source {
  readonly warnings: readonly string[];
  /** Passes over replies that an earlier sitting of the same run has been given. */
  skip(earlier: readonly CallLine[]): void;
}

/**
 * Opens a recorded conversation: a `conversation.jsonl`, the folder of a run, or a list of messages.
 * @throws GeniusError `not-found`, or `bad-file` naming file, line and field.
 */
export async function openReplay(path: string): Promise<ReplaySource> {
  const { file, bytes } = await readRecorded(path);
  const text = new TextDecoder().decode(bytes);
  return beginsAsRecord(text) ? replayOfRecord(bytes, file) : replayOfMessages(text, file);
}

/**
 * Whether a file is a transcript, a list of messages, rather than a conversation that GENIUS recorded.
 * @throws GeniusError `not-found`, or `bad-file` where it is neither.
 */
export async function isMessageList(path: string): Promise<boolean> {
  const { file, bytes } = await readRecorded(path);
  const text = new TextDecoder().decode(bytes);
  if (beginsAsRecord(text)) return false;
  messagesIn(text, file);
  return true;
}

function messagesIn(text: string, file: string): MessageList {
  try {
    return readMessageList(text, file);
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    const also = "The folder of a run that asked a model can be replayed too.";
    throw new GeniusError(thrown.code, `${thrown.message} ${also}`, { cause: thrown });
  }
}

async function readRecorded(path: string): Promise<{ file: string; bytes: Uint8Array }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { file: recordPath(path), bytes: await readOfRun(path) };
    // Reading a pipe or a device may never end.
    if (!found.isFile())
      throw new GeniusError("bad-file", `${path} is neither a file nor the folder of a run.`);
    return { file: path, bytes: await readFile(path) };
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}

async function readOfRun(folder: string): Promise<Uint8Array> {
  const file = recordPath(folder);
  return readFile(file).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) !== "ENOENT") throw fileError(thrown, file, "read");
    throw new GeniusError(
      "bad-file",
      `The folder ${folder} holds no ${basename(file)}, so no recorded conversation: it is not the folder of a run that asked a model.`,
    );
  });
}

export function replayOfRecord(bytes: Uint8Array, file: string): ReplaySource {
  const { header, lines, warnings } = parseRecord(bytes, file);
  const calls = lines.filter((line) => line.kind === "call");
  const unused = new Set(calls);
  let asked = 0;
  const take = (key: string, purpose: string) => {
    asked += 1;
    const same = [...unused].filter((line) => line.key === key);
    const found = same.find((line) => line.purpose === purpose) ?? same[0];
    if (found !== undefined) unused.delete(found);
    return found;
  };
  return {
    identity: header.identity,
    warnings,
    skip(earlier) {
      for (const { key, purpose } of earlier) take(key, purpose);
    },
    async ask(request, { key, log }) {
      const line = take(key, request.purpose);
      if (line === undefined) {
        throw recordedFailure(lines, key) ?? missing(calls, asked, request, key, file);
      }
      for (const exchange of line.exchanges) {
        const { inputTokens, outputTokens } = exchange.usage;
        log.enter(exchange, log.reserve({ inputTokens, maxOutputTokens: outputTokens }));
      }
      return { ...withoutNumber(line.reply), from: "replay" };
    },
  };
}

/** What a cap or a failure for good once stopped stops there again. */
function recordedFailure(lines: readonly (CallLine | FailureLine)[], key: string): GeniusError | undefined {
  for (const line of lines) {
    if (line.kind !== "failure" || line.key !== key) continue;
    const code = repeated.find((candidate) => candidate === line.error.code);
    if (code !== undefined) return new GeniusError(code, line.error.message);
  }
  return undefined;
}

const repeated = ["budget-exhausted", "model-failed", "server-unreachable", "key-rejected"] as const;

function missing(
  calls: readonly CallLine[],
  position: number,
  request: Parameters<Source["ask"]>[0],
  key: string,
  file: string,
): GeniusError {
  const recorded = calls[position - 1];
  const times = calls.filter((line) => line.key === key).length;
  const why =
    times > 0
      ? `it was recorded ${times === 1 ? "once" : `${times} times`}, and this is one time more`
      : recorded === undefined
        ? `the record ends after ${calls.length} ${calls.length === 1 ? "reply" : "replies"}`
        : `from the one recorded at this place ("${recorded.purpose}") it differs in ${firstDifference(recorded.request, visibleRequest(request)) ?? "the model"}`;
  return new GeniusError(
    "replay-missing",
    `${file} has no reply to request ${position} ("${request.purpose}"): ${why}. A replay needs the same settings, data and version as the recorded run.`,
  );
}

export function replayOfMessages(text: string, file: string): ReplaySource {
  const { messages, cut } = messagesIn(text, file);
  const answers = messages.filter(({ role }) => role === "assistant").map(({ content }) => content);
  if (answers.length === 0) {
    throw new GeniusError(
      "bad-file",
      `${file} holds ${messages.length} messages and none of an assistant, so there is nothing to replay.`,
    );
  }
  let given = 0;
  return {
    identity: `transcript ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`,
    warnings: cut === undefined ? [] : [cut],
    skip(earlier) {
      given += earlier.length;
    },
    async ask(request, { log }) {
      const answer = answers[given];
      given += 1;
      if (answer === undefined) {
        throw new GeniusError(
          "conversation-ended",
          `${file} holds ${answers.length} answers, all are given, and request ${given} ("${request.purpose}") asks for one more.${cut === undefined ? "" : ` ${cut}`}`,
        );
      }
      const characters = request.messages.reduce((total, { content }) => total + content.length, 0);
      const [inputTokens, outputTokens] = [tokensOf(characters), tokensOf(answer.length)];
      const reservation = log.reserve({ inputTokens, maxOutputTokens: outputTokens });
      const modelId = "recorded transcript";
      const usage = { inputTokens, outputTokens, cachedInputTokens: 0, estimated: true as const };
      log.enter({ modelId, finishReason: "stop", usage, milliseconds: 0 }, reservation);
      const object = request.schema === undefined ? undefined : readObject(answer, request.schema.jsonSchema);
      return {
        text: answer,
        ...(object === undefined ? {} : { object }),
        toolCalls: [],
        ...totalOf(log.exchanges),
        modelId,
        finishReason: "stop",
        from: "replay",
      };
    },
  };
}

function withoutNumber(reply: ChatReply): Omit<ChatReply, "number"> {
  const { number: _, ...rest } = reply;
  return rest;
}
