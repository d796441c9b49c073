// A graph as nested chains: what follows in a line, what branches and joins again, and what must be a wire with a name.
// The order of the nodes stays what it is, so that the text reads back to the same list. It writes no text.
import type { Network, NetworkNode } from "../graph/network.ts";

/** A node, or nodes that branch from one value and join in one node. */
export type Part =
  | { readonly kind: "node"; readonly node: NetworkNode }
  | {
      readonly kind: "join";
      readonly node: NetworkNode;
      /** The value from which it begins: `in` inside. */
      readonly start: string;
      readonly branches: readonly Branch[];
    }
  /** Wires and a last line that read one value and each other. */
  | { readonly kind: "region"; readonly start: string; readonly lines: readonly Line[] };

export interface Branch {
  /** The value it begins with. */
  readonly start: string;
  readonly parts: readonly Part[];
}

/** A line of a text: a branch, with a name where others read it. */
export interface Line extends Branch {
  /** The value that it gives, where it is a wire. */
  readonly wire?: string;
}

interface Piece {
  readonly start: string;
  readonly parts: Part[];
  tail: string;
  /** How often it reads its start. */
  covers: number;
}

/** The parts of a network from its input on; the wires among them are inside regions. */
export function structureOf({ nodes }: Network): readonly Part[] {
  const readers = new Map<string, number>();
  for (const { inputs } of nodes) for (const id of inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  const readersOf = (id: string) => readers.get(id) ?? 0;
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const placeOf = (id: string) => places.get(id) ?? 0;
  const stack: Piece[] = [];
  for (const node of nodes.slice(1)) {
    const [input] = node.inputs as readonly [string];
    const top = stack.at(-1);
    if (node.inputs.length > 1 || isJoin(node)) stack.push(joinedPiece(node, stack, { readersOf, placeOf }));
    else if (top?.tail === input && readersOf(input) === 1) {
      top.parts.push({ kind: "node", node });
      top.tail = node.id;
    } else stack.push({ start: input, parts: [{ kind: "node", node }], tail: node.id, covers: 1 });
    joinUp(stack, readersOf);
  }
  return partsOf(stack);
}

const isJoin = ({ op }: NetworkNode) => op.kind === "add" || op.kind === "concat" || op.kind === "multiply";

interface Graph {
  readonly readersOf: (id: string) => number;
  readonly placeOf: (id: string) => number;
}

function joinedPiece(node: NetworkNode, stack: Piece[], { readersOf, placeOf }: Graph): Piece {
  const branches: Branch[] = [];
  for (const input of node.inputs.toReversed()) {
    const top = stack.at(-1);
    const isOwn = top?.tail === input && readersOf(input) === 1;
    if (isOwn) stack.pop();
    branches.unshift(isOwn ? { start: top.start, parts: top.parts } : { start: input, parts: [] });
  }
  const starts = branches.map(({ start }) => start);
  // The value that the others depend on, as the flow is what wires are made from.
  const start = starts.reduce((first, one) => (placeOf(one) < placeOf(first) ? one : first));
  const covers = starts.filter((one) => one === start).length;
  return { start, parts: [{ kind: "join", node, start, branches }], tail: node.id, covers };
}

/** Puts the last pieces behind each other where nothing else reads what is between them. */
function joinUp(stack: Piece[], readersOf: (id: string) => number): void {
  for (;;) {
    const [before, last] = [stack.at(-2), stack.at(-1)];
    if (before === undefined || last === undefined) return;
    if (last.start !== before.tail || readersOf(before.tail) !== last.covers) return;
    before.parts.push(...last.parts);
    before.tail = last.tail;
    stack.pop();
  }
}

/** The pieces that are left as lines, and lines that belong together as regions. */
function partsOf(pieces: readonly Piece[]): readonly Part[] {
  const reads = pieces.map(({ start, parts }) => new Set([start, ...parts.flatMap(readsOf)]));
  const isReadFrom = (value: string, place: number) => reads.slice(place).some((of) => of.has(value));
  const parts: Part[] = [];
  let flow = "input";
  let lines: Line[] = [];
  pieces.forEach((piece, place) => {
    const isLast = place === pieces.length - 1;
    const ends = isLast || !isReadFrom(flow, place + 1);
    const line = { start: piece.start, parts: piece.parts };
    if (ends && lines.length === 0 && piece.start === flow) parts.push(...piece.parts);
    else if (
      ends &&
      lines.every(({ wire }) => wire === undefined || isLast || !isReadFrom(wire, place + 1))
    ) {
      const [kept, rest] = splitBehindJoins(line.parts);
      parts.push({ kind: "region", start: flow, lines: [...lines, { ...line, parts: kept }] }, ...rest);
      lines = [];
    } else {
      lines.push({ ...line, wire: piece.tail });
      return;
    }
    flow = piece.tail;
  });
  return parts;
}

/** What follows the last join of a line reads no wires and belongs behind the region. */
function splitBehindJoins(parts: readonly Part[]): readonly [kept: readonly Part[], rest: readonly Part[]] {
  const last = parts.findLastIndex(({ kind }) => kind === "join");
  return last === -1 ? [parts, []] : [parts.slice(0, last + 1), parts.slice(last + 1)];
}

/** The values that a part reads from outside itself. */
function readsOf(part: Part): readonly string[] {
  if (part.kind === "node") return [];
  if (part.kind === "join")
    return part.branches.flatMap(({ start, parts }) => [start, ...parts.flatMap(readsOf)]);
  return part.lines.flatMap(({ start, parts }) => [start, ...parts.flatMap(readsOf)]);
}
