// Finds what repeats in a network and makes it blocks with parameters, largest saving first, so that a printed text is as
// short as one written by hand. What it makes is checked by reading it back; it need not be right about every shape.
import {
  type Piece,
  pieceOf,
  renderTokens,
  type Slot,
  type Token,
  textToken,
  valueText,
} from "./print-tokens.ts";
import { type ArgumentValue, layerWords, type WrittenArgument } from "./words.ts";

interface Parameter {
  readonly name: string;
  /** Its value at each occurrence; undefined where any does. */
  readonly values: readonly (ArgumentValue | undefined)[];
  readonly usual: ArgumentValue | undefined;
}

const followers: ReadonlySet<string> = new Set([
  ...Object.entries(layerWords).flatMap(([word, { follows }]) => (follows === undefined ? [] : word)),
  ...["shuffle", "dropout", "droppath"],
]);
const longestRun = 8;
const mostBlocks = 16;
/** Words that a block must save to be worth its line. */
const worth = 6;

/** The pieces with calls in the place of what repeats, and the lines of the blocks. */
export function foldBlocks(pieces: readonly Piece[]): {
  readonly pieces: readonly Piece[];
  readonly blocks: readonly string[];
} {
  let current = pieces;
  const blocks: string[] = [];
  while (blocks.length < mostBlocks) {
    const found = bestRepeat(current);
    if (found === undefined) break;
    const folded = foldRepeat(current, found, `b${blocks.length + 1}`);
    blocks.push(folded.block);
    current = folded.pieces;
  }
  return { pieces: current, blocks };
}

interface Repeat {
  readonly length: number;
  readonly places: readonly number[];
}

function bestRepeat(pieces: readonly Piece[]): Repeat | undefined {
  let best: (Repeat & { readonly saved: number }) | undefined;
  for (let length = 1; length <= longestRun; length += 1) {
    const found = new Map<string, number[]>();
    for (let place = 0; place + length <= pieces.length; place += 1) {
      const run = pieces.slice(place, place + length);
      const key = run.map(({ skeleton }) => skeleton).join(" ; ");
      const places = found.get(key) ?? [];
      if (places.length === 0 || place >= (places.at(-1) as number) + length) places.push(place);
      found.set(key, places);
    }
    for (const places of found.values()) {
      if (places.length < 2) continue;
      const size = pieces
        .slice(places[0] as number, (places[0] as number) + length)
        .reduce((sum, { tokens }) => sum + tokens.filter(isShown).length, 0);
      const parameters = parametersOf(slotsAt(pieces, { length, places })).parameters.length;
      // A block is better read when it does not begin with what belongs to the layer before.
      const [first] = (pieces[places[0] as number] as Piece).tokens;
      const isTorn = first?.kind === "text" && followers.has(first.text);
      const saved =
        (places.length - 1) * size - places.length * (1 + parameters) - 3 - parameters - (isTorn ? 3 : 0);
      if (saved >= worth && saved > (best?.saved ?? 0)) best = { length, places, saved };
    }
  }
  return best;
}

const isShown = (token: Token): boolean =>
  token.kind === "text" ||
  token.argument.usual === undefined ||
  token.argument.value !== token.argument.usual;

/** Each slot of a repeat at all its places. */
function slotsAt(pieces: readonly Piece[], { length, places }: Repeat): readonly (readonly Slot[])[] {
  const runs = places.map((place) =>
    pieces
      .slice(place, place + length)
      .flatMap(({ tokens }) =>
        tokens.flatMap((token) =>
          token.kind === "slot"
            ? { ...token, channels: token.channels ?? (pieces[place] as Piece).channels }
            : [],
        ),
      ),
  );
  return (runs[0] as readonly Slot[]).map((_, index) => runs.map((slots) => slots[index] as Slot));
}

const ratios = [1, 2, 3, 4, 5, 6, 8, 1 / 2, 1 / 4, 1 / 8];
const timesText = (name: string, ratio: number): string =>
  ratio === 1 ? name : ratio > 1 ? `${name}*${ratio}` : `${name}/${1 / ratio}`;

/** What stands for each slot of a block: a number, a multiple of `in` or of a parameter. */
function parametersOf(slots: readonly (readonly Slot[])[]): {
  readonly parameters: readonly Parameter[];
  readonly written: readonly string[];
} {
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  const written = slots.map((at) => {
    const values = at.map(({ argument, isAny }) => (isAny ? undefined : argument.value));
    const known = values.filter((value) => value !== undefined);
    const [first] = known;
    if (first === undefined) return valueText((at[0] as Slot).argument.value);
    // A shortcut that is there only where the shape changes reads best in what changes it.
    const isShortcut = at.some(({ isAny }) => isAny);
    const same = parameters.find(
      (parameter) =>
        isShortcut &&
        parameter.name === (at[0] as Slot).argument.name &&
        values.every((value, place) => value === undefined || value === parameter.values[place]),
    );
    if (same !== undefined) return same.name;
    if (known.every((value) => valueText(value) === valueText(first))) return valueText(first);
    const { name } = (at[0] as Slot).argument;
    const fits = (of: (place: number) => number | undefined, ratio: number) =>
      values.every((value, place) => value === undefined || value === (of(place) ?? Number.NaN) * ratio);
    const ofInput = ratios.find((ratio) => fits((place) => (at[place] as Slot).channels, ratio));
    if (ofInput !== undefined && name !== "s" && name !== "k") return timesText("in", ofInput);
    const isNumber = known.every((value) => typeof value === "number");
    for (const parameter of parameters) {
      if (parameter.name[0] !== name[0]) continue;
      const of = (place: number) => parameter.values[place] as number | undefined;
      const ratio = isNumber ? (name === "c" ? ratios : [1]).find((one) => fits(of, one)) : undefined;
      if (ratio !== undefined) return timesText(parameter.name, ratio);
    }
    const parameter = newParameter(name, values, names);
    parameters.push(parameter);
    return parameter.name;
  });
  return {
    parameters: parameters.toSorted((a, b) => Number(a.usual !== undefined) - Number(b.usual !== undefined)),
    written,
  };
}

