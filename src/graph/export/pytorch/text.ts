// Python source from modules and plans: constructor calls that are broken where they are too long, and aligned
// tables for docstrings. Four spaces an indent, 100 columns, as Black would break them.
import { withoutHidden } from "../../../base/hidden-characters.ts";
import { type Argument, type Module, pythonText } from "../../torch-module.ts";

const lineWidth = 100;

/** How a comment is found for a module within a sequence, by the id of the value it gives. */
export type CommentOf = (id: string) => string | undefined;

/** An expression that makes the module, after `start` and before `end`; the first line is not indented. */
export function construction(
  module: Module,
  place: {
    readonly indent: number;
    readonly start: string;
    readonly end: string;
    readonly comment?: CommentOf;
  },
): string[] {
  const { indent, start, end } = place;
  const pad = " ".repeat(indent);
  if (module.kind === "call") {
    const list = module.arguments.flatMap((argument) => argumentText(argument) ?? []);
    const line = `${pad}${start}${module.callee}(${list.join(", ")})${end}`;
    if (line.length <= lineWidth) return [line];
    const inner = list.join(", ");
    if (inner.length + indent + 4 <= lineWidth) {
      return [`${pad}${start}${module.callee}(`, `${pad}    ${inner}`, `${pad})${end}`];
    }
    return [`${pad}${start}${module.callee}(`, ...list.map((text) => `${pad}    ${text},`), `${pad})${end}`];
  }
  const [only, second] = module.parts;
  if (only?.module.kind === "call" && second === undefined) {
    const inside = construction(only.module, { indent: 0, start: `${only.label}=`, end: "" });
    const line = `${pad}${start}nn.Sequential(OrderedDict(${inside[0]}))${end}`;
    const comment = place.comment?.(only.id);
    if (inside.length === 1 && line.length <= lineWidth)
      return comment ? withComment([line], comment) : [line];
  }
  let previous: string | undefined;
  const parts = module.parts.flatMap(({ label, module: part, id }) => {
    const comment = place.comment?.(id);
    const lines = construction(part, {
      indent: indent + 8,
      start: `${label}=`,
      end: ",",
      ...(part.kind === "sequence" && place.comment && { comment: place.comment }),
    });
    if (comment === undefined || part.kind === "sequence") return lines;
    const commented = withComment(lines, comment);
    // A line of its own only for a change of shape.
    const chosen = commented.length > lines.length && comment === previous ? lines : commented;
    previous = comment;
    return chosen;
  });
  return [`${pad}${start}nn.Sequential(`, `${pad}    OrderedDict(`, ...parts, `${pad}    )`, `${pad})${end}`];
}

/** Puts the comment behind the first line if it fits, and above it otherwise. */
export function withComment(lines: readonly string[], comment: string): string[] {
  const [first, ...rest] = lines as [string, ...string[]];
  const behind = `${first}  # ${comment}`;
  if (behind.length <= lineWidth) return [behind, ...rest];
  const pad = " ".repeat(first.length - first.trimStart().length);
  return [`${pad}# ${comment}`, first, ...rest];
}

function argumentText(argument: Argument): string | undefined {
  const text = pythonText(argument.value);
  if (argument.positional) return text;
  if (argument.default !== undefined && text === pythonText(argument.default)) return undefined;
  return `${argument.name}=${text}`;
}

/** Rows with columns padded: the first to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[], leftColumns: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < leftColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Any text inside a docstring: no escapes, no end of it, one line. */
export function docText(text: string): string {
  return withoutHidden(text.replaceAll(/\s+/g, " ")).replaceAll("\\", "/").replaceAll('"', "'");
}
