// A text as a program: its settings, blocks and statements. A mistake ends a statement, and reading continues with the next,
// so that several are told at once.
import type { FeatureShape } from "../graph/network.ts";
import { createCursor, shownToken } from "./cursor.ts";
import { type Fault, FaultError } from "./faults.ts";
import { type ChainReader, isReserved, parseChain } from "./parse-chains.ts";
import { beginsNumber, bracesHoldNumbers, isNumberName, parseExpression } from "./parse-values.ts";
import type { Block, BlockParameter, OpenChoice, Program, Statement } from "./program.ts";
import { tokensOf, unclosedBrackets } from "./tokens.ts";

export type Parsed =
  | { readonly program: Program; readonly faults?: undefined }
  | { readonly program?: undefined; readonly faults: readonly Fault[] };

interface Names {
  readonly numbers: Set<string>;
  readonly wires: Set<string>;
  /** Wires that nothing has read yet. */
  readonly unread: Map<string, Fault>;
  /** Before the names of choices: `ir.` in the block ir. */
  readonly where: string;
}

/** While a program is read, blocks are added. */
interface ProgramReader extends ChainReader {
  readonly blocks: Map<string, Block>;
}

interface Settings {
  name?: string;
  input?: FeatureShape;
  normMacsPerElement?: number;
}

const maxNameLength = 40;
const maxBlocks = 200;

/** Reads a text. All mistakes that can be told at once come back, in the order of the text. */
export function parseProgram(text: string): Parsed {
  const faults: Fault[] = [];
  const note = (thrown: unknown) => {
    if (!(thrown instanceof FaultError)) throw thrown;
    faults.push({ offset: thrown.offset, message: thrown.message });
  };
  let tokens: ReturnType<typeof tokensOf>;
  try {
    tokens = tokensOf(text);
  } catch (thrown) {
    note(thrown);
    return { faults };
  }
  const cursor = createCursor(tokens);
  const blocks = new Map<string, Block>();
  const choices: OpenChoice[] = [];
  let usesClasses = false;
  const reader: ProgramReader = {
    ...{ cursor, text, choices, blocks, counts: new Map(), depth: 0, inOptions: false },
    onClasses: () => {
      usesClasses = true;
    },
  };
  const names: Names = { numbers: new Set(), wires: new Set(), unread: new Map(), where: "" };
  const settings: Settings = {};
  const body: Statement[] = [];
  let indented = false;
  while (cursor.peek().kind !== "end") {
    const token = cursor.peek();
    if (token.kind === "line") {
      indented = cursor.take().indented;
      continue;
    }
    try {
      if (token.text === "block" && token.kind === "word") parseBlock(reader, names, note);
      else if (indented)
        throw new FaultError(token.offset, "this line is indented, and no block is above it");
      else if (!parseSetting(reader, settings)) {
        const statement = parseStatement(reader, names);
        body.push(statement);
      }
    } catch (thrown) {
      note(thrown);
      [reader.depth, reader.inOptions] = [0, false];
      cursor.nextLine();
      // The lines of a block whose first line is wrong.
      while (token.text === "block" && cursor.peek().kind === "line" && cursor.peek().indented) {
        cursor.take();
        cursor.nextLine();
      }
    }
  }
  const unclosed = unclosedFaults(tokens);
  if (unclosed[0] !== undefined) {
    // What follows the bracket was read as its contents, so other mistakes there may be none.
    const { offset: from } = unclosed[0];
    return { faults: [...faults.filter(({ offset }) => offset < from), ...unclosed] };
  }
  faults.push(...names.unread.values());
  if (faults.length === 0 && !body.some(({ kind }) => kind === "flow"))
    faults.push({ offset: text.length, message: "the text has no layers" });
  if (faults.length > 0) return { faults };
  return { program: { text, ...settings, usesClasses, body, choices } };
}

const unclosedFaults = (tokens: Parameters<typeof unclosedBrackets>[0]): readonly Fault[] =>
  unclosedBrackets(tokens).map(({ token: { text, offset }, closedBy }) => {
    const sign = text === "(" ? ")" : "}";
    const instead =
      closedBy === undefined ? "is not closed" : `needs "${sign}", and "${closedBy.text}" comes first`;
    return { offset, message: `the "${text}" opened here ${instead}` };
  });

