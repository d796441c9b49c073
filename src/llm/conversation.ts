// Opens a conversation by a model's name: picks the source of replies, and puts the run's record and the caps
// around it. A reply is on disk before it is handed out; a request that the run has paid for is not paid again.
import { cacheDirectoryOf } from "../base/cache-directory.ts";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { ChatReply, Conversation, Effort } from "./chat.ts";
import { type DaySpending, openDaySpending } from "./day-spending.ts";
import { type Caps, createLedger, type Ledger } from "./ledger.ts";
import {
  type Answerer,
  createManualSource,
  createPasteAnswerer,
  type PasteTerminal,
} from "./manual-source.ts";
import { type Environment, parseModelName } from "./model-name.ts";
import { keepPictures } from "./pictures.ts";
import { type Price, priceAge, priceOf } from "./prices.ts";
import { openRecord, redacted } from "./record.ts";
import type { CallLine } from "./record-lines.ts";
import { openReplay } from "./replay-source.ts";
import { requestKey, visibleRequest } from "./request-key.ts";
import { createLog, type Source } from "./source.ts";
import { type Clock, systemClock } from "./wait.ts";

export interface ConversationOptions {
  /** `openai/…`, `anthropic/…`, `google/…`, `ollama/…`, `compatible/…`, `replay/FILE` or `manual`. */
  readonly model: string;
  /** The server's address, `/v1` included: needed for `compatible/…`, possible for every provider. */
  readonly baseUrl?: string | undefined;
  /** Holds the keys; of the rest OLLAMA_HOST is read, and what says where the cache folder is. */
  readonly environment: Environment;
  /** The run's folder, in which `conversation.jsonl` is begun or continued. Nothing is recorded without. */
  readonly folder?: string | undefined;
  /** For every request that names none. */
  readonly effort?: Effort | undefined;
  readonly caps?: Caps;
  /** Holds the caps of several conversations together; each on its own without. */
  readonly ledger?: Ledger;
  /** The user's own figures, in US dollars; before any list. */
  readonly pricePerMillion?: Price | undefined;
  /** Tries after the first, for failures that may pass. Default 4. */
  readonly retries?: number;
  /** For each try. Default 300,000: models that think take minutes. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** For `manual`. Default: standard input and standard error. */
  readonly terminal?: PasteTerminal;
  /** For `manual`, instead of a terminal. */
  readonly answerer?: Answerer | undefined;
}

/**
 * @throws GeniusError `unknown-name` and `wrong-use` for a name, an address or a cap that cannot be held, `no-key`,
 *   `not-found` and `bad-file` for a record. No request is made here.
 */
