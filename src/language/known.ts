// What is known of a number or a size before any choice is made: which choices it depends on, and the values it may have.
// Two with equal keys are equal under all choices.
import type { Pair } from "../graph/network.ts";
import { slidingLength } from "../graph/window.ts";
import type { Expression } from "./program.ts";

/** Choices as bits, by their place in the program. */
export type Mask = bigint;

export interface Known {
  readonly key: string;
  readonly mask: Mask;
  /** All values that it may have, where they are few. */
  readonly values?: readonly (number | Pair)[];
}

export interface KnownShape {
  readonly channels: Known;
  readonly area: Known;
}

const maxValues = 64;

export const constant = (value: number | Pair): Known => ({ key: String(value), mask: 0n, values: [value] });

/** The value, where no choice changes it. */
export const only = ({ mask, values }: Known): number | Pair | undefined =>
  mask === 0n && values?.length === 1 ? values[0] : undefined;

const isOdd = ({ values }: Known) =>
  values?.every((value) =>
    (typeof value === "number" ? [value] : value).every((length) => length % 2 === 1),
  ) ?? false;

/** Something that depends on all of these and of which nothing else is known. */
export const mixed = (name: string, parts: readonly Known[], mask: Mask = 0n): Known => ({
  key: `${name}(${parts.map(({ key }) => key).join()})`,
  mask: parts.reduce((all, part) => all | part.mask, mask),
});

/** One of several, by the choices of `mask`. */
export function joined(name: string, parts: readonly Known[], mask: Mask): Known {
  const [first] = parts as readonly [Known];
  if (parts.every(({ key }) => key === first.key)) return first;
  const values = [...new Set(parts.flatMap((part) => part.values ?? [Number.NaN]))];
  const areKnown = parts.every((part) => part.values !== undefined) && values.length <= maxValues;
  return { ...mixed(name, parts, mask), ...(areKnown && { values }) };
}

export interface KnownScope {
  readonly numbers: ReadonlyMap<string, Known>;
  readonly start: KnownShape;
}

export function knownOf(expression: Expression, scope: KnownScope): Known {
  switch (expression.kind) {
    case "number":
    case "pair":
      return constant(expression.value);
    case "name":
      return scope.numbers.get(expression.name) as Known;
    case "channels":
      return scope.start.channels;
    case "choice":
      return joined(
        `choice${expression.decision}`,
        expression.options.map((option) => knownOf(option, scope)),
        1n << BigInt(expression.decision),
      );
    case "arithmetic": {
      const [left, right] = [knownOf(expression.left, scope), knownOf(expression.right, scope)];
      const [a, b] = [only(left), only(right)];
      if (typeof a !== "number" || typeof b !== "number") return mixed(expression.sign, [left, right]);
      const { sign } = expression;
      if (sign === "~") return { key: `${a}~${b}`, mask: 0n };
      return constant(sign === "+" ? a + b : sign === "-" ? a - b : sign === "*" ? a * b : a / b);
    }
    default:
      return expression satisfies never;
  }
}

/** The area behind a window. Odd windows padded by half keep the size but for the stride, whichever they are. */
export function windowed(
  area: Known,
  { kernel, stride, padding }: { readonly kernel: Known; readonly stride: Known; readonly padding?: Known },
): Known {
  const [size, step] = [only(area), only(stride)];
  const half = padding === undefined && isOdd(kernel);
  const window = half ? 1 : only(kernel);
  const sides = half ? 0 : padding === undefined ? halfOf(window) : only(padding);
  if (size !== undefined && step !== undefined && window !== undefined && sides !== undefined) {
    const shape = { kernel: pair(window), stride: pair(step), padding: pair(sides) };
    const [height, width] = pair(size);
    return constant([slidingLength(height, shape, 0), slidingLength(width, shape, 1)]);
  }
  if (half) return step === 1 ? area : mixed("strided", [area, stride]);
  return mixed("window", [area, kernel, stride, ...(padding === undefined ? [] : [padding])]);
}

const pair = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);
const halfOf = (window: number | Pair | undefined): Pair | undefined =>
  window === undefined
    ? undefined
    : [Math.floor((pair(window)[0] - 1) / 2), Math.floor((pair(window)[1] - 1) / 2)];
