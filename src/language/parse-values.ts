// Numbers of a text: arithmetic, names, and alternatives such as `{16|24|32}`.
import { nearest } from "../base/nearest.ts";
import { type Cursor, shownToken } from "./cursor.ts";
import { FaultError } from "./faults.ts";
import type { Expression, OpenChoice } from "./program.ts";
import type { Token } from "./tokens.ts";

/** What a text has named where the reader stands. */
export interface Scope {
  readonly numbers: ReadonlySet<string>;
  readonly wires: ReadonlySet<string>;
  /** Wires that nothing has read yet. */
  readonly unread: { delete(wire: string): boolean };
}

/** What reading values needs of the whole text. */
export interface ValueReader {
  readonly cursor: Cursor;
  readonly text: string;
  readonly choices: OpenChoice[];
  /** Whether an alternative of numbers is being read. */
  inOptions: boolean;
  onClasses(): void;
}

export const maxOptions = 64;
export const maxChoices = 256;

/** Whether the next token begins a number. */
export function beginsNumber({ cursor }: Pick<ValueReader, "cursor">, scope: Scope, ahead = 0): boolean {
  const { kind, text } = cursor.peek(ahead);
  if (kind === "number" || kind === "size") return true;
  if (kind === "word")
    return isNumberName(text, scope) || (text === "in" && isOperator(cursor.peek(ahead + 1)));
  return kind === "sign" && text === "-";
}

export const isNumberName = (word: string, { numbers }: Scope): boolean =>
  word === "classes" || numbers.has(word);

/** Whether a sign of arithmetic is next. */
export const isOperator = ({ kind, text }: Token) => kind === "sign" && /[*/+~-]/.test(text);

/** Whether the braces that come next hold numbers rather than layers. */
export function bracesHoldNumbers(reader: ValueReader, scope: Scope): boolean {
  let depth = 0;
  let ins = 0;
  for (let ahead = 0; ; ahead += 1) {
    const { kind, text } = reader.cursor.peek(ahead);
    if (kind === "end") return false;
    if (kind !== "sign") continue;
    if (text === "{" || text === "(") depth += 1;
    if (text === "}" || text === ")") depth -= 1;
    if (depth === 0) return ins > 1;
    if (depth !== 1 || (text !== "{" && text !== "|")) continue;
    if (beginsNumber(reader, scope, ahead + 1)) return true;
    if (reader.cursor.peek(ahead + 1).text !== "in") return false;
    ins += 1;
  }
}

/** A number: `16`, `c*4`, `in/2~8`, `{16|24}`. `name` is for the choice that it may be. */
export function parseExpression(reader: ValueReader, scope: Scope, name: () => string): Expression {
  const { cursor } = reader;
  let left = parseSum(reader, scope, name);
  if (cursor.skip("~"))
    left = { kind: "arithmetic", sign: "~", left, right: parseFactor(reader, scope, name) };
  return left;
}

function parseSum(reader: ValueReader, scope: Scope, name: () => string): Expression {
  let left = parseProduct(reader, scope, name);
  for (;;) {
    const sign = reader.cursor.skip("+") ? "+" : reader.cursor.skip("-") ? "-" : undefined;
    if (sign === undefined) return left;
    left = { kind: "arithmetic", sign, left, right: parseProduct(reader, scope, name) };
  }
}

function parseProduct(reader: ValueReader, scope: Scope, name: () => string): Expression {
  let left = parseFactor(reader, scope, name);
  for (;;) {
    const sign = reader.cursor.skip("*") ? "*" : reader.cursor.skip("/") ? "/" : undefined;
    if (sign === undefined) return left;
    left = { kind: "arithmetic", sign, left, right: parseFactor(reader, scope, name) };
  }
}