function newParameter(
  name: string,
  values: readonly (ArgumentValue | undefined)[],
  names: Set<string>,
): Parameter {
  const stem = name.length === 1 ? name : "v";
  let unique = stem;
  for (let number = 2; names.has(unique); number += 1) unique = `${stem}_${String.fromCharCode(95 + number)}`;
  names.add(unique);
  if (name === "c") return { name: unique, values, usual: undefined };
  if (name === "s") return { name: unique, values, usual: 1 };
  // The value that it has most often.
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value !== undefined) counts.set(valueText(value), (counts.get(valueText(value)) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])[0] as [string, number];
  return {
    name: unique,
    values,
    usual: values.find((value) => value !== undefined && valueText(value) === most),
  };
}

function foldRepeat(
  pieces: readonly Piece[],
  repeat: Repeat,
  name: string,
): { readonly pieces: readonly Piece[]; readonly block: string } {
  const { length, places } = repeat;
  const { parameters, written } = parametersOf(slotsAt(pieces, repeat));
  const header = parameters.map(({ name: of, usual }) =>
    usual === undefined ? of : `${of}=${valueText(usual)}`,
  );
  const first = pieces.slice(places[0] as number, (places[0] as number) + length);
  let slot = 0;
  const texts = first.map(({ tokens }) =>
    renderTokens(tokens, (at) => writtenArgument(at.argument, written[slot++] as string)),
  );
  const lines = linesOf(withTimes(texts).join(" "));
  const body = lines.length > 1 ? lines.map((line) => `\n  ${line}`).join("") : ` ${lines[0]}`;
  const block = `block ${[name, ...header].join(" ")}:${body}`;
  const folded: Piece[] = [];
  let place = 0;
  while (place < pieces.length) {
    const occurrence = places.indexOf(place);
    if (occurrence === -1) {
      folded.push(pieces[place] as Piece);
      place += 1;
      continue;
    }
    const slots = parameters.map(({ name: of, values, usual }): Token => {
      const value = values[occurrence] ?? usual ?? (values.find((one) => one !== undefined) as ArgumentValue);
      const argument = { name: of, bare: usual === undefined, value, ...(usual !== undefined && { usual }) };
      return { kind: "slot", argument, channels: undefined };
    });
    folded.push(pieceOf([textToken(name), ...slots], (pieces[place] as Piece).channels));
    place += length;
  }
  return { pieces: folded, block };
}

/** Equal calls that follow each other, as one; those that stride are left, since only the first would. */
function withTimes(texts: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let count = 1;
  texts.forEach((text, place) => {
    const isSame = text === texts[place + 1] && /^b\d+\b/.test(text) && !/ s(\d|=|$| )/.test(text);
    if (isSame) count += 1;
    else {
      kept.push(count > 1 ? `${text} x${count}` : text);
      count = 1;
    }
  });
  return kept;
}

/** The lines of a text, without empty ones. */
export const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** `k3`, `k=k_a`, or `k` where the parameter is called as the argument. */
function writtenArgument({ name, bare, value, usual }: WrittenArgument, written: string): string | undefined {
  const isNumber = /^-?[\d.]/.test(written);
  if (isNumber && usual !== undefined && written === valueText(usual)) return undefined;
  if (isNumber) {
    if (bare) return written;
    if (name === "bias" && value === 1) return "bias";
    return name.length === 1 && /^\d+(\.\d+|x\d+)?$/.test(written)
      ? `${name}${written}`
      : `${name}=${written}`;
  }
  return bare || written === name ? written : `${name}=${written}`;
}

/** Calls that follow each other with the same arguments as one; only the first of them may stride. */
export function foldRuns(pieces: readonly Piece[]): readonly string[] {
  const texts: string[] = [];
  let open: { readonly first: string; readonly later: string | undefined; count: number } | undefined;
  const close = () => {
    if (open !== undefined) texts.push(open.count > 1 ? `${open.first} x${open.count}` : open.first);
    open = undefined;
  };
  for (const { tokens } of pieces) {
    const text = renderTokens(tokens);
    const isCall = tokens.every((token, index) => (index === 0) === (token.kind === "text"));
    if (open !== undefined && text === open.later) {
      open.count += 1;
      continue;
    }
    close();
    const later =
      isCall && tokens[0]?.kind === "text" && /^b\d+$/.test(tokens[0].text)
        ? renderTokens(tokens.map(unstrided))
        : undefined;
    open = { first: text, later, count: 1 };
  }
  close();
  return texts;
}

function unstrided(token: Token): Token {
  if (token.kind === "text" || token.argument.name !== "s") return token;
  return { ...token, argument: { ...token.argument, value: 1 } };
}
