// Chains of layers: `conv 16 k3 norm relu`, brackets, branches, alternatives of layers and calls of blocks.
import { nearest } from "../base/nearest.ts";
import { type Cursor, shownToken } from "./cursor.ts";
import { FaultError, withNearest } from "./faults.ts";
import {
  beginsNumber,
  bracesHoldNumbers,
  closeChoice,
  isNumberName,
  isOperator,
  openChoice,
  pairOf,
  parseExpression,
  type Scope,
  unknownNumber,
  type ValueReader,
  writtenBetween,
} from "./parse-values.ts";
import type { Argument, Block, Chain, Expression, Item } from "./program.ts";
import { type LayerParameter, layerWords, mergeWords, otherNames } from "./words.ts";

export interface ChainReader extends ValueReader {
  readonly blocks: ReadonlyMap<string, Block>;
  /** How often each word was read, to number choices by. */
  readonly counts: Map<string, number>;
  /** How deep the brackets are. */
  depth: number;
}

/** Words that begin an item and are neither layers nor blocks. */
const structureWords = ["residual", "choose"] as const;
const maxDepth = 40;

/** Words that nothing else may be called. */
export const isReserved = (word: string): boolean =>
  Object.hasOwn(layerWords, word) ||
  Object.hasOwn(mergeWords, word) ||
  ["residual", "choose", "else", "in", "block", "input", "name", "normmacs", "classes"].includes(word);

/** A chain, up to what ends it: `,` `)` `|` `}` `else`, or the end of the line. */
export function parseChain(reader: ChainReader, scope: Scope): Chain {
  const { cursor } = reader;
  const items: Item[] = [];
  let start: Chain["start"];
  const first = cursor.peek();
  if (first.kind === "word" && (first.text === "in" || scope.wires.has(first.text))) {
    start = { wire: cursor.take().text };
    scope.unread.delete(first.text);
  }
  while (!endsChain(cursor)) items.push(parseItem(reader, scope));
  return { items: inParts(items), ...(start !== undefined && { start }) };
}

/** Marks the norms and activations that belong to the convolution before them. */
function inParts(items: readonly Item[]): readonly Item[] {
  let isOpen = false;
  return items.map((item, index): Item => {
    if (item.kind !== "layer") {
      isOpen = false;
      return item;
    }
    if (isOpen && item.layer.follows !== undefined) return { ...item, part: "later" };
    const next = items[index + 1];
    isOpen =
      (item.word === "conv" || item.word === "dw") &&
      item.times === undefined &&
      next?.kind === "layer" &&
      next.layer.follows !== undefined;
    return isOpen ? { ...item, part: "first" } : item;
  });
}

function endsChain(cursor: Cursor): boolean {
  const { kind, text } = cursor.peek();
  if (kind === "line" || kind === "end") return true;
  return kind === "sign" ? /[,)|}]/.test(text) : text === "else";
}

function parseItem(reader: ChainReader, scope: Scope): Item {
  const { cursor } = reader;
  const { kind, text, offset } = cursor.peek();
  if (kind === "sign" && text === "(")
    return inBrackets(reader, "(", () => {
      const chain = parseChain(reader, scope);
      cursor.expect(")", " or a layer");
      return { kind: "group", offset, chain, ...parseTimes(reader, scope, "group") };
    });
  if (kind === "sign" && text === "{") {
    const options = parseOptions(reader, scope, "layer");
    return { ...options, offset, ...parseTimes(reader, scope, "layer") };
  }
  if (kind !== "word")
    throw new FaultError(offset, `expected a layer, and found ${shownToken(cursor.peek())}`);
  cursor.take();
  const count = (reader.counts.get(text) ?? 0) + 1;
  reader.counts.set(text, count);
  const name = `${text}${count}`;
  if (Object.hasOwn(layerWords, text)) {
    const layer = layerWords[text] as (typeof layerWords)[string];
    return {
      kind: "layer",
      word: text,
      layer,
      offset,
      ...parseArguments(reader, scope, { ...layer, word: text, name, offset }),
    };
  }
  const block = reader.blocks.get(text);
  if (block !== undefined) {
    const parameters = block.parameters.map(({ name: of, fallback }) =>
      blockParameter(of, fallback === undefined),
    );
    return {
      kind: "call",
      block,
      offset,
      ...parseArguments(reader, scope, { parameters, word: text, name, offset }),
    };
  }
  if (Object.hasOwn(mergeWords, text)) return parseMerge(reader, scope, { word: text, name, offset });
  if (text === "residual") return parseResidual(reader, scope, { name, offset });
  if (text === "choose") {
    const by = parseExpression(reader, scope, () => name);
    const picked = parseOptions(reader, scope, "layer", by);
    return { ...picked, offset, ...parseTimes(reader, scope, name) };
  }
  throw unknownWord(reader, scope, text, offset);
}

