// From a program and a choice for each alternative to the graph of a network: names are looked up, blocks opened, repeats
// unrolled, and every shape is checked where it arises. The work is bounded: a short text cannot ask for an endless graph.
import {
  type FeatureShape,
  liveNodes,
  type Network,
  type NetworkNode,
  type Operation,
} from "../graph/network.ts";
import { operatorOf } from "../graph/ops/index.ts";
import { FaultError, placeOf } from "./faults.ts";
import { argumentOf, type NumberScope, numberOf, timesOf } from "./numbers.ts";
import type { Item, Program } from "./program.ts";
import { createWalk } from "./walk.ts";
import type { ArgumentValue, LayerWord } from "./words.ts";

export interface ElaborateSetting {
  /** One option's index per open choice of the program. */
  readonly choices: readonly number[];
  /** Of the data, where the text does not say. */
  readonly input: FeatureShape;
  readonly classCount: number;
  /** Where the text gives no name. */
  readonly name: string;
}

/** A text may open out to this many nodes. */
export const maxNodes = 5_000;
const maxSteps = 50_000;
const maxCalls = 20;

interface Value {
  readonly id: string;
  readonly shape: FeatureShape;
}

interface Named {
  readonly word: string;
  readonly offset: number;
  readonly part?: "first" | "later";
  readonly layer?: Pick<LayerWord, "follows">;
}

/** Where a layer stands: what is named there, and how its nodes are called. */
interface Scope extends NumberScope {
  readonly wires: Map<string, Value>;
  /** The value with which the block or bracket begins. */
  readonly start: Value;
  readonly prefix: string;
  readonly counts: Map<string, number>;
  readonly calls: number;
}

/**
 * The network of a program under `choices`.
 * @throws FaultError where something does not fit, with its place in the text.
 */
