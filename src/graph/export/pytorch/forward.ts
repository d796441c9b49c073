// The body of `forward`: calls of the children and the arithmetic between them, with few and telling names. A value
// is kept in `x` while it is the only one of interest, in `out` beside an input that is needed again, and under its
// own name where several values are alive; a sum's terms are written into the sum.
import type { FeatureShape, NetworkNode } from "../../network.ts";
import { operatorOf } from "../../ops/index.ts";
import type { PythonExpression } from "../../torch-module.ts";
import type { Child, Group, ModuleTree } from "./tree.ts";

const maxLength = 92;

/** Names of the parameters of a group's `forward`. */
export function inputNames(group: Group): readonly string[] {
  return group.inputs.map((_, index) => ["x", "y", "z"][index] ?? `x${index + 1}`);
}

/** Lines of the body, without indentation. `isModule` tells children that are called from those that are written out. */
export function forwardLines(
  tree: ModuleTree,
  group: Group,
  isModule: (child: Child) => boolean,
): readonly string[] {
  const live = group.children.filter((child) => child.live);
  const readers = new Map<string, Child[]>();
  for (const child of live) {
    for (const id of readsOf(child)) readers.set(id, [...(readers.get(id) ?? []), child]);
  }
  const inlined = (child: Child): boolean => {
    const value = valueIdOf(child);
    if (value === group.output) return true;
    const [reader, second] = readers.get(value) ?? [];
    if (reader === undefined || second !== undefined) return false;
    return !isModule(reader) || !isModule(child);
  };
  const byValue = new Map(live.map((child) => [valueIdOf(child), child]));
  const statements = live.filter((child) => !inlined(child) || valueIdOf(child) === group.output);
  /** Values that a statement reads from variables. */
  const variablesOf = (child: Child): string[] =>
    readsOf(child).flatMap((id) => {
      const source = byValue.get(id);
      return source !== undefined && inlined(source) ? variablesOf(source) : [id];
    });
  const lastUse = new Map<string, number>();
  const useCount = new Map<string, number>();
  statements.forEach((child, index) => {
    for (const id of new Set(variablesOf(child))) {
      lastUse.set(id, index);
      useCount.set(id, (useCount.get(id) ?? 0) + 1);
    }
  });
  const names = new Map<string, string>(
    group.inputs.map((id, index) => [id, inputNames(group)[index] as string]),
  );
  const express = (child: Child): PythonExpression => {
    const operands = readsOf(child).map((id): PythonExpression & { flat: boolean } => {
      const source = byValue.get(id);
      const inner =
        source !== undefined && inlined(source) ? express(source) : { text: names.get(id) as string };
      return { ...inner, flat: tree.flat.has(id) };
    });
    if (child.kind === "group")
      return called(
        `self.${child.label}`,
        operands.map(({ text }) => text),
        operands,
      );
    const input = tree.shapes.get(child.node.inputs[0] as string) as FeatureShape;
    return written(child.node, { callee: `self.${child.label}`, operands, input });
  };
  const lines: string[] = [];
  statements.forEach((child, index) => {
    const expression = express(child);
    const value = valueIdOf(child);
    if (value === group.output) {
      lines.push(...assignment("return ", expression));
      return;
    }
    const holders = new Map<string, string>();
    for (const [id, name] of names) if ((lastUse.get(id) ?? -1) > index) holders.set(name, id);
    const free = (name: string) => !holders.has(name);
    let name = child.label;
    if (free("x")) name = "x";
    else if (free("out") && useCount.get(value) === 1) name = "out";
    lines.push(...assignment(`${name} = `, expression));
    names.set(value, name);
  });
  if (statements.length === 0) lines.push(`return ${names.get(group.output as string) ?? "x"}`);
  return lines;
}

function readsOf(child: Child): readonly string[] {
  return child.kind === "leaf" ? child.node.inputs : child.inputs;
}

function valueIdOf(child: Child): string {
  return (child.kind === "leaf" ? child.node.id : child.output) as string;
}

/** A call; where it is too long and its only argument can be broken, it is broken there. */
function called(
  callee: string,
  texts: readonly string[],
  operands: readonly PythonExpression[],
): PythonExpression {
  const text = `${callee}(${texts.join(", ")})`;
  const [only, second] = operands;
  if (only?.broken === undefined || second !== undefined || texts[0] !== only.text) return { text };
  const inside = only.broken[0] === "(" ? only.broken.slice(1, -1) : only.broken.map((line) => `    ${line}`);
  return { text, broken: [`${callee}(`, ...inside, ")"] };
}

type Operand = PythonExpression & { readonly flat: boolean };

/** What a node computes of its operands, which become maps or vectors as it takes them; a module is called `callee`. */
export function written(
  node: NetworkNode,
  around: { readonly callee: string; readonly operands: readonly Operand[]; readonly input: FeatureShape },
): PythonExpression {
  const { operands } = around;
  const { takes, torch } = operatorOf(node.op);
  const allFlat = operands.every(({ flat }) => flat);
  const form = torch(node.op, { inputShape: around.input, flat: allFlat });
  const mixed = !allFlat && operands.some(({ flat }) => flat);
  const texts = operands.map((operand) => {
    if (operand.flat && (mixed || takes === "map")) return `${bracketed(operand)}[:, :, None, None]`;
    if (!operand.flat && takes === "vector") return `${bracketed(operand)}.flatten(1)`;
    return form.kind === "call" || !form.brackets ? operand.text : bracketed(operand);
  });
  return form.kind === "call" ? called(around.callee, texts, operands) : form.write(texts);
}

function bracketed({ text, terms }: PythonExpression): string {
  return terms === undefined ? text : `(${text})`;
}

function assignment(start: string, { text, broken }: PythonExpression): string[] {
  if (broken === undefined || start.length + text.length <= maxLength) return [`${start}${text}`];
  return [`${start}${broken[0]}`, ...broken.slice(1)];
}
