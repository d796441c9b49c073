// The flash that a network takes on a device: its weights as they are stored, the tables beside them, and the code. All the
// constants of the stored form are here, each with where it comes from, so that the promise and the files cannot part.
import { foldableNorms } from "./export/fold-batch-norm.ts";
import { type InferenceGraph, inferenceGraph } from "./export/simplify.ts";
import type { Network, NetworkNode, Operation } from "./network.ts";
import { nodeParameters, sizeOf } from "./parameters.ts";
import type { Precision } from "./precision.ts";
import type { Shapes } from "./shapes.ts";

/** Beside the weights of an 8-bit layer, for each output channel: bias, multiplier and shift, of 32 bits each. */
export const channelBytes = 4 + 4 + 4;

/**
 * The code of the exported C beside its weights: kernels, then a call and a description for each step, a table of 256 bytes
 * for each activation that is not a bound of the layer before it, and in floats the exponential of the C library.
 * Measured with arm-none-eabi-gcc for Cortex-M4 on all references of the catalog, and never below what was measured.
 */
const code = {
  int8: { kernels: 3840, step: 92, activation: 256, exponential: 0 },
  float: { kernels: 2880, step: 77, activation: 0, exponential: 4096 },
} as const satisfies Record<Precision, unknown>;

/** Bytes of flash for a network: weights with batch norms folded, tables, and the code of the exported C. */
export function flashBytes(network: Network, precision: Precision): number {
  return flashOf(inferenceGraph(network), precision);
}

/** The same of a graph that is simplified already. */
export function flashOf({ nodes, shapes }: InferenceGraph, precision: Precision): number {
  const folded = foldableNorms(nodes);
  const withNorm = new Set(folded.values());
  const bounds = boundsIn(nodes, folded);
  let bytes: number = code[precision].kernels;
  let needsExponential = false;
  for (const node of nodes) {
    const { id, op } = node;
    if (folded.has(id) || bounds.has(id) || unwritten.has(op.kind)) continue;
    bytes += code[precision].step + storedBytes(node, { shapes, hasNorm: withNorm.has(id), precision });
    if (op.kind === "activation") {
      bytes += code[precision].activation;
      needsExponential ||= exponentials.has(op.function);
    }
  }
  return needsExponential ? bytes + code[precision].exponential : bytes;
}

/** The rectifiers that the layer before them does as it writes: nothing else reads its results. */
function boundsIn(nodes: readonly NetworkNode[], folded: ReadonlyMap<string, string>): ReadonlySet<string> {
  const kinds = new Map<string, Operation["kind"]>();
  const readerCounts = new Map<string, number>();
  for (const { id, inputs, op } of nodes) {
    kinds.set(id, folded.has(id) ? "conv" : op.kind);
    for (const input of inputs) readerCounts.set(input, (readerCounts.get(input) ?? 0) + 1);
  }
  const bounds = new Set<string>();
  for (const { id, inputs, op } of nodes) {
    if (op.kind !== "activation" || !(op.function === "relu" || op.function === "relu6")) continue;
    const [input] = inputs as readonly [string];
    if (bounding.has(kinds.get(input) as string) && readerCounts.get(input) === 1) bounds.add(id);
  }
  return bounds;
}

/** Operations that can bound their results. */
const bounding: ReadonlySet<string> = new Set(["conv", "linear", "batch-norm", "add", "multiply"]);

/** Operations that are no step of the program. */
const unwritten: ReadonlySet<string> = new Set(["input", "flatten", "dropout", "drop-path"]);

const exponentials: ReadonlySet<string> = new Set(["sigmoid", "silu", "gelu"]);

interface Around {
  readonly shapes: Shapes;
  /** Whether a batch norm is folded into the layer, which gives it a bias. */
  readonly hasNorm: boolean;
  readonly precision: Precision;
}

function storedBytes(node: NetworkNode, { shapes, hasNorm, precision }: Around): number {
  const count = (part: string) => {
    let sum = 0;
    for (const parameter of nodeParameters(node, shapes))
      if (parameter.part === part) sum += sizeOf(parameter.dims);
    return sum;
  };
  if (node.op.kind === "conv" || node.op.kind === "linear") {
    const channels = shapes.get(node.id)![0];
    if (precision === "int8") return count("weight") + channels * channelBytes;
    return 4 * (count("weight") + (hasNorm || node.op.bias ? channels : 0));
  }
  // Scale and shift of a norm that could not be folded.
  return 4 * (count("weight") + count("bias"));
}