const blockParameter = (name: string, required: boolean): LayerParameter => ({
  ...{
    name,
    kind: "real",
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
    positional: true,
    required,
  },
});

function inBrackets<T>(reader: ChainReader, sign: string, read: () => T): T {
  const { offset } = reader.cursor.expect(sign);
  reader.depth += 1;
  if (reader.depth > maxDepth) throw new FaultError(offset, `brackets are nested more than ${maxDepth} deep`);
  const value = read();
  reader.depth -= 1;
  return value;
}

interface Named {
  readonly name: string;
  readonly offset: number;
}

function parseMerge(
  reader: ChainReader,
  scope: Scope,
  { word, name, offset }: Named & { readonly word: string },
): Item {
  const { cursor } = reader;
  if (!cursor.at("("))
    throw new FaultError(
      cursor.peek().offset,
      `${word} needs its branches in brackets, as in ${word}(conv 16 k3, in)`,
    );
  return inBrackets(reader, "(", () => {
    const branches: Chain[] = [];
    do branches.push(branchOf(reader, scope));
    while (cursor.skip(","));
    cursor.expect(")", ', "," or a layer');
    const op = mergeWords[word] as (typeof mergeWords)[string];
    return { kind: "merge", word, op, branches, offset, ...parseTimes(reader, scope, name) };
  });
}

function branchOf(reader: ChainReader, scope: Scope): Chain {
  if (reader.cursor.at(",") || reader.cursor.at(")"))
    throw new FaultError(reader.cursor.peek().offset, `an empty branch: write "in" for the value itself`);
  return parseChain(reader, scope);
}

function parseResidual(reader: ChainReader, scope: Scope, { name, offset }: Named): Item {
  const { cursor } = reader;
  if (!cursor.at("("))
    throw new FaultError(
      cursor.peek().offset,
      "residual needs its layers in brackets, as in residual(conv 16 k3 norm)",
    );
  return inBrackets(reader, "(", () => {
    const main = branchOf(reader, scope);
    const isElse = cursor.peek().text === "else";
    if (isElse) cursor.take();
    const other = isElse ? branchOf(reader, scope) : undefined;
    cursor.expect(")", ", else or a layer");
    const parts = { main, ...(other !== undefined && { other }) };
    return { kind: "residual", ...parts, offset, ...parseTimes(reader, scope, name) };
  });
}

/** `{conv 16 k3|maxpool 3 s1|in}`; nothing between the signs is the value itself. */
function parseOptions(
  reader: ChainReader,
  scope: Scope,
  word: string,
  by?: Expression,
): { readonly kind: "pick"; readonly by: Expression | number; readonly options: readonly Chain[] } {
  const { cursor } = reader;
  const { offset } = cursor.peek();
  if (bracesHoldNumbers(reader, scope)) {
    throw new FaultError(
      offset,
      "these alternatives are numbers, and a layer is expected here; a number belongs behind the layer that takes it",
    );
  }
  return inBrackets(reader, "{", () => {
    const count = (reader.counts.get("{") ?? 0) + 1;
    if (by === undefined) reader.counts.set("{", count);
    const decision = by === undefined ? openChoice(reader, offset, `${word}${count}`) : undefined;
    const options: Chain[] = [];
    const texts: string[] = [];
    do {
      const from = cursor.peek().offset;
      options.push(parseChain(reader, scope));
      texts.push(writtenBetween(reader.text, from, cursor.peek().offset) || "in");
    } while (cursor.skip("|"));
    cursor.expect("}", ', "|" or a layer');
    if (decision !== undefined) closeChoice(reader, decision, { options: texts, values: [] });
    else if (by?.kind === "name") nameOptions(reader, by.name, texts);
    return { kind: "pick", by: by ?? (decision as number), options };
  });
}

