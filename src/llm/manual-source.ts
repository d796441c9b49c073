// A person in the model's place: shows the prompt, to be pasted into any chat, and reads the pasted answer. For those
// who have a subscription and no key, and for anyone who wants to see what a model is asked.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError } from "../base/errors.ts";
import type { ChatMessage } from "./chat.ts";
import { createPasteReader } from "./paste.ts";
import { picturesInWords } from "./pictures.ts";
import { tokensOf } from "./prices.ts";
import { type Source, totalOf } from "./source.ts";
import { readObject, withInstruction } from "./structured.ts";
import type { Clock } from "./wait.ts";

export interface PasteTerminal {
  /** Where answers come from: a terminal, a pipe or a file. */
  readonly input: NodeJS.ReadableStream;
  /** Shows a text; not standard output, which is for results. */
  show(text: string): void;
}

export interface ManualSource extends Source {
  close(): void;
}

/** Someone who answers one question after the other: at a terminal, or from a page. */
export interface Answerer {
  /** Undefined when no answer will come any more. */
  answer(
    question: { readonly purpose: string; readonly prompt: string },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  close(): void;
}

/** Answers are pasted. With a `folder`, each prompt is also written to `prompt.txt` in it, for copying. */
export function createPasteAnswerer(terminal: PasteTerminal, folder?: string): Answerer {
  const reader = createPasteReader(terminal.input);
  return {
    async answer({ purpose, prompt }, signal) {
      const path = folder === undefined ? undefined : join(folder, "prompt.txt");
      if (path !== undefined) {
        await writeFile(path, prompt).catch((thrown: unknown) => {
          throw fileError(thrown, path, "write");
        });
      }
      const copy = path === undefined ? "" : ` (also in ${path})`;
      terminal.show(
        `\n──── ${purpose}: give this prompt to a model${copy} ────\n${prompt}\n──── paste the answer, then a line with only a dot ────\n`,
      );
      return reader.next(signal);
    },
    close: () => reader.close(),
  };
}

export function createManualSource(answerer: Answerer, clock: Clock): ManualSource {
  // One person answers one question after the other.
  let last: Promise<unknown> = Promise.resolve();

  const answerTo = async (prompt: string, purpose: string, signal: AbortSignal) => {
    signal.throwIfAborted();
    const text = await answerer.answer({ purpose, prompt }, signal);
    if (text !== undefined) return text;
    throw new GeniusError(
      "model-failed",
      `The input ended before an answer to "${purpose}" was given. Start again from a terminal, or pipe in one answer a request, each ended by a line with only a dot.`,
    );
  };

  return {
    identity: "manual",
    async ask(request, { signal, log }) {
      const messages =
        request.schema === undefined ? request.messages : withInstruction(request.messages, request.schema);
      const prompt = promptText(messages);
      const inputTokens = tokensOf(prompt.length);
      const reservation = log.reserve({ inputTokens, maxOutputTokens: request.maxOutputTokens });
      const startedAt = clock.monotonic();
      const turn = last.then(() => answerTo(prompt, request.purpose, signal));
      last = turn.catch(() => {});
      const text = await turn.catch((thrown: unknown) => {
        reservation.release();
        throw thrown;
      });
      const usage = {
        inputTokens,
        outputTokens: tokensOf(text.length),
        cachedInputTokens: 0,
        estimated: true as const,
      };
      const milliseconds = Math.round(clock.monotonic() - startedAt);
      log.enter({ modelId: "manual", finishReason: "stop", usage, usd: 0, milliseconds }, reservation);
      const object = request.schema === undefined ? undefined : readObject(text, request.schema.jsonSchema);
      return {
        text,
        ...(object === undefined ? {} : { object }),
        toolCalls: [],
        ...totalOf(log.exchanges),
        modelId: "manual",
        finishReason: "stop",
        from: "manual",
      };
    },
    close: () => answerer.close(),
  };
}

/** One text for a chat's single field: the roles are named only where there is more than one message. */
function promptText(messages: readonly ChatMessage[]): string {
  const textOf = ({ content, images = [] }: ChatMessage) => `${picturesInWords(images)}${content}`;
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) return textOf(only);
  return messages.map((message) => `[${message.role}]\n${textOf(message)}`).join("\n\n");
}
