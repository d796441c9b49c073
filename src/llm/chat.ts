// The contract of this folder: a request, a reply, and a conversation that turns the one into the other. The caller
// sees no provider, no file and no price list; whether the reply was paid for, remembered, replayed or pasted by a
// person changes only `from`.
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Price } from "./prices.ts";

/** A picture that stands before the text of a message. */
export interface ChatImage {
  readonly mediaType: "image/png";
  readonly bytes: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What makes two pictures the same, in hexadecimal: a record holds it instead of the bytes. */
  readonly hash: string;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** Characters at its beginning that are the same in every call of a search: providers that cache what is marked are told. */
  readonly stable?: number;
  /** Of a user's message, for a model that can see. */
  readonly images?: readonly ChatImage[];
}

/** Something the model may call while it answers; it is carried out in this process. */
export interface Tool {
  readonly name: string;
  /** Tells the model what it does and when to use it. */
  readonly description: string;
  /** A JSON schema of an object. */
  readonly inputJsonSchema: JsonObject;
  /** `input` has passed the schema. An error that it throws is given to the model as the output. */
  execute(input: unknown): JsonValue | Promise<JsonValue>;
}

export type Effort = "none" | "minimal" | "low" | "medium" | "high";

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** From 0; the provider's default when absent. */
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  /** How much a model that can think may think; the provider's default when absent. */
  readonly effort?: Effort;
  /** Asks for a reply that is one JSON value of this schema. `name` is letters, digits, `_` and `-`. */
  readonly schema?: { readonly name: string; readonly jsonSchema: JsonObject };
  readonly tools?: readonly Tool[];
  /** What the call is for, such as "proposal 3": for the record and for people. The model never sees it. */
  readonly purpose: string;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input tokens, those that the provider had in its cache; 0 when it does not say. */
  readonly cachedInputTokens: number;
  /** Set when the figures are estimated from the length of the text: pasted answers, old transcripts. */
  readonly estimated?: true;
}

export interface ToolCall {
  readonly name: string;
  readonly input: JsonValue;
  /** What the tool gave back, or `{ error }` when the call could not be carried out. */
  readonly output: JsonValue;
}

export interface ChatReply {
  /** Its place among the replies of this run, counted from 1: the `number` of its line in the record. */
  readonly number: number;
  /** As the model wrote it; may be empty. */
  readonly text: string;
  /** The value in `text`, when a schema was asked for and `text` holds a value of it. A bad answer has no object. */
  readonly object?: JsonValue;
  readonly toolCalls: readonly ToolCall[];
  /** How many requests the provider answered: 1, and 1 more for every round of tools. */
  readonly calls: number;
  /** Summed over those calls. */
  readonly usage: Usage;
  /** The price in US dollars; absent when the model's price is unknown. */
  readonly usd?: number;
  /** As the provider names it. */
  readonly modelId: string;
  /** Why it ended: `stop`, or `length` when it was cut at `maxOutputTokens`, … */
  readonly finishReason: string;
  readonly milliseconds: number;
  /** `cache`: this run had asked and paid for it before. */
  readonly from: "model" | "cache" | "replay" | "manual";
}

/** What a run has spent on its model, earlier sittings of the same run included. */
export interface Spent {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the calls whose price is known. */
  readonly usd: number;
}

export interface Conversation {
  /** The model's name as it was asked for, such as `openai/gpt-…`. */
  readonly model: string;
  /** Undefined when it is not known. */
  readonly price: Price | undefined;
  /**
   * Asks once, with retries. Calls may overlap.
   * @throws GeniusError `budget-exhausted` before a cap is passed; `no-key`, `key-rejected`, `server-unreachable`,
   *   `model-failed` when no answer comes; `replay-missing` when the record has no such request.
   *   The signal's reason when it is aborted.
   */
  ask(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
  readonly spent: Spent;
  /** What the model said in the reply of that number, in this sitting or an earlier one of the same run. */
  textOf(replyNumber: number): string | undefined;
  /** What a person should be told once, such as a parameter that the server refuses. It grows as the run continues. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}