/** The options of a shared number that chooses layers are called by the layers as well: `0: relu`. */
function nameOptions({ choices }: ChainReader, name: string, texts: readonly string[]): void {
  const index = choices.findIndex((choice) => choice.name === name);
  const choice = choices[index];
  if (choice?.values === undefined || !choice.values.every((value) => texts[value] !== undefined)) return;
  if (choice.options.some((option) => option.includes(":"))) return;
  const options = choice.values.map((value) => `${value}: ${texts[value]}`);
  choices[index] = { ...choice, options };
}

const timesParameter: LayerParameter = {
  ...{ name: "x", kind: "whole", from: 0, to: 1000, positional: false, required: false },
};

function parseTimes(reader: ChainReader, scope: Scope, name: string): { readonly times?: Expression } {
  const found = namedArgument(reader, scope, [timesParameter], name);
  return found === undefined ? {} : { times: found.value };
}

interface Called extends Named {
  readonly word: string;
  readonly parameters: readonly LayerParameter[];
}

function parseArguments(
  reader: ChainReader,
  scope: Scope,
  { word, parameters, name, offset }: Called,
): { readonly arguments: readonly Argument[]; readonly times?: Expression } {
  const { cursor } = reader;
  const given = new Map<string, Argument>();
  let times: Expression | undefined;
  const all = [...parameters, timesParameter];
  for (;;) {
    const named = namedArgument(reader, scope, all, name);
    if (named !== undefined) {
      if (given.has(named.name) || (named.name === "x" && times !== undefined))
        throw new FaultError(named.offset, `${word} has ${named.name} twice`);
      if (named.name === "x") times = named.value;
      else given.set(named.name, named);
      continue;
    }
    const free = parameters.find((parameter) => parameter.positional && !given.has(parameter.name));
    if (!beginsArgument(reader, scope, free !== undefined)) break;
    const { offset: at } = cursor.peek();
    if (free === undefined)
      throw new FaultError(
        at,
        `${word} takes no further number without a name; ${namesOf(word, parameters)}`,
      );
    const value = parseExpression(reader, scope, () => `${name}.${free.name}`);
    given.set(free.name, { name: free.name, value, offset: at });
  }
  const missing = parameters.find(({ name: of, required }) => required && !given.has(of));
  if (missing !== undefined) {
    const unknown = missing.positional ? unknownNumberNext(reader, scope) : undefined;
    if (unknown !== undefined) throw unknown;
    const hint = parameters.some(({ positional }) => positional) ? `, as in ${word} 16` : "";
    throw new FaultError(offset, `${word} needs ${missing.name}${hint}`);
  }
  return { arguments: [...given.values()], ...(times !== undefined && { times }) };
}

/** Whether a number without a name comes next. Braces and `in` are numbers only where one is awaited. */
function beginsArgument(reader: ChainReader, scope: Scope, isAwaited: boolean): boolean {
  const { cursor } = reader;
  if (cursor.at("{")) return isAwaited && bracesHoldNumbers(reader, scope);
  const { kind, text } = cursor.peek();
  return beginsNumber(reader, scope) || (isAwaited && kind === "word" && text === "in");
}

/**
 * `k3`, `k=size`, `k{3|5}`, `bias`, or `k` alone for a number that is called so; undefined when none comes next. `c/2` is
 * a number without a name, although c is one.
 */