function parseFactor(reader: ValueReader, scope: Scope, name: () => string): Expression {
  const { cursor } = reader;
  const token = cursor.peek();
  if (cursor.skip("-")) {
    const number = cursor.peek();
    if (number.kind !== "number")
      throw new FaultError(number.offset, `expected a number after "-", and found ${shownToken(number)}`);
    cursor.take();
    return { kind: "number", value: -Number(number.text) };
  }
  if (cursor.at("{")) return parseChoice(reader, scope, name);
  if (token.kind === "number") {
    cursor.take();
    return { kind: "number", value: Number(token.text), offset: token.offset };
  }
  if (token.kind === "size") {
    cursor.take();
    return { kind: "pair", value: pairOf(token) };
  }
  if (token.kind === "word" && token.text === "in") {
    cursor.take();
    return { kind: "channels" };
  }
  if (token.kind === "word" && isNumberName(token.text, scope)) {
    cursor.take();
    if (token.text === "classes") reader.onClasses();
    return { kind: "name", name: token.text };
  }
  if (token.kind === "word" && /^[A-Za-z_]\w*$/.test(token.text) && !scope.wires.has(token.text))
    throw unknownNumber(token.text, scope, token.offset);
  throw new FaultError(token.offset, `expected a number, and found ${shownToken(token)}`);
}

/** For a word where a number is needed. */
export function unknownNumber(word: string, { numbers }: Scope, offset: number): FaultError {
  const near = nearest(word, ["classes", ...numbers]);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  return new FaultError(offset, `there is no number "${word}" here.${hint}`);
}

/** `3x1`: of height and width. */
export function pairOf({ text, offset }: Token): readonly [number, number] {
  const [height, width, ...more] = text.split("x").map(Number) as [number, number];
  if (more.length > 0)
    throw new FaultError(offset, `"${text}" has too many parts: write height and width, as in 3x1`);
  return [height, width];
}

function parseChoice(reader: ValueReader, scope: Scope, name: () => string): Expression {
  const { cursor } = reader;
  const { offset } = cursor.expect("{");
  if (reader.inOptions)
    throw new FaultError(
      offset,
      "an alternative of numbers cannot hold another one: list all numbers in one",
    );
  reader.inOptions = true;
  const options: Expression[] = [];
  const decision = openChoice(reader, offset, name());
  const texts: string[] = [];
  do {
    const from = cursor.peek().offset;
    options.push(parseSum(reader, scope, name));
    texts.push(writtenBetween(reader.text, from, cursor.peek().offset));
  } while (cursor.skip("|"));
  cursor.expect("}", ' or "|"');
  reader.inOptions = false;
  const values = options.map((option) => (option.kind === "number" ? option.value : undefined));
  closeChoice(reader, decision, { options: texts, values });
  return { kind: "choice", decision, options };
}

/** A piece of a text in one line and without comments. */
export const writtenBetween = (text: string, from: number, to: number): string =>
  text
    .slice(from, to)
    .replace(/#[^\r\n]*/g, "")
    .replace(/\s+/g, " ")
    .trim();

/** Notes a choice, in the order in which the text has them; its options follow when they are read. */
export function openChoice({ choices }: ValueReader, offset: number, name: string): number {
  if (choices.length >= maxChoices)
    throw new FaultError(offset, `there are more than ${maxChoices} alternatives in this text`);
  const isTaken = (known: string) => choices.some((choice) => choice.name === known);
  let unique = name;
  for (let number = 2; isTaken(unique); number += 1) unique = `${name}_${number}`;
  choices.push({ name: unique, offset, options: [] });
  return choices.length - 1;
}

export function closeChoice(
  { choices }: ValueReader,
  decision: number,
  {
    options,
    values,
  }: { readonly options: readonly string[]; readonly values: readonly (number | undefined)[] },
): void {
  const choice = choices[decision] as OpenChoice;
  const { offset } = choice;
  if (options.length < 2)
    throw new FaultError(offset, "one option is no alternative: give two or more, as in {16|24}");
  if (options.length > maxOptions)
    throw new FaultError(offset, `${options.length} options are too many: at most ${maxOptions} are allowed`);
  const twice = options.find((option, index) => options.indexOf(option) !== index);
  if (twice !== undefined) throw new FaultError(offset, `the option "${twice}" is there twice`);
  const areNumbers = values.length > 0 && values.every((value) => value !== undefined);
  choices[decision] = { ...choice, options, ...(areNumbers && { values: values as readonly number[] }) };
}
