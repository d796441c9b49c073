// Reads conversations that others recorded as OpenAI-style lists of messages: a JSON array, an object with
// `messages`, or JSON lines; text as a string or as parts. A file that was cut short gives its whole messages and
// says so. Knows the form of messages only, not what they talk about.
import { GeniusError, messageOf } from "../base/errors.ts";
import type { ChatMessage } from "./chat.ts";
import { completeElements } from "./json-scan.ts";

export interface MessageList {
  readonly messages: readonly ChatMessage[];
  /** Present when the file ends in the middle: says what was kept. */
  readonly cut?: string;
}

/**
 * Reads the text of a recorded conversation. Roles `developer` and `model` count as `system` and `assistant`; tool
 * messages and parts without text (images, tool calls) are passed over.
 * @throws GeniusError `bad-file` naming file, message or line, and field.
 */
export function readMessageList(text: string, file: string): MessageList {
  const body = text.replace(/^\uFEFF/, "");
  if (body.trim() === "") throw notThis(file, "it is empty");
  const whole = tryParse(body);
  if (whole.ok) return { messages: fromValue(whole.value, file) };
  const lines = readLines(body, file);
  if (lines !== undefined) return lines;
  return readCut(body, file, whole.reason);
}

const expected =
  'a JSON array of messages, an object with such an array in "messages", or one message a line';
const roles: Readonly<Record<string, ChatMessage["role"] | "passed over">> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  model: "assistant",
  tool: "passed over",
  function: "passed over",
};

function fromValue(value: unknown, file: string): ChatMessage[] {
  if (Array.isArray(value)) return messagesOf(value, (index) => `message ${index + 1}`, file);
  if (isRecord(value)) {
    if (Array.isArray(value.messages)) {
      return messagesOf(value.messages, (index) => `messages, message ${index + 1}`, file);
    }
    // One line of JSON lines, when there is only one.
    if ("role" in value) return messagesOf([value], () => "line 1", file);
    throw notThis(file, `it has no field "messages" that is an array (its fields: ${fieldsOf(value)})`);
  }
  throw notThis(file, `it holds ${kindOf(value)}`);
}

const fieldsOf = (value: object) => Object.keys(value).slice(0, 8).join(", ") || "none";

/**
 * JSON lines, or undefined when the first line alone is not JSON. The last line may be torn.
 * @throws GeniusError `bad-file` for lines of another kind, such as a journal's.
 */
function readLines(body: string, file: string): MessageList | undefined {
  const lines = body.split("\n").map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const filled = lines.filter(({ line }) => line !== "");
  const first = tryParse(filled[0]?.line ?? "");
  if (!first.ok || !isRecord(first.value)) return undefined;
  if (!("role" in first.value))
    throw notThis(file, `its lines have no field "role" (the first has: ${fieldsOf(first.value)})`);
  const messages: ChatMessage[] = [];
  for (const [index, { line, number }] of filled.entries()) {
    const parsed = tryParse(line);
    if (parsed.ok) {
      messages.push(...messagesOf([parsed.value], () => `line ${number}`, file));
    } else if (index === filled.length - 1) {
      return { messages, cut: cutMessage(file, messages.length) };
    } else {
      throw bad(file, `line ${number}`, `is not JSON (${parsed.reason})`, "one message a line");
    }
  }
  return { messages };
}

/** The whole messages of an array that does not end. Damage in the middle is an error, not a cut. */
function readCut(body: string, file: string, reason: string): MessageList {
  const start = startOfArray(body);
  // What the parser says of a photograph or a letter would only mislead.
  if (start === undefined) throw notThis(file, "it is not JSON");
  const scanned = completeElements(body, start);
  if (scanned.damagedAt !== undefined) {
    const line = body.slice(0, scanned.damagedAt).split("\n").length;
    throw bad(file, `line ${line}`, `is not JSON (${reason})`, expected);
  }
  if (scanned.elements.length === 0) throw notThis(file, "it was cut before the end of its first message");
  const messages = messagesOf(scanned.elements, (index) => `message ${index + 1}`, file);
  return { messages, cut: cutMessage(file, messages.length) };
}

function startOfArray(body: string): number | undefined {
  const match = /^\s*(?:\[|\{(?:[^[\]{}]*,)?\s*"messages"\s*:\s*\[)/.exec(body);
  return match === null ? undefined : match[0].length;
}

const cutMessage = (file: string, count: number) =>
  `${file} was cut short: its ${count} whole message${count === 1 ? " is" : "s are"} used, the rest is lost.`;

function messagesOf(
  values: readonly unknown[],
  where: (index: number) => string,
  file: string,
): ChatMessage[] {
  return values.flatMap((value, index) => messageFrom(value, where(index), file));
}

function messageFrom(value: unknown, where: string, file: string): ChatMessage[] {
  if (!isRecord(value)) throw bad(file, where, `is ${kindOf(value)}`, 'an object {"role", "content"}');
  const allowed = Object.keys(roles).join(", ");
  if (typeof value.role !== "string")
    throw bad(file, `${where}, field "role"`, `is ${kindOf(value.role)}`, allowed);
  const role = Object.hasOwn(roles, value.role) ? roles[value.role] : undefined;
  if (role === undefined)
    throw bad(file, `${where}, field "role"`, `is ${JSON.stringify(value.role)}`, allowed);
  if (role === "passed over") return [];
  // A message that only calls tools has null for a text.
  if (value.content === null || value.content === undefined) {
    if (role === "assistant" && "tool_calls" in value) return [];
    throw bad(file, `${where}, field "content"`, `is ${kindOf(value.content)}`, contents);
  }
  return [{ role, content: textOf(value.content, `${where}, field "content"`, file) }];
}

const contents = 'a string, or an array of parts {"type": "text", "text"}';

function textOf(content: unknown, where: string, file: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw bad(file, where, `is ${kindOf(content)}`, contents);
  return content
    .map((part: unknown, index) => {
      if (typeof part === "string") return part;
      if (isRecord(part) && typeof part.text === "string") return part.text;
      if (isRecord(part) && typeof part.type === "string" && !textTypes.has(part.type)) return "";
      throw bad(file, `${where}, part ${index + 1}`, "has no text", contents);
    })
    .join("");
}

const textTypes = new Set(["text", "input_text", "output_text"]);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function tryParse(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown).slice(0, 200) };
  }
}

/** The error for a file that as a whole is something else. */
const notThis = (file: string, why: string) =>
  new GeniusError("bad-file", `${file} is not a recorded conversation: ${why}. Allowed: ${expected}.`);

function bad(file: string, where: string, what: string, allowed: string): GeniusError {
  return new GeniusError("bad-file", `${file}, ${where} ${what}. Allowed: ${allowed}.`);
}