export async function createConversation(options: ConversationOptions): Promise<Conversation> {
  const { folder, clock = systemClock } = options;
  const price = options.pricePerMillion ?? priceOf(options.model);
  const isMoneyCapped = options.caps?.maxUsd !== undefined || options.caps?.maxUsdPerDay !== undefined;
  if (isMoneyCapped && price === undefined) {
    throw new GeniusError(
      "wrong-use",
      `The price of ${options.model} is not known, so a limit in money cannot be kept. Give its price with --usd-per-million-input and --usd-per-million-output, or set --max-tokens instead.`,
    );
  }
  const age = options.pricePerMillion === undefined ? priceAge(options.model, clock.now()) : undefined;
  const notes: string[] = age === undefined ? [] : [age];
  const { source, secrets, warnings, skip, close } = await openSource(options, {
    price,
    clock,
    note: (text) => notes.push(text),
  });
  const time = () => new Date(clock.now()).toISOString();
  const { identity } = source;
  const record =
    folder === undefined
      ? undefined
      : await openRecord(folder, { model: options.model, identity, secrets, time });
  const ledger = options.ledger ?? createLedger(options.caps ?? {}, price, daySpendingOf(options, clock));
  const earlier = record?.lines ?? [];
  for (const { exchanges } of earlier) {
    for (const { usage, usd } of exchanges) ledger.restore({ calls: 1, usage, usd });
  }
  const replies = earlier.filter((line) => line.kind === "call");
  skip(replies);
  // The same request asked twice was answered twice: the first asking takes the first reply.
  const remembered: CallLine[] = [...replies];
  let lastNumber = replies.length;
  const texts = new Map(replies.map(({ reply }) => [reply.number, reply.text]));

  return {
    model: options.model,
    price,
    get warnings() {
      return [...warnings, ...(record?.warnings ?? []), ...notes];
    },
    get spent() {
      return ledger.spent;
    },
    textOf: (replyNumber) => texts.get(replyNumber),
    async ask(asked, signal) {
      signal.throwIfAborted();
      const request = options.effort === undefined ? asked : { effort: options.effort, ...asked };
      const { purpose } = request;
      const visible = visibleRequest(request);
      const key = requestKey(identity, visible);
      const at = remembered.findIndex((line) => line.key === key && line.purpose === purpose);
      if (at !== -1) {
        const [line] = remembered.splice(at, 1);
        if (line !== undefined) return { ...line.reply, from: "cache" };
      }
      if (folder !== undefined) await keepPictures(folder, request.messages);
      const log = createLog(ledger);
      const lineOf = () => ({
        key,
        purpose,
        request: visible,
        exchanges: log.exchanges,
        failedTries: log.failedTries,
        time: time(),
      });
      let reply: ChatReply;
      try {
        const answered = await source.ask(request, { key, signal, log });
        lastNumber += 1;
        reply = { number: lastNumber, ...answered };
        texts.set(reply.number, reply.text);
      } catch (thrown) {
        const failed = presentable(thrown, secrets);
        const code = thrown instanceof GeniusError ? thrown.code : signal.aborted ? "aborted" : "internal";
        const error = { code, message: redacted(messageOf(thrown), secrets) };
        // If the disk fails too, the first failure is the one to tell.
        await record?.append({ kind: "failure", ...lineOf(), error }).catch(() => {});
        throw failed;
      }
      await record?.append({ kind: "call", ...lineOf(), reply });
      return reply;
    },
    async close() {
      close();
      await record?.close();
    },
  };
}

/** The day's account, for a run that has a limit for a day: only such runs are entered in it. */
export function daySpendingOf(
  { environment, caps }: Pick<ConversationOptions, "environment" | "caps">,
  clock: Clock = systemClock,
): DaySpending | undefined {
  return caps?.maxUsdPerDay === undefined
    ? undefined
    : openDaySpending(cacheDirectoryOf(environment), () => clock.now());
}

interface OpenSource {
  readonly source: Source;
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
  skip(earlier: readonly CallLine[]): void;
  close(): void;
}

async function openSource(
  options: ConversationOptions,
  setting: {
    readonly price: Price | undefined;
    readonly clock: Clock;
    readonly note: (text: string) => void;
  },
): Promise<OpenSource> {
  const { clock } = setting;
  const name = parseModelName(options.model);
  const nothing = { secrets: [], warnings: [], skip: () => {}, close: () => {} };
  switch (name.provider) {
    case "replay": {
      const source = await openReplay(name.file);
      return { ...nothing, source, warnings: source.warnings, skip: source.skip };
    }
    case "manual": {
      const { answerer = createTerminalAnswerer(options.folder, options.terminal) } = options;
      const source = createManualSource(answerer, clock);
      return { ...nothing, source, close: source.close };
    }
    default: {
      const [{ openModel }, { createOnlineSource }] = await Promise.all([
        import("./providers.ts"),
        import("./online-source.ts"),
      ]);
      const open = await openModel(name, { environment: options.environment, baseUrl: options.baseUrl });
      const policy = { clock, retries: options.retries ?? 4, timeoutMs: options.timeoutMs ?? 300_000 };
      return { ...nothing, source: createOnlineSource(open, policy, setting), secrets: open.secrets };
    }
  }
}

/** The error as it may be shown: a server may repeat a key in what it says. */
function presentable(thrown: unknown, secrets: readonly string[]): unknown {
  if (!(thrown instanceof GeniusError)) return thrown;
  const message = redacted(thrown.message, secrets);
  return message === thrown.message ? thrown : new GeniusError(thrown.code, message);
}

/** A person at the terminal, for `manual`; of this process's own where none is given. */
export const createTerminalAnswerer = (folder?: string, terminal = standardTerminal()): Answerer =>
  createPasteAnswerer(terminal, folder);

const standardTerminal = (): PasteTerminal => ({
  input: process.stdin,
  show: (text) => process.stderr.write(text),
});
