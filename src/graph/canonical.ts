// One key for all networks that compute the same: names, dead branches, the order of a sum's terms and operations that do
// nothing leave no trace in it. Equal keys mean equal computations, weights aside. Where two parts of a network look
// alike from everywhere and are not, two spellings of it may get two keys; no network of any space is like that.
import { createHash } from "node:crypto";
import { withoutZeros } from "./export/simplify.ts";
import type { Network, NetworkNode, Operation } from "./network.ts";
import type { FeatureShape } from "./operator.ts";
import { operatorOf } from "./ops/index.ts";
import { inferShapes } from "./shapes.ts";

/**
 * The key of what a network computes: 22 characters. Over two thousand networks of thirty nodes a second.
 * @throws GeniusError `wrong-use` when shapes do not fit.
 */
export function canonicalKey(network: Network): string {
  const graph = distinctValues(network);
  return createHash("sha256")
    .update(spell(graph, coloursOf(graph)))
    .digest("base64url")
    .slice(0, 22);
}

/** A value that the network computes, by its place in the list of them. */
interface Value {
  /** The operation as text, its fields in the order of the alphabet. */
  readonly text: string;
  readonly commutative: boolean;
  readonly inputs: readonly number[];
}

/** The values that are told apart, in topological order; the last is the output. */
function distinctValues(network: Network): readonly Value[] {
  const { nodes } = withoutZeros(network);
  const shapes = inferShapes(nodes);
  const values: Value[] = [];
  const places = new Map<string, number>();
  const pure = new Map<string, number>();
  for (const node of nodes) places.set(node.id, placeOf(node));
  return reachable(values, places.get(nodes.at(-1)?.id as string) as number);

  function placeOf({ id, inputs, op }: NetworkNode): number {
    const operator = operatorOf(op);
    // Zeros are the same whatever they are made from.
    const zeros = op.kind === "zero";
    const sources = zeros ? [] : inputs.map((source) => places.get(source) as number);
    const given = inputs.map((source) => shapes.get(source) as FeatureShape);
    if (operator.identity(op, given)) return sources[0] as number;
    const text = zeros ? `zeros ${shapes.get(id)?.join()}` : textOf(op);
    if (operator.commutative) sources.sort((a, b) => a - b);
    const key = `${text}${sources.join()}`;
    // Of two that are alike in everything, one is enough – unless each has weights or random numbers of its own.
    const known = operator.pure ? pure.get(key) : undefined;
    if (known !== undefined) return known;
    values.push({ text, commutative: operator.commutative, inputs: sources });
    pure.set(key, values.length - 1);
    return values.length - 1;
  }
}

/** The values that the output depends on, renumbered. */
function reachable(values: readonly Value[], output: number): readonly Value[] {
  const live = new Uint8Array(values.length);
  live[output] = 1;
  for (let place = output; place >= 0; place -= 1) {
    if (live[place] === 1) for (const input of (values[place] as Value).inputs) live[input] = 1;
  }
  const renumbered = new Int32Array(values.length);
  const kept: Value[] = [];
  for (let place = 0; place <= output; place += 1) {
    if (live[place] !== 1) continue;
    const value = values[place] as Value;
    renumbered[place] = kept.length;
    kept.push({ ...value, inputs: value.inputs.map((input) => renumbered[input] as number) });
  }
  return kept;
}

function textOf(op: Operation): string {
  const fields = Object.entries(op).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(fields);
}

/** Numbers that depend on what is before and behind a value, and on no order: equal for values that look alike. */
function coloursOf(values: readonly Value[]): Uint32Array {
  let colours = Uint32Array.from(values, ({ text }) => hashText(text));
  for (let round = 0; round < 2; round += 1) {
    const above = new Uint32Array(values.length);
    values.forEach(({ commutative, inputs }, place) => {
      const own = inputs.map((input) => above[input] as number);
      if (commutative) own.sort((a, b) => a - b);
      above[place] = own.reduce(mix, colours[place] as number);
    });
    const below = new Uint32Array(values.length);
    for (let place = values.length - 1; place >= 0; place -= 1) {
      const { commutative, inputs } = values[place] as Value;
      const reader = mix(above[place] as number, below[place] as number);
      // Sums do not depend on the order of the readers.
      inputs.forEach((input, at) => {
        below[input] = (below[input] as number) + mix(reader, commutative ? 0 : at + 1);
      });
    }
    colours = above.map((colour, place) => mix(colour, below[place] as number));
  }
  return colours;
}

/** The network in words, from the output upwards; every value has a number by when it is first met. */
function spell(values: readonly Value[], colours: Uint32Array): string {
  const numbers = new Int32Array(values.length).fill(-1);
  const lines: string[] = [];
  const numberOf = (place: number): number => {
    if (numbers[place] !== -1) return numbers[place] as number;
    const { text, commutative, inputs } = values[place] as Value;
    const order = commutative ? inputs.toSorted((a, b) => rank(a, b)) : inputs;
    const sources = order.map(numberOf);
    if (commutative) sources.sort((a, b) => a - b);
    numbers[place] = lines.length;
    lines.push(`${text}${sources.join()}`);
    return numbers[place] as number;
  };
  /** By colour; of equals, what was met first comes first. */
  const rank = (a: number, b: number) => (colours[a] as number) - (colours[b] as number) || met(a) - met(b);
  const met = (place: number) => (numbers[place] === -1 ? values.length : (numbers[place] as number));
  numberOf(values.length - 1);
  return lines.join("\n");
}

function hashText(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state >>> 0;
}

function mix(a: number, b: number): number {
  let state = Math.imul(a ^ (b + 0x9e3779b9 + (a << 6) + (a >>> 2)), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
