// What an exported C program consists of, before it is text: constants, steps with their places in the arena, and the kernels
// that they call. The float and the 8-bit network both become one of these; header.ts writes it.
// In all C text `net_` and `NET_` stand for the prefix of the exported network.
import type { FeatureShape } from "../../graph/network.ts";

/** A C function, or types that several need. */
export interface Kernel {
  /** Names of the kernels that it uses. */
  readonly needs: readonly string[];
  readonly text: string;
  /** The macro by which it can be replaced by a function of a library. */
  readonly hook?: string;
}

export type ElementType = "float" | "int8_t" | "int16_t" | "int32_t";

/** A constant array. */
export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly values: ArrayLike<number>;
}

/** One call of a kernel, with the constants that only it reads. */
export interface Step {
  /** In a comment above the call: the node and what it does. */
  readonly about: string;
  /** The kernel that is called. */
  readonly kernel: string;
  /** What the layer owns: weights, bias, tables. */
  readonly constants: readonly Constant[];
  /** The declaration of its `static const` structure, if it has one. */
  readonly layer?: string;
  /** The arguments. */
  readonly arguments: readonly string[];
}

/** One call without constants of its own. */
export function call(kernel: string, ...args: readonly (string | number)[]): Call {
  return { kernel, constants: [], arguments: args.map(String) };
}

/** A step before it is said what it does. */
export type Call = Omit<Step, "about">;

/** C statements, and the constants that they use. */
export interface ProgramPart {
  readonly constants: readonly Constant[];
  readonly text: string;
}

export interface Program {
  readonly elementType: "float" | "int8_t";
  readonly input: FeatureShape;
  readonly classCount: number;
  /** All kernels that there are, in the order in which C must read them. */
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly steps: readonly Step[];
  readonly arenaBytes: number;
  /** Writes the image at `pixels` into the arena. */
  readonly readPixels: ProgramPart;
  /** Writes `scores` from the arena. */
  readonly writeScores: ProgramPart;
  /** The lowest score that there is: of 8-bit scores, where lower ones are cut off. */
  readonly lowestScore?: number;
  /** Whether it needs math.h. */
  readonly usesMath: boolean;
}

/** The kernels that the steps call and those that they need, in the registry's order. */
export function usedKernels({ kernels, steps }: Pick<Program, "kernels" | "steps">): readonly Kernel[] {
  const used = new Set<string>();
  const use = (name: string) => {
    if (used.has(name)) return;
    used.add(name);
    for (const other of (kernels[name] as Kernel).needs) use(other);
  };
  for (const { kernel } of steps) use(kernel);
  return Object.entries(kernels).flatMap(([name, kernel]) => (used.has(name) ? [kernel] : []));
}

const bytesOf: Readonly<Record<ElementType, number>> = { float: 4, int8_t: 1, int16_t: 2, int32_t: 4 };

/** Bytes of all constant arrays: weights and tables, without the layers' structures. */
export function constantBytes({ steps, readPixels, writeScores }: Program): number {
  const all = [...steps, readPixels, writeScores].flatMap(({ constants }) => constants);
  return all.reduce((sum, { type, values }) => sum + bytesOf[type] * values.length, 0);
}