/** `input 3x32x32`, `name mine`, `normmacs 4`; false when the line is none of them. */
function parseSetting({ cursor, text }: ChainReader, settings: Settings): boolean {
  const { kind, text: word } = cursor.peek();
  if (kind !== "word" || !["input", "name", "normmacs"].includes(word)) return false;
  cursor.take();
  const token = cursor.peek();
  if (word === "name") {
    const line = /[^\n#]*/.exec(text.slice(token.offset))?.[0].trim() ?? "";
    if (!/^[A-Za-z0-9][A-Za-z0-9._/,×-]{0,200}$/.test(line))
      throw new FaultError(token.offset, "a name has letters, digits and . _ / - only, as in name my-net");
    cursor.nextLine();
    settings.name = line;
    return true;
  }
  cursor.take();
  if (word === "normmacs") {
    if (token.kind !== "number") throw new FaultError(token.offset, "expected a number, as in normmacs 4");
    settings.normMacsPerElement = Number(token.text);
  } else {
    const shape = token.kind === "size" ? token.text.split("x").map(Number) : [];
    const fits = shape.length === 3 && shape.every((length) => length >= 1 && length <= 4096);
    if (!fits || settings.input !== undefined) {
      throw new FaultError(
        token.offset,
        settings.input === undefined
          ? `expected channels, height and width up to 4096, as in input 3x32x32, and found ${shownToken(token)}`
          : "the input is given twice",
      );
    }
    settings.input = shape as unknown as FeatureShape;
  }
  endOfLine(cursor.peek(), `the ${word}`);
  return true;
}

function endOfLine(
  token: { readonly kind: string; readonly text: string; readonly offset: number },
  after: string,
): void {
  if (token.kind !== "line" && token.kind !== "end")
    throw new FaultError(
      token.offset,
      `expected the end of the line after ${after}, and found "${token.text}"`,
    );
}

/** A line: layers, or a name for a number or for a value beside the flow. */
function parseStatement(reader: ChainReader, names: Names): Statement {
  const { cursor } = reader;
  const { kind, text, offset } = cursor.peek();
  const next = cursor.peek(1);
  let statement: Statement;
  if (kind === "word" && next.kind === "sign" && next.text === "=") {
    checkName(text, offset);
    cursor.take();
    cursor.take();
    if (holdsNumber(reader, names)) {
      if (names.wires.has(text) || isNumberName(text, names))
        throw new FaultError(offset, `"${text}" has a meaning already; choose another name`);
      if (text === "x")
        throw new FaultError(offset, 'a number cannot be called "x", which says how many times');
      const value = parseExpression(reader, names, () => `${names.where}${text}`);
      names.numbers.add(text);
      statement = { kind: "value", name: text, value, offset };
    } else {
      if (isNumberName(text, names))
        throw new FaultError(offset, `"${text}" is a number already; choose another name`);
      const chain = parseChain(reader, names);
      names.wires.add(text);
      names.unread.set(text, { offset, message: `nothing reads "${text}"` });
      statement = { kind: "wire", name: text, chain, offset };
    }
  } else statement = { kind: "flow", chain: parseChain(reader, names), offset };
  endOfLine(cursor.peek(), "these layers");
  return statement;
}

function holdsNumber(reader: ChainReader, names: Names): boolean {
  if (reader.cursor.at("{")) return bracesHoldNumbers(reader, names);
  return beginsNumber(reader, names);
}

function checkName(name: string, offset: number): void {
  if (isReserved(name))
    throw new FaultError(offset, `"${name}" is a word of the language; choose another name`);
  if (name.length > maxNameLength || name.includes("-") || name.includes("."))
    throw new FaultError(offset, `a name has letters, digits and _ only, at most ${maxNameLength}`);
}

/** `block ir c k=3 s=1:` and its layers: behind the colon, or on the indented lines below. */
function parseBlock(reader: ProgramReader, outer: Names, note: (thrown: unknown) => void): void {
  const { cursor, blocks } = reader;
  cursor.take();
  const { kind, text: name, offset } = cursor.take();
  if (kind !== "word") throw new FaultError(offset, "a block needs a name, as in block ir c k=3:");
  checkName(name, offset);
  const isTaken = blocks.has(name) || isNumberName(name, outer) || outer.wires.has(name);
  if (isTaken) throw new FaultError(offset, `"${name}" has a meaning already; choose another name`);
  if (blocks.size >= maxBlocks) throw new FaultError(offset, `there are more than ${maxBlocks} blocks`);
  const names: Names = {
    ...{ numbers: new Set(outer.numbers), wires: new Set(), unread: new Map(), where: `${name}.` },
  };
  const parameters: BlockParameter[] = [];
  const body: Statement[] = [];
  const add = () => {
    const statement = parseStatement(reader, names);
    body.push(statement);
  };
  let isFaulty = false;
  try {
    while (!cursor.skip(":")) parameters.push(parseParameter(reader, names, parameters));
    if (cursor.peek().kind !== "line" && cursor.peek().kind !== "end") add();
  } catch (thrown) {
    note(thrown);
    isFaulty = true;
    [reader.depth, reader.inOptions] = [0, false];
    cursor.nextLine();
  }
  while (cursor.peek().kind === "line" && (cursor.peek().indented || isBlank(cursor.peek(1)))) {
    cursor.take();
    const next = cursor.peek().kind;
    if (next === "line" || next === "end") continue;
    try {
      add();
    } catch (thrown) {
      note(thrown);
      isFaulty = true;
      [reader.depth, reader.inOptions] = [0, false];
      cursor.nextLine();
    }
  }
  blocks.set(name, { name, parameters, body });
  for (const { offset: at, message } of names.unread.values()) note(new FaultError(at, message));
  if (!isFaulty && !body.some((statement) => statement.kind === "flow"))
    throw new FaultError(offset, `the block ${name} has no layers`);
}

const isBlank = ({ kind }: { readonly kind: string }) => kind === "line";

/** `c`, `k=3` or `k3`. */
function parseParameter(
  reader: ChainReader,
  names: Names,
  before: readonly BlockParameter[],
): BlockParameter {
  const { cursor } = reader;
  const token = cursor.take();
  if (token.kind !== "word")
    throw new FaultError(token.offset, `expected a parameter or ":", and found ${shownToken(token)}`);
  const [, letters, digits] = /^([A-Za-z_]+)(\d+(?:\.\d+)?)$/.exec(token.text) ?? [];
  const name = letters ?? token.text;
  checkName(name, token.offset);
  if (name === "x")
    throw new FaultError(token.offset, 'a parameter cannot be called "x", which says how many times');
  if (before.some((parameter) => parameter.name === name))
    throw new FaultError(token.offset, `the parameter ${name} is there twice`);
  let fallback: BlockParameter["fallback"];
  if (digits !== undefined) fallback = { kind: "number", value: Number(digits) };
  else if (cursor.skip("=")) fallback = parseExpression(reader, names, () => `${names.where}${name}`);
  names.numbers.add(name);
  return { name, ...(fallback !== undefined && { fallback }) };
}
