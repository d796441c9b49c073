// What instances of a class have in common, and what must be a parameter: one value a place and instance goes in,
// expressions and parameters come out. Places that always agree share a parameter, and a padding that is always
// half the kernel is written as that. Names follow what the value is: channels in, out or hidden, kernel, stride.
import { type Argument, type ArgumentKind, type PythonValue, pythonText } from "../../torch-module.ts";

export interface Parameter {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** One an instance. */
  readonly values: readonly PythonValue[];
}

export interface InstanceFacts {
  /** Every argument of the instance's modules, with the label of the child it belongs to. */
  readonly slots: readonly { readonly label: string; readonly argument: Argument }[];
  readonly inChannels: number | undefined;
  readonly outChannels: number | undefined;
}

/** Expressions in the order of the slots, which must be alike in all instances. */
export function generalise(instances: readonly InstanceFacts[]): {
  readonly parameters: readonly Parameter[];
  readonly expressions: readonly PythonValue[];
} {
  const parameters: Parameter[] = [];
  const byValues = new Map<string, Parameter>();
  const slots = (instances[0] as InstanceFacts).slots;
  const valuesAt = (index: number) =>
    instances.map((instance) => instance.slots[index]?.argument.value as PythonValue);
  const expressions = slots.map(({ label, argument }, index): PythonValue => {
    const values = valuesAt(index);
    const texts = values.map(pythonText);
    const symbol = values.find((value) => typeof value === "object" && value.code === "num_classes");
    if (symbol === undefined && texts.every((text) => text === texts[0])) return values[0] as PythonValue;
    const key = `${argument.kind} ${texts.join()}`;
    const existing = byValues.get(key);
    if (existing !== undefined) return { code: existing.name };
    if (argument.kind === "padding") {
      const kernel = parameters.find(
        (parameter) =>
          parameter.kind === "kernel" &&
          parameter.values.every((value, instance) => Math.floor(Number(value) / 2) === values[instance]),
      );
      if (kernel !== undefined) return { code: `${kernel.name} // 2` };
    }
    const wanted = symbol === undefined ? nameFor(argument, texts, instances) : pythonText(symbol);
    const taken = (name: string) => parameters.some((parameter) => parameter.name === name);
    let name = taken(wanted) ? `${label}_${argument.name}` : wanted;
    for (let count = 2; taken(name); count += 1) name = `${label}_${argument.name}_${count}`;
    const parameter = { name, kind: argument.kind, values };
    parameters.push(parameter);
    byValues.set(key, parameter);
    return { code: name };
  });
  return { parameters, expressions };
}

function nameFor(argument: Argument, texts: readonly string[], instances: readonly InstanceFacts[]): string {
  if (argument.kind !== "channels") return argument.name;
  const comes = texts.every((text, index) => text === String(instances[index]?.inChannels));
  const goes = texts.every((text, index) => text === String(instances[index]?.outChannels));
  if (comes && goes) return "channels";
  if (comes) return "in_channels";
  return goes ? "out_channels" : "hidden_channels";
}
