// A network as a text that reads back to the same graph: the same operations in the same order with the same inputs, under
// names of the language's own. Repeats become blocks where that reads back as well; the plain form is the other way.
import { GeniusError } from "../base/errors.ts";
import type { Network } from "../graph/network.ts";
import { foldBlocks, foldRuns, linesOf } from "./print-blocks.ts";
import { type Branch, type Part, structureOf } from "./print-structure.ts";
import {
  createTokeniser,
  type Piece,
  pieceOf,
  renderTokens,
  skeletonOf,
  type Token,
  type Tokeniser,
  textToken,
  UnwritableError,
} from "./print-tokens.ts";
import { readNetwork } from "./read.ts";

/**
 * The text of a network, ending with a newline. Reading it gives the same operations, inputs and order of nodes, and with
 * them the same costs and canonical key; the nodes' names are the text's.
 * @throws GeniusError `wrong-use` for a network that no text can say: one that is still a supernet, or has idle branches.
 */
export function printNetwork(network: Network): string {
  let reason = "";
  for (const body of [foldedBody, plainBody]) {
    try {
      const text = `${headOf(network)}${body(network)}\n`;
      if (isSame(readNetwork(text), network)) return text;
    } catch (thrown) {
      if (!(thrown instanceof UnwritableError || thrown instanceof GeniusError)) throw thrown;
      reason = `: ${thrown.message}`;
    }
  }
  throw new GeniusError("wrong-use", `${network.name} cannot be written as a text${reason}.`);
}

/** The same; undefined for a network that no text can say. */
export function printIfSayable(network: Network): string | undefined {
  try {
    return printNetwork(network);
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.code === "wrong-use") return undefined;
    throw thrown;
  }
}

function headOf({ name, nodes, normMacsPerElement = 0 }: Network): string {
  const input = nodes[0]?.op;
  const shape = input?.kind === "input" ? input.shape.join("x") : "";
  const named = /^[A-Za-z0-9][A-Za-z0-9._/,×-]{0,200}$/.test(name) ? `name ${name}\n` : "";
  return `${named}input ${shape}\n${normMacsPerElement === 0 ? "" : `normmacs ${normMacsPerElement}\n`}`;
}

/** Whether two networks have the same operations in the same order with the same inputs, whatever their names. */
export function isSame(a: Network, b: Network): boolean {
  if (a.nodes.length !== b.nodes.length || a.normMacsPerElement !== b.normMacsPerElement) return false;
  const places = [a, b].map(({ nodes }) => new Map(nodes.map(({ id }, place) => [id, place])));
  return a.nodes.every((node, place) => {
    const other = b.nodes[place] as Network["nodes"][number];
    const [from, of] = [node, other].map(({ inputs }, side) =>
      inputs.map((id) => places[side]?.get(id)).join(),
    );
    return from === of && sortedText(node.op) === sortedText(other.op);
  });
}

const sortedText = (op: object): string =>
  JSON.stringify(Object.entries(op).sort(([a], [b]) => (a < b ? -1 : 1)));

function plainBody(network: Network): string {
  const tokeniser = createTokeniser(network);
  const pieces = structureOf(network).map((part) => pieceOf(topTokens(part, tokeniser), 0));
  return linesOf(pieces.map(({ tokens }) => renderTokens(tokens)).join(" ")).join("\n");
}

function foldedBody(network: Network): string {
  const tokeniser = createTokeniser(network);
  const pieces = withResiduals(structureOf(network), tokeniser);
  const { blocks, pieces: rest } = foldBlocks(pieces);
  return [...blocks, ...broken(foldRuns(rest))].join("\n");
}

