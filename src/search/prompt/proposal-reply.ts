// From a model's reply to a proposal, by meaning and not by place: thinking is left out, then the last object with a
// design counts, and only a reply without such objects is read as prose. A reply that was cut is no answer.
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { answerIn, type ChatReply, lastObject, numberIn, whyNoAnswer } from "../../llm/index.ts";
import type { Metric } from "../../metrics/index.ts";
import type { Choices, Space } from "../space.ts";
import { choicesIn, designField } from "./read-choices.ts";
import { readDesign } from "./read-design.ts";
import { forecastField, scoreWords } from "./score-words.ts";

interface Design {
  readonly kind: "design";
  readonly choices: Choices;
  readonly reason?: string;
  readonly score?: number;
}

export type ProposalReply = Design | { readonly kind: "unreadable"; readonly reason: string };

/** The JSON schema of a reply: choices as digits, a reason, and the accuracy (or other metric) that the model expects. */
export function replySchema(
  space: Space,
  metric?: Metric,
): { readonly name: string; readonly jsonSchema: JsonObject } {
  const { name, field } = scoreWords(metric);
  const most = Math.max(...space.decisions.map(({ options }) => options.length)) - 1 + space.firstDigit;
  return {
    name: "proposal",
    jsonSchema: {
      type: "object",
      additionalProperties: false,
      required: ["reason", "choices", field],
      properties: {
        reason: { type: "string", description: "why this design, in one or two sentences" },
        choices: {
          type: "array",
          items: { type: "integer", minimum: space.firstDigit, maximum: most },
          description: `one option's number for each of the ${space.decisions.length} decisions, in their order`,
        },
        [field]: { type: "number", description: `the ${name} that you expect, 0 to 100` },
      },
    },
  };
}

type Reply = Pick<ChatReply, "text"> &
  Partial<Pick<ChatReply, "object" | "finishReason" | "toolCalls" | "usage">>;

/** Never throws: a reply without a complete design says what is wrong with it. */
export function readProposal(space: Space, reply: Reply): ProposalReply {
  const no = whyNoAnswer(reply);
  if (no !== undefined) return { kind: "unreadable", reason: no };
  const answer = withoutCalls(reply.text);
  // A complete answer before an object that only names a design, such as an earlier one or code that uses it.
  const found =
    lastObject(answer, (object) => (isComplete(object) ? designOf(space, object) : undefined)) ??
    lastObject(answer, (object) => designOf(space, object));
  if (found !== undefined) return found;
  // An object with a design that cannot be read is what the model meant; nothing around it is.
  const meant = lastObject(answer, (object) => designField(space, object));
  if (meant !== undefined) return { kind: "unreadable", reason: whyUnreadable(space, meant) };
  const text = withoutReasons(answerIn(answer));
  const read = readDesign(space, text);
  if (read.kind === "unreadable") return read;
  const reason = reasonIn(text);
  return { ...read, ...(reason !== undefined && { reason }) };
}

/** Whether an object has every field that was asked for; their values may still be wrong. */
const isComplete = (object: JsonObject) =>
  object.reason !== undefined &&
  object.choices !== undefined &&
  Object.keys(object).some((name) => forecastField.test(name));

/** Calls of the cost tool that a model wrote as text ask for figures; the designs in them are not proposed. */
function withoutCalls(text: string): string {
  return text.replace(/<(tool_calls?|function_call)>[\s\S]*?(?:<\/\1>|$)|\[TOOL_CALLS\][^\n]*/gi, (whole) =>
    /["']name["']\s*:\s*["']cost["']/.test(whole) ? "" : whole,
  );
}

/** The design in an object of a reply, with what is said of it; undefined when it holds none that can be read. */
export function designOf(space: Space, object: JsonObject): Design | undefined {
  const field = designField(space, object);
  const choices = field === undefined ? undefined : choicesIn(space, field);
  if (choices === undefined) return undefined;
  const { reason } = object;
  const forecast = Object.keys(object).find((name) => forecastField.test(name));
  const score = forecast === undefined ? undefined : shareIn(object[forecast]);
  return {
    kind: "design",
    choices,
    ...(typeof reason === "string" && reason.trim() !== "" && { reason: reason.trim() }),
    ...(score !== undefined && { score }),
  };
}

/** A figure in per cent, which some models write as a text or as a share. */
function shareIn(value: JsonValue | undefined): number | undefined {
  const percent = typeof value === "string" ? numberIn(value) : value;
  if (typeof percent !== "number" || !(percent >= 0 && percent <= 100)) return undefined;
  return percent > 0 && percent < 1 ? percent : percent / 100;
}

function whyUnreadable(space: Space, field: JsonValue): string {
  const wanted = space.decisions.length;
  const given = Array.isArray(field) ? field.flat(3).length : undefined;
  const shown = JSON.stringify(field).slice(0, 80);
  return given !== undefined && given !== wanted
    ? `${shown} has ${given} choices, and ${space.name} has ${wanted} decisions`
    : `${shown} is no list of ${wanted} options of ${space.name}`;
}

/** The text without the sentences inside of its objects, where designs are mentioned and not proposed. */
function withoutReasons(text: string): string {
  return text.replace(
    /(["'](?:\w| )*["']\s*:\s*)"((?:[^"\\]|\\.)*)("|$)/g,
    (whole, name: string, words: string) => (/\p{L}{2,}\s/u.test(words) ? `${name}""` : whole),
  );
}

/** The first sentences of prose that are no list, as the stated reason. */
function reasonIn(text: string): string | undefined {
  const prose = text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line.length > 40 && !/[[\]{}]/.test(line));
  const sentence = prose[0]?.slice(0, 400);
  return sentence === undefined || sentence === "" ? undefined : sentence;
}
