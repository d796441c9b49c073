// Reads the design in an object of a reply by meaning: the field that holds it, however its options are written –
// digits, digits as texts, values, labels, one list a stage, or an option by the name of each decision. Text in other
// fields, such as reasons, is never read.
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { numberIn } from "../../llm/index.ts";
import type { Choices, Space } from "../space.ts";
import { choicesOfNumbers, labelIndex } from "./read-design.ts";

/** Names under which models write a design when they do not keep to the one that was asked for, best first. */
const otherNames =
  /^(?:final_?)?(?:choice|design|architecture|arch|proposal|answer|solution|encoding|config(?:uration)?|options|operations|op_?list|list|genotype|decisions|network)s?$/i;

/** The field of an object that is meant for the design; undefined when it has none. */
export function designField(space: Space, object: JsonObject): JsonValue | undefined {
  if (object.choices !== undefined) return object.choices;
  const other = Object.entries(object).findLast(([name, value]) => otherNames.test(name) && isPlain(value));
  if (other !== undefined) return other[1];
  return space.decisions.length > 1 && space.decisions.every(({ name }) => object[name] !== undefined)
    ? object
    : undefined;
}

/** A list, or a text that is no sentence. */
const isPlain = (value: JsonValue | undefined) => Array.isArray(value) || typeof value === "string";

/** The choices that a value stands for; undefined where it leaves any doubt. */
export function choicesIn(space: Space, value: JsonValue): Choices | undefined {
  if (typeof value === "string") return choicesInText(space, value);
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Array.isArray(value)
    ? (value as readonly JsonValue[]).flat(3)
    : inOrder(space, value as JsonObject);
  if (entries === undefined || entries.length !== space.decisions.length) return undefined;
  const read = entries.map((entry) => plainEntry(entry as JsonValue));
  const numbers = read.map((entry) =>
    typeof entry === "string" ? numberIn(entry.replace(/%$/, "x")) : entry,
  );
  if (numbers.every((number) => typeof number === "number")) {
    const choices = choicesOfNumbers(space, numbers);
    if (choices !== undefined) return choices;
  }
  const choices = read.map((entry, index) => optionOf(space, index, entry));
  return choices.every((choice) => choice >= 0) ? choices : undefined;
}

function choicesInText(space: Space, text: string): Choices | undefined {
  const own = space.parse?.(text.trim());
  if (own !== undefined) return own;
  const inner = text.trim().replace(/^[[(]\s*|\s*,?\s*[\])]$/g, "");
  const digits = /^\d+$/.test(inner) && inner.length === space.decisions.length ? [...inner] : undefined;
  const words = digits ?? inner.split(/\s*[,;|]\s*/);
  const parts = words.length === space.decisions.length ? words : inner.split(/[\s\-_]+/);
  return parts.length === space.decisions.length && parts.length > 1 ? choicesIn(space, parts) : undefined;
}

/** The fields of an object in the order of the decisions: by their names, or by ascending numbers in the names. */
function inOrder({ decisions }: Space, object: JsonObject): readonly (JsonValue | undefined)[] | undefined {
  if (decisions.every(({ name }) => object[name] !== undefined))
    return decisions.map(({ name }) => object[name]);
  const entries = Object.entries(object).map(([name, value]) => ({
    place: Number(/(\d+)$/.exec(name)?.[1]),
    value,
  }));
  const isAscending = entries.every(({ place }, index) => place === (entries[0]?.place ?? 0) + index);
  return isAscending && entries.length > 0 ? entries.map(({ value }) => value) : undefined;
}

/** An entry as a number or a text: a model may write `{"decision": "layer1", "option": 2}`. */
function plainEntry(entry: JsonValue | undefined): number | string | undefined {
  if (typeof entry === "number" || typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return undefined;
  const values = Object.entries(entry).flatMap(([name, value]) =>
    /^(?:option|choice|value|index|digit|number)$/i.test(name) &&
    (typeof value === "number" || typeof value === "string")
      ? [value]
      : [],
  );
  return values.length === 1 ? values[0] : undefined;
}

/** The option that one entry names: its digit, its value, its label, or a digit and more ("2 = skip"). */
function optionOf(space: Space, index: number, entry: number | string | undefined): number {
  const decision = space.decisions[index];
  if (entry === undefined || decision === undefined) return -1;
  const { options } = decision;
  if (typeof entry === "string") {
    const label = labelIndex(space, index, entry.replace(/["'`\s]/g, "").toLowerCase());
    if (label >= 0) return label;
  }
  const number =
    typeof entry === "number"
      ? entry
      : (numberIn(entry) ?? numberIn(/^\s*(\d+)\s*[=:(–-]/.exec(entry)?.[1] ?? ""));
  if (number === undefined) return -1;
  const choice = number - space.firstDigit;
  return Number.isInteger(choice) && choice >= 0 && choice < options.length ? choice : -1;
}
