// Modules as Python would construct them: a call with arguments, or a sequence of named modules. The arguments
// of a call are data, so that a class can find out which of them differ between its instances. Operators say in this
// form what they are in PyTorch; export/pytorch/ writes files of it. It knows nothing of networks.

/** A number, a truth value, or a piece of Python. */
export type PythonValue = number | boolean | { readonly code: string };

export type ArgumentKind = "channels" | "kernel" | "padding" | "number" | "flag" | "activation";

export interface Argument {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly value: PythonValue;
  readonly positional: boolean;
  /** The constructor's default; an argument of this value is not written. */
  readonly default?: PythonValue;
}

export interface Call {
  readonly kind: "call";
  /** `nn.Conv2d`, or the name of a class in the file. */
  readonly callee: string;
  readonly arguments: readonly Argument[];
  /** The Python of the class that is called, where torch has none. */
  readonly source?: string;
}

/** A node that is no module: arithmetic between its inputs, or an expression around them. */
export interface TorchExpression {
  readonly kind: "expression";
  /** Whether an input that is a sum or a product itself must stand in brackets. */
  readonly brackets: boolean;
  write(inputs: readonly string[]): PythonExpression;
}

export interface PythonExpression {
  readonly text: string;
  /** Terms and operator, for sums and products, which need brackets inside others. */
  readonly terms?: { readonly parts: readonly string[]; readonly operator: "+" | "*" };
  /** The same over several lines, for where it is too long. */
  readonly broken?: readonly string[];
}

/** Around inputs that stand in brackets where they are sums or products. */
export function expression(write: (inputs: readonly string[]) => PythonExpression | string): TorchExpression {
  return {
    kind: "expression",
    brackets: true,
    write(inputs) {
      const written = write(inputs);
      return typeof written === "string" ? { text: written } : written;
    },
  };
}

/** A sum or a product. */
export function arithmetic(parts: readonly string[], operator: "+" | "*"): PythonExpression {
  const [first, ...rest] = parts;
  const broken = ["(", `    ${first}`, ...rest.map((part) => `    ${operator} ${part}`), ")"];
  return { text: parts.join(` ${operator} `), terms: { parts, operator }, broken };
}

export interface Sequence {
  readonly kind: "sequence";
  readonly parts: readonly { readonly label: string; readonly module: Module; readonly id: string }[];
}

export type Module = Call | Sequence;

/** A call with arguments in order. */
export function call(callee: string, ...list: Argument[]): Call {
  return { kind: "call", callee, arguments: list };
}

export function positional(name: string, kind: ArgumentKind, value: PythonValue): Argument {
  return { name, kind, value, positional: true };
}

export function keyword(
  name: string,
  kind: ArgumentKind,
  [value, byDefault]: readonly [PythonValue, PythonValue?],
): Argument {
  return {
    name,
    kind,
    value,
    positional: false,
    ...(byDefault !== undefined && { default: byDefault }),
  };
}

/** All arguments of a module in the order in which it is written. */
export function argumentsOf(module: Module): readonly Argument[] {
  if (module.kind === "call") return module.arguments;
  return module.parts.flatMap((part) => argumentsOf(part.module));
}

/** The module with its arguments' values replaced, in the order of `argumentsOf`. */
export function withValues(module: Module, values: Iterator<PythonValue>): Module {
  if (module.kind === "sequence") {
    return {
      ...module,
      parts: module.parts.map((part) => ({ ...part, module: withValues(part.module, values) })),
    };
  }
  return {
    ...module,
    arguments: module.arguments.map((argument) => ({
      ...argument,
      value: values.next().value as PythonValue,
    })),
  };
}

/** Callees and names without values: equal for modules that differ in arguments only. */
export function formOf(module: Module): unknown {
  if (module.kind === "call") return [module.callee, module.arguments.map(({ name }) => name)];
  return module.parts.map((part) => [part.label, formOf(part.module)]);
}

/** `(3, 5)` */
export function pythonPair(pair: readonly [number, number]): PythonValue {
  return { code: `(${pair[0]}, ${pair[1]})` };
}

/** A value as Python text. */
export function pythonText(value: PythonValue): string {
  if (typeof value === "object") return value.code;
  if (typeof value === "boolean") return value ? "True" : "False";
  // JavaScript writes 1e-7, which Python reads as the same number; integers stay integers.
  return String(value);
}