export function elaborate(program: Program, { choices, ...setting }: ElaborateSetting): Network {
  const input: Value = { id: "input", shape: program.input ?? setting.input };
  const nodes: NetworkNode[] = [{ id: "input", inputs: [], op: { kind: "input", shape: input.shape } }];
  let steps = 0;
  /** The convolution that norms and activations behind it are named below. */
  let part = "";

  const { run, follow } = createWalk<Value, Scope>({
    define({ name, value, offset }, scope) {
      (scope.numbers as Map<string, ArgumentValue>).set(name, argumentOf(value, scope, offset));
    },
    item: (item, from, scope) => repeat(item, from, scope),
  });

  const repeat = (item: Item, from: Value, scope: Scope): Value => {
    if (item.times === undefined) return apply(item, from, scope);
    const times = timesOf(item.times, scope, item.offset);
    let value = from;
    for (let time = 0; time < times; time += 1)
      value = apply(item, value, time === 0 ? scope : { ...scope, isLater: true });
    return value;
  };

  const apply = (item: Item, from: Value, scope: Scope): Value => {
    steps += 1;
    if (steps > maxSteps)
      throw new FaultError(item.offset, `the text opens out to more than ${maxSteps} steps`);
    switch (item.kind) {
      case "layer": {
        const given = new Map<string, ArgumentValue>();
        for (const { name, value, offset } of item.arguments) {
          // In a repeat only the first time strides.
          if (name === "s" && scope.isLater) given.set(name, 1);
          else given.set(name, argumentOf(value, scope, offset));
        }
        for (const parameter of item.layer.parameters) {
          const value = given.get(parameter.name);
          if (value !== undefined) checkArgument(item, parameter, value);
        }
        return add(item, item.layer.make(given, from.shape), [from], scope);
      }
      case "call":
        return call(item, from, scope);
      case "merge": {
        const inner = { ...scope, start: from };
        const values = item.branches.map((branch) => follow(branch, from, inner));
        return add(item, item.op, values, scope);
      }
      case "residual": {
        const inner = { ...scope, start: from };
        const main = follow(item.main, from, inner);
        const isSame = main.shape.every((length, axis) => length === from.shape[axis]);
        if (!isSame && item.other === undefined) return main;
        const beside = isSame || item.other === undefined ? from : follow(item.other, from, inner);
        return add({ word: "add", offset: item.offset }, { kind: "add" }, [main, beside], scope);
      }
      case "group":
        return follow(item.chain, from, { ...scope, start: from });
      case "pick": {
        const { by, options } = item;
        const index = typeof by === "number" ? (choices[by] as number) : numberOf(by, scope, item.offset);
        const option = options[index];
        if (option === undefined) {
          throw new FaultError(
            item.offset,
            `choose counts its options from 0 to ${options.length - 1}, and was given ${index}`,
          );
        }
        return follow(option, from, { ...scope, start: from });
      }
      default:
        return item satisfies never;
    }
  };

  const call = (item: Extract<Item, { readonly kind: "call" }>, from: Value, scope: Scope): Value => {
    const { block, offset } = item;
    if (scope.calls >= maxCalls)
      throw new FaultError(offset, `blocks call each other more than ${maxCalls} deep`);
    const numbers = new Map(global);
    const inner: Scope = {
      ...{ numbers, choices, isLater: false, wires: new Map(), start: from },
      ...{ prefix: `${nameOf(block.name, scope)}.`, counts: new Map(), calls: scope.calls + 1 },
    };
    const given = new Map<string, ArgumentValue>();
    for (const argument of item.arguments) {
      const isLater = argument.name === "s" && scope.isLater;
      given.set(argument.name, isLater ? 1 : argumentOf(argument.value, scope, argument.offset));
    }
    for (const { name, fallback } of block.parameters)
      numbers.set(
        name,
        given.get(name) ?? argumentOf(fallback as NonNullable<typeof fallback>, inner, offset),
      );
    try {
      return run(block.body, inner);
    } catch (thrown) {
      if (!(thrown instanceof FaultError) || thrown.message.includes("(called in line")) throw thrown;
      const { line } = placeOf(program.text, offset);
      throw new FaultError(thrown.offset, `${thrown.message} (called in line ${line})`);
    }
  };

  const add = (
    { word, offset, part: place, layer: { follows } = {} }: Named,
    op: Operation,
    inputs: readonly Value[],
    scope: Scope,
  ): Value => {
    const operator = operatorOf(op);
    const wanted = operator.inputCount;
    if (wanted !== "any" && wanted !== inputs.length)
      throw new FaultError(offset, `${word} joins ${wanted} values, and has ${inputs.length}`);
    const shape = operator.shape(
      op,
      inputs.map((value) => value.shape),
    );
    if (typeof shape === "string") throw new FaultError(offset, `${word}: ${shape}`);
    if (nodes.length >= maxNodes)
      throw new FaultError(offset, `the text opens out to more than ${maxNodes} nodes`);
    if (place === "first") part = nameOf(word, scope);
    const id = place === undefined ? nameOf(word, scope) : partOf(part, follows ?? "conv", scope);
    nodes.push({ id, inputs: inputs.map((value) => value.id), op });
    return { id, shape };
  };

  const global = new Map<string, ArgumentValue>([["classes", setting.classCount]]);
  const top: Scope = {
    ...{ numbers: global, choices, isLater: false, wires: new Map(), start: input },
    ...{ prefix: "", counts: new Map(), calls: 0 },
  };
  const output = run(program.body, top);
  if (output.id === "input") throw new FaultError(program.text.length, "the text has no layers");
  const live = liveNodes(nodes, output.id);
  return {
    name: program.name ?? setting.name,
    nodes: live.size === nodes.length ? nodes : nodes.filter(({ id }) => id === "input" || live.has(id)),
    ...(program.normMacsPerElement !== undefined && { normMacsPerElement: program.normMacsPerElement }),
  };
}

/** `conv2` for the second conv of a block. */
function nameOf(word: string, { counts, prefix }: Scope): string {
  const count = (counts.get(word) ?? 0) + 1;
  counts.set(word, count);
  // relu6_1: without the line it would be the 61st relu.
  return `${prefix}${word}${/[\d_]$/.test(word) ? "_" : ""}${count}`;
}

/** `conv2.norm`; the second norm there is `conv2.norm2`. */
function partOf(part: string, word: string, { counts }: Scope): string {
  const name = `${part}.${word}`;
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count === 1 ? name : `${name}${count}`;
}

function checkArgument(
  { word, offset }: { readonly word: string; readonly offset: number },
  {
    name,
    kind,
    from,
    to,
  }: { readonly name: string; readonly kind: string; readonly from: number; readonly to: number },
  value: ArgumentValue,
): void {
  const numbers = typeof value === "number" ? [value] : value;
  const isAllowed =
    (kind === "pair" || typeof value === "number") &&
    numbers.every(
      (number) => number >= from && number <= to && (kind === "real" || Number.isInteger(number)),
    );
  if (isAllowed) return;
  const what = kind === "real" ? "a number" : kind === "flag" ? "0 or 1" : "a whole number";
  const range = kind === "flag" ? "" : ` from ${from} to ${to}`;
  const shown = typeof value === "number" ? String(value) : value.join("x");
  throw new FaultError(offset, `${word}: ${name} must be ${what}${range}, and is ${shown}`);
}
