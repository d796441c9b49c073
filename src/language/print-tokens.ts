// Parts of a network as pieces of text in which the numbers are still open, so that two that differ in numbers only can
// become one block with parameters.
import type { Network, NetworkNode } from "../graph/network.ts";
import { inferShapes, type Shapes } from "../graph/shapes.ts";
import type { Branch, Part } from "./print-structure.ts";
import { type ArgumentValue, type WrittenArgument, writtenLayer } from "./words.ts";

export type Token = { readonly kind: "text"; readonly text: string } | Slot;

/** A number of a layer. */
export interface Slot {
  readonly kind: "slot";
  readonly argument: WrittenArgument;
  /** Channels of `in` where it stands in brackets; undefined where `in` is that of the block. */
  readonly channels: number | undefined;
  /** Whether any number does, since the layer is not there. */
  readonly isAny?: boolean;
}

/** A part of the flow as tokens. */
export interface Piece {
  readonly tokens: readonly Token[];
  /** The text with its numbers left out; equal skeletons can be one block. */
  readonly skeleton: string;
  /** Channels of the value that it begins with. */
  readonly channels: number;
}

export const textToken = (text: string): Token => ({ kind: "text", text });

export const skeletonOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (token.kind === "text" ? token.text : `·${token.argument.name}`)).join(" ");

export const pieceOf = (tokens: readonly Token[], channels: number): Piece => ({
  ...{ tokens, skeleton: skeletonOf(tokens), channels },
});

/** A number as it is written: `3`, `3x1`. */
export const valueText = (value: ArgumentValue): string =>
  typeof value === "number" ? String(value) : value.join("x");

/** An argument as it is written: `16`, `k3`, `eps=0.001`; undefined where it can be left out. */
export function argumentText(
  { name, bare, value, usual }: WrittenArgument,
  written = valueText(value),
): string | undefined {
  if (usual !== undefined && written === valueText(usual)) return undefined;
  if (bare) return written;
  if (name === "bias" && written === "1") return "bias";
  if (written === name) return name;
  return name.length === 1 && /^\d+(\.\d+|x\d+)?$/.test(written) ? `${name}${written}` : `${name}=${written}`;
}

/** The text of tokens; `write` says what stands for a slot. */
export function renderTokens(
  tokens: readonly Token[],
  write: (slot: Slot) => string | undefined = ({ argument }) => argumentText(argument),
): string {
  const texts = tokens.flatMap((token) => (token.kind === "text" ? token.text : (write(token) ?? [])));
  return texts
    .join(" ")
    .replaceAll(/ ?\( | (?=[),])/g, (found) => (found.includes("(") ? "(" : ""))
    .replaceAll(/ *\n *(\n *)*/g, "\n");
}

/** What turns parts into tokens. */
export interface Tokeniser {
  readonly shapes: Shapes;
  /** Tokens of parts that begin in a bracket at `start`, or in the flow. */
  tokensOf(
    parts: readonly Part[],
    bracket: string | undefined,
    names?: ReadonlyMap<string, string>,
  ): readonly Token[];
  branchTokens(branch: Branch, bracket: string, names?: ReadonlyMap<string, string>): readonly Token[];
}

/** @throws UnwritableError for an operation that the language has no word for. */
export function createTokeniser({ nodes }: Network): Tokeniser {
  const shapes = inferShapes(nodes);
  const channelsOf = (id: string) => (shapes.get(id) as readonly [number, number, number])[0];

  const nodeTokens = (node: NetworkNode, bracket: string | undefined): readonly Token[] => {
    const input = shapes.get(node.inputs[0] as string);
    const written = input && writtenLayer(node.op, input);
    if (written === undefined) throw new UnwritableError(node.id, node.op.kind);
    const channels = bracket === undefined ? undefined : channelsOf(bracket);
    return [
      textToken(written.word),
      ...written.arguments.map((argument): Token => ({ kind: "slot", argument, channels })),
    ];
  };

  const branchTokens: Tokeniser["branchTokens"] = ({ start, parts }, bracket, names = new Map()) => {
    const name = start === bracket ? "in" : names.get(start);
    const isShown = parts.length === 0 || start !== bracket;
    if (isShown && name === undefined) throw new UnwritableError(start, "a value without a name");
    return [...(isShown ? [textToken(name as string)] : []), ...tokensOf(parts, bracket, names)];
  };

  const tokensOf: Tokeniser["tokensOf"] = (parts, bracket, names) =>
    parts.flatMap((part) => {
      if (part.kind === "node") return nodeTokens(part.node, bracket);
      if (part.kind === "region") throw new UnwritableError(part.start, "wires inside brackets");
      const [word] = nodeTokens(part.node, bracket) as readonly [Token];
      const branches = part.branches.map((branch) => branchTokens(branch, part.start, names));
      return [
        word,
        textToken("("),
        ...branches.flatMap((tokens, index) => (index === 0 ? tokens : [textToken(","), ...tokens])),
        textToken(")"),
      ];
    });

  return { shapes, tokensOf, branchTokens };
}

/** Something that a text cannot say, or the printer cannot. */
export class UnwritableError extends Error {
  constructor(id: string, what: string) {
    super(`"${id}" (${what})`);
  }
}
