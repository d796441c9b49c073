// Modules as Python would construct them: a call with arguments, or a sequence of named modules. The arguments
// of a call are data, so that a class can find out which of them differ between its instances.
import type { ActivationName, FeatureShape, NetworkNode } from "../../network.ts";

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
}

export interface Sequence {
  readonly kind: "sequence";
  readonly parts: readonly { readonly label: string; readonly module: Module; readonly id: string }[];
}

export type Module = Call | Sequence;

export const activationModules: Readonly<Record<ActivationName, string>> = {
  relu: "nn.ReLU",
  relu6: "nn.ReLU6",
  "hard-swish": "nn.Hardswish",
  "hard-sigmoid": "nn.Hardsigmoid",
  sigmoid: "nn.Sigmoid",
  silu: "nn.SiLU",
};

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

export interface LeafContext {
  /** Shape of the node's input. */
  readonly from: FeatureShape;
  readonly flat: boolean;
  /** Stands for the number of outputs of the network's last linear layer. */
  readonly outFeatures?: PythonValue;
}

/** The module of a node, or undefined for additions and the like, which are expressions. */
export function leafModule({ op }: NetworkNode, context: LeafContext): Call | undefined {
  const [channels, height, width] = context.from;
  const call = (callee: string, ...list: Argument[]): Call => ({ kind: "call", callee, arguments: list });
  switch (op.kind) {
    case "conv":
      return call(
        "nn.Conv2d",
        positional("in_channels", "channels", channels),
        positional("out_channels", "channels", op.outChannels),
        keyword("kernel_size", "kernel", [op.kernel]),
        keyword("stride", "number", [op.stride, 1]),
        keyword("padding", "padding", [op.padding, 0]),
        keyword("groups", op.groups === 1 ? "number" : "channels", [op.groups, 1]),
        keyword("bias", "flag", [op.bias, true]),
      );
    case "batch-norm":
      return call(
        context.flat ? "nn.BatchNorm1d" : "nn.BatchNorm2d",
        positional("num_features", "channels", channels),
        keyword("eps", "number", [op.epsilon, 1e-5]),
        keyword("momentum", "number", [op.momentum, 0.1]),
      );
    case "activation":
      return call(activationModules[op.function]);
    case "pool": {
      const window = [
        keyword("kernel_size", "kernel", [op.kernel]),
        keyword("stride", "number", [op.stride]),
        keyword("padding", "padding", [op.padding, 0]),
      ];
      if (op.mode === "max") return call("nn.MaxPool2d", ...window);
      const counted = op.countPadding || op.padding === 0;
      return call("nn.AvgPool2d", ...window, keyword("count_include_pad", "flag", [counted, true]));
    }
    case "global-pool":
      return call("nn.AdaptiveAvgPool2d", positional("output_size", "number", 1));
    case "flatten":
      return call("nn.Flatten");
    case "linear":
      return call(
        "nn.Linear",
        positional("in_features", "channels", channels * height * width),
        positional("out_features", "channels", context.outFeatures ?? op.outFeatures),
        keyword("bias", "flag", [op.bias, true]),
      );
    case "dropout":
      return call("nn.Dropout", positional("p", "number", op.rate));
    case "drop-path":
      return call("DropPath", positional("rate", "number", op.rate));
    case "zero":
      return call(
        "Zero",
        positional("out_channels", "channels", op.outChannels),
        keyword("stride", "number", [op.stride, 1]),
      );
    case "input":
    case "add":
    case "multiply":
    case "concat":
    case "scale":
      return undefined;
    default:
      return op satisfies never;
  }
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

/** A value as Python text. */
export function pythonText(value: PythonValue): string {
  if (typeof value === "object") return value.code;
  if (typeof value === "boolean") return value ? "True" : "False";
  // JavaScript writes 1e-7, which Python reads as the same number; integers stay integers.
  return String(value);
}
