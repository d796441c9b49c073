// What the numbers of a text are worth where they stand.
import { makeDivisible } from "../graph/blocks.ts";
import { FaultError } from "./faults.ts";
import type { Expression } from "./program.ts";
import type { ArgumentValue } from "./words.ts";

export interface NumberScope {
  readonly numbers: ReadonlyMap<string, ArgumentValue>;
  readonly choices: readonly number[];
  readonly start: { readonly shape: readonly [number, number, number] };
  /** Whether it is not the first time in a repeat. */
  readonly isLater: boolean;
}

/** @throws FaultError where sizes are calculated with, or a number is not finite. */
export function argumentOf(expression: Expression, scope: NumberScope, offset: number): ArgumentValue {
  switch (expression.kind) {
    case "number":
    case "pair":
      return expression.value;
    case "name":
      return scope.numbers.get(expression.name) as ArgumentValue;
    case "channels":
      return scope.start.shape[0];
    case "choice":
      return argumentOf(
        expression.options[scope.choices[expression.decision] as number] as Expression,
        scope,
        offset,
      );
    case "arithmetic": {
      const left = numberOf(expression.left, scope, offset);
      const right = numberOf(expression.right, scope, offset);
      const value = calculated(expression.sign, left, right);
      if (!Number.isFinite(value))
        throw new FaultError(offset, `${left} ${expression.sign} ${right} is no number`);
      return value;
    }
    default:
      return expression satisfies never;
  }
}

function calculated(sign: "+" | "-" | "*" | "/" | "~", left: number, right: number): number {
  if (sign === "+") return left + right;
  if (sign === "-") return left - right;
  if (sign === "*") return left * right;
  if (sign === "/") return left / right;
  return right >= 1 ? makeDivisible(left, right) : Number.NaN;
}

/** @throws FaultError for a size such as 3x1. */
export function numberOf(expression: Expression, scope: NumberScope, offset: number): number {
  const value = argumentOf(expression, scope, offset);
  if (typeof value === "number") return value;
  throw new FaultError(offset, `a number is needed here, and ${value.join("x")} is a size`);
}

const maxTimes = 1000;

/** How often something is repeated. */
export function timesOf(expression: Expression, scope: NumberScope, offset: number): number {
  const times = numberOf(expression, scope, offset);
  if (Number.isInteger(times) && times >= 0 && times <= maxTimes) return times;
  throw new FaultError(offset, `x must be a whole number from 0 to ${maxTimes}, and is ${times}`);
}
