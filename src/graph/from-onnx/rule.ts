// What a rule for an operator of ONNX is given, and what it gives.

import type { ConstantTensor, FileNode } from "../onnx/decode.ts";
import type { ActivationName } from "../ops/activation.ts";
import type { Build } from "./build.ts";
import { refuse } from "./fault.ts";
import { withoutRest } from "./layout.ts";
import type { Feature, Value } from "./value.ts";

/** The file's graph, to look further back than the inputs of a node. */
export interface FileGraph {
  /** The node that gives a value, past those that change nothing. */
  producerOf(name: string): FileNode | undefined;
  /** The name of a value behind those nodes. */
  originOf(name: string): string;
  valueOf(name: string): Value | undefined;
  /** Whether it reaches the output through nothing but other shapes. */
  endsWith(name: string): boolean;
}

export interface RuleSetting {
  readonly node: FileNode;
  readonly build: Build;
  readonly graph: FileGraph;
  /** Version of the standard operators. */
  readonly operatorSet: number;
  readonly inputs: readonly (Value | undefined)[];
  /** Says something of the import that a person should know. */
  note(text: string): void;
}

export type Rule = (setting: RuleSetting) => Feature | readonly Feature[];

/** An input that is a value of the network. */
export function featureAt({ inputs }: RuleSetting, index: number): Feature {
  const value = inputs[index];
  if (value?.kind === "feature") return value;
  return refuse(
    value === undefined ? `it has no input ${index + 1}` : `its input ${index + 1} is a constant`,
  );
}

export function constantAt({ inputs }: RuleSetting, index: number): ConstantTensor | undefined {
  const value = inputs[index];
  return value?.kind === "constant" ? value.tensor : undefined;
}

/** A constant that must be there. */
export function weightAt(setting: RuleSetting, index: number, what: string): ConstantTensor {
  const tensor = constantAt(setting, index);
  return (
    tensor ??
    refuse(
      setting.inputs[index] === undefined ? `it has no ${what}` : `its ${what} is computed, not constant`,
    )
  );
}

/** A rule of one feature, which keeps its dims and its view. */
export function activated(build: Build, given: Feature, name: ActivationName): Feature {
  if (given.padding !== undefined && (name === "sigmoid" || name === "hard-sigmoid"))
    refuse("zeros are added around a map and no convolution or pooling follows");
  const feature = withoutRest(build, given);
  const base = build.add({ kind: "activation", function: name }, [feature.base]);
  return { ...feature, base, isSole: true };
}

export const floats = (data: ArrayLike<number>): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);
