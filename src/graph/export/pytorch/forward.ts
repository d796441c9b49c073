// The body of `forward`: calls of the children and the arithmetic between them, with few and telling names. A value
// is kept in `x` while it is the only one of interest, in `out` beside an input that is needed again, and under its
// own name where several values are alive; a sum's terms are written into the sum.
import type { Operation } from "../../network.ts";
import type { Child, Group, ModuleTree } from "./tree.ts";

interface Expression {
  readonly text: string;
  /** Terms and operator, for sums and products, which need brackets inside others. */
  readonly terms?: { readonly parts: readonly string[]; readonly operator: "+" | "*" };
  /** The same over several lines, for where it is too long. */
  readonly broken?: readonly string[];
}

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
  const express = (child: Child): Expression => {
    const operands = readsOf(child).map((id): Expression & { flat: boolean } => {
      const source = byValue.get(id);
      const inner =
        source !== undefined && inlined(source) ? express(source) : { text: names.get(id) as string };
      return { ...inner, flat: tree.flat.has(id) };
    });
    if (child.kind === "group")
      return called(
        child.label,
        operands.map(({ text }) => text),
        operands,
      );
    return written(child.node.op, { label: child.label, operands, isModule: isModule(child) });
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
function called(label: string, texts: readonly string[], operands: readonly Expression[]): Expression {
  const text = `self.${label}(${texts.join(", ")})`;
  const [only, second] = operands;
  if (only?.broken === undefined || second !== undefined || texts[0] !== only.text) return { text };
  const inside = only.broken[0] === "(" ? only.broken.slice(1, -1) : only.broken.map((line) => `    ${line}`);
  return { text, broken: [`self.${label}(`, ...inside, ")"] };
}

type Operand = Expression & { readonly flat: boolean };

function written(
  op: Operation,
  around: { readonly label: string; readonly operands: readonly Operand[]; readonly isModule: boolean },
): Expression {
  const { operands } = around;
  const mixed = operands.some(({ flat }) => flat) && !operands.every(({ flat }) => flat);
  const needsMap = op.kind === "conv" || op.kind === "pool" || op.kind === "global-pool";
  const texts = operands.map((operand) => {
    if (operand.flat && (mixed || needsMap)) return `${bracketed(operand)}[:, :, None, None]`;
    if (!operand.flat && op.kind === "linear") return `${bracketed(operand)}.flatten(1)`;
    return around.isModule || op.kind === "concat" || op.kind === "add" ? operand.text : bracketed(operand);
  });
  if (around.isModule) return called(around.label, texts, operands);
  switch (op.kind) {
    case "add":
      return arithmetic(texts, "+");
    case "multiply":
      return arithmetic(texts, "*");
    case "scale":
      return arithmetic([...texts, String(op.factor)], "*");
    case "concat":
      return {
        text: `torch.cat([${texts.join(", ")}], dim=1)`,
        broken: [
          "torch.cat(",
          "    [",
          ...texts.map((text) => `        ${text},`),
          "    ],",
          "    dim=1,",
          ")",
        ],
      };
    default:
      return { text: texts[0] as string };
  }
}

function arithmetic(parts: readonly string[], operator: "+" | "*"): Expression {
  const [first, ...rest] = parts;
  const broken = ["(", `    ${first}`, ...rest.map((part) => `    ${operator} ${part}`), ")"];
  return { text: parts.join(` ${operator} `), terms: { parts, operator }, broken };
}

function bracketed({ text, terms }: Expression): string {
  return terms === undefined ? text : `(${text})`;
}

function assignment(start: string, { text, broken }: Expression): string[] {
  if (broken === undefined || start.length + text.length <= maxLength) return [`${start}${text}`];
  return [`${start}${broken[0]}`, ...broken.slice(1)];
}