/** Calls on lines of their own; what is between them on a line from each join to the next, and so are the last layers. */
function broken(texts: readonly string[]): readonly string[] {
  const marked = texts.map((text) => {
    if (/^b\d+\b/.test(text)) return `\n${text}\n`;
    return /^[a-z]+\(|^globalpool$/.test(text) ? `\n${text}` : text;
  });
  return linesOf(marked.join(" "));
}

const wireLetters = [..."abdefhijlmnoqrtuvwyz"];

/** A part of the flow, on lines of its own where it has wires. */
function topTokens(part: Part, { tokensOf }: Tokeniser): readonly Token[] {
  if (part.kind !== "region") return tokensOf([part], undefined);
  const names = new Map<string, string>();
  const lines = part.lines.flatMap(({ start, parts, wire }): readonly Token[] => {
    const isFlow = start === part.start;
    const name = names.get(start);
    if (!isFlow && name === undefined) throw new UnwritableError(start, "a value without a name");
    const body = [...(isFlow ? [] : [textToken(name as string)]), ...tokensOf(parts, undefined, names)];
    if (wire === undefined) return body;
    const letter = wireLetters[names.size] ?? `w_${names.size}`;
    names.set(wire, letter);
    return [textToken(`${letter} =`), ...body, textToken("\n")];
  });
  return [textToken("\n"), ...lines, textToken("\n")];
}

interface Residual {
  readonly main: readonly Token[];
  /** The other branch; undefined where it is the value itself. */
  readonly other: readonly Token[] | undefined;
}

/** Sums of a chain with its input are residuals, and so are chains alike that change the shape. */
function withResiduals(parts: readonly Part[], tokeniser: Tokeniser): readonly Piece[] {
  const residuals = parts.map((part) => residualOf(part, tokeniser));
  const others = new Map<string, Map<string, readonly Token[]>>();
  const plain = new Set<string>();
  for (const residual of residuals) {
    if (residual === undefined) continue;
    const key = skeletonOf(residual.main);
    const known = others.get(key) ?? new Map<string, readonly Token[]>();
    if (residual.other === undefined) plain.add(key);
    else known.set(skeletonOf(residual.other), residual.other);
    others.set(key, known);
  }
  const pieces: Piece[] = [];
  const channelsAt = (part: Part) => (tokeniser.shapes.get(startOf(part)) as readonly number[])[0] as number;
  for (let place = 0; place < parts.length; place += 1) {
    const part = parts[place] as Part;
    const residual = residuals[place];
    const key = residual && skeletonOf(residual.main);
    if (residual === undefined || key === undefined || !plain.has(key)) {
      const run = chainLike(parts, place, { plain, others, tokeniser });
      if (run === undefined) pieces.push(pieceOf(topTokens(part, tokeniser), channelsAt(part)));
      else {
        pieces.push(pieceOf(residualTokens(run.tokens, undefined), channelsAt(part)));
        place += run.length - 1;
      }
      continue;
    }
    const known = [...(others.get(key) as Map<string, readonly Token[]>).values()];
    const other = residual.other ?? (known.length === 1 ? known[0]?.map(anyNumber) : undefined);
    pieces.push(pieceOf(residualTokens(residual.main, other), channelsAt(part)));
  }
  return pieces;
}

const anyNumber = (token: Token): Token => (token.kind === "text" ? token : { ...token, isAny: true });

const residualTokens = (main: readonly Token[], other: readonly Token[] | undefined): readonly Token[] => [
  ...[textToken("residual"), textToken("("), ...main],
  ...(other === undefined ? [] : [textToken("else"), ...other]),
  textToken(")"),
];

const startOf = (part: Part): string => (part.kind === "node" ? (part.node.inputs[0] as string) : part.start);

function residualOf(part: Part, tokeniser: Tokeniser): Residual | undefined {
  if (part.kind !== "join" || part.node.op.kind !== "add" || part.branches.length !== 2) return undefined;
  const [main, other] = part.branches as readonly [Branch, Branch];
  if (main.parts.length === 0 || main.start !== part.start || other.start !== part.start) return undefined;
  return {
    main: tokeniser.branchTokens(main, part.start),
    other: other.parts.length === 0 ? undefined : tokeniser.branchTokens(other, part.start),
  };
}

interface Alike {
  readonly plain: ReadonlySet<string>;
  readonly others: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly tokeniser: Tokeniser;
}

/** A run of parts that is the chain of a residual, and changes the shape, so that nothing is added to it. */
function chainLike(
  parts: readonly Part[],
  place: number,
  { plain, others, tokeniser }: Alike,
): { readonly length: number; readonly tokens: readonly Token[] } | undefined {
  const start = startOf(parts[place] as Part);
  const free = [...plain].filter((key) => others.get(key)?.size === 0);
  for (let length = 1; place + length <= parts.length && length <= 24; length += 1) {
    const run = parts.slice(place, place + length);
    const last = run.at(-1) as Part;
    if (last.kind === "region") return undefined;
    const tokens = tokeniser.tokensOf(run, start);
    const [from, to] = [start, last.node.id].map((id) => tokeniser.shapes.get(id)?.join());
    if (from !== to && free.includes(skeletonOf(tokens))) return { length, tokens };
  }
  return undefined;
}