function namedArgument(
  reader: ChainReader,
  scope: Scope,
  parameters: readonly LayerParameter[],
  name: string,
): Argument | undefined {
  const { cursor } = reader;
  const { kind, text, offset } = cursor.peek();
  if (kind !== "word") return undefined;
  const known = parameters.find((parameter) => parameter.name === text);
  const isNumber = isNumberName(text, scope);
  if (known === undefined) return isNumber ? undefined : shortArgument(reader, parameters);
  const next = cursor.peek(1);
  const isSign = next.kind === "sign";
  const isSet = isSign && (next.text === "=" || (next.text === "{" && next.offset === offset + text.length));
  if (isNumber && !isSet && isOperator(next)) return undefined;
  cursor.take();
  if (isSet) {
    cursor.skip("=");
    return { name: text, value: parseExpression(reader, scope, () => `${name}.${text}`), offset };
  }
  if (isNumber) return { name: text, value: { kind: "name", name: text }, offset };
  if (known.kind === "flag") return { name: text, value: { kind: "number", value: 1 }, offset };
  throw new FaultError(offset, `${text} needs a number, as in ${text}3`);
}

/** `k3`, `k3x1`, `e1.5` */
function shortArgument({ cursor }: ChainReader, parameters: readonly LayerParameter[]): Argument | undefined {
  const { text, offset } = cursor.peek();
  const [, name, digits] = /^([A-Za-z_]+)(\d[\dx.]*)$/.exec(text) ?? [];
  if (name === undefined || digits === undefined || !parameters.some((known) => known.name === name))
    return undefined;
  cursor.take();
  if (/^\d+(\.\d+)?$/.test(digits))
    return { name, value: { kind: "number", value: Number(digits), offset: offset + name.length }, offset };
  if (!/^\d+x\d+$/.test(digits)) throw new FaultError(offset, `"${text}" is no number or size`);
  return {
    name,
    value: { kind: "pair", value: pairOf({ kind: "size", text: digits, offset, indented: false }) },
    offset,
  };
}

const namesOf = (word: string, parameters: readonly LayerParameter[]): string =>
  parameters.length === 0
    ? `${word} takes no numbers but x`
    : `it has ${[...parameters, timesParameter].map(({ name }) => name).join(", ")}`;

/** A word that is next where a number is needed, and that means nothing here. */
function unknownNumberNext({ cursor, blocks }: ChainReader, scope: Scope): FaultError | undefined {
  const { kind, text, offset } = cursor.peek();
  if (kind !== "word" || isReserved(text) || blocks.has(text) || scope.wires.has(text)) return undefined;
  const fault = unknownNumber(text, scope, offset);
  const mayBeLayer =
    Object.hasOwn(otherNames, text.toLowerCase()) ||
    (text.length > 3 && nearest(text, layersOf({ blocks })) !== undefined);
  return mayBeLayer && !fault.message.endsWith("?") ? undefined : fault;
}

const layersOf = ({ blocks }: Pick<ChainReader, "blocks">): readonly string[] => [
  ...Object.keys(layerWords),
  ...Object.keys(mergeWords),
  ...structureWords,
  ...blocks.keys(),
];

function unknownWord(reader: ChainReader, scope: Scope, word: string, offset: number): FaultError {
  if (isNumberName(word, scope))
    return new FaultError(offset, `expected a layer, and found the number "${word}"`);
  if (word === "in" || scope.wires.has(word))
    return new FaultError(
      offset,
      `"${word}" can only begin a line or a branch; to join values write add(…, ${word})`,
    );
  if (word === "block")
    return new FaultError(offset, "a block begins on a line of its own, without a space before it");
  const lower = word.toLowerCase();
  const other = Object.hasOwn(otherNames, lower) ? otherNames[lower] : undefined;
  if (other === undefined && isOperator(reader.cursor.peek())) return unknownNumber(word, scope, offset);
  if (other !== undefined)
    return new FaultError(offset, `there is no layer "${word}". Did you mean "${other}"?`);
  if (/^[a-z]{1,2}[\d.x]+$/.test(word))
    return new FaultError(offset, `the layer before does not take "${word}", and no layer is called so`);
  return new FaultError(
    offset,
    `there is no layer ${withNearest(word, [...layersOf(reader), ...scope.wires])}`,
  );
}
