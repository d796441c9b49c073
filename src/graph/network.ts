// The graph of a network: a list of plain nodes in topological order, the same for everything that
// decodes, counts, trains, draws or exports it. It knows nothing of searches, data or training.
import { GeniusError } from "../base/errors.ts";
import type { FeatureShape, Pair } from "./operator.ts";
import type { Operation } from "./ops/index.ts";

export type { ActivationName } from "./ops/activation.ts";
export type { FeatureShape, Operation, Pair };

export interface NetworkNode<Op extends Operation = Operation> {
  /** Dotted path of stage, block and part, unique in the network: `stage2.block1.expand.conv`. */
  readonly id: string;
  readonly inputs: readonly string[];
  readonly op: Op;
}

export interface Network {
  readonly name: string;
  /** In topological order. The first is the input, the last is the output (class scores, before softmax). */
  readonly nodes: readonly NetworkNode[];
  /**
   * What a batch norm counts per element of its output, in MACs. Absent: 0, as in nearly all published tables;
   * a space whose published figures count norms says so here.
   */
  readonly normMacsPerElement?: number;
}

/** An operation as it may be written: one number for a pair of equal ones. */
export type WrittenOperation<Op extends Operation = Operation> = Op extends Operation
  ? { readonly [Field in keyof Op]: Op[Field] extends Pair ? Pair | number : Op[Field] }
  : never;

export interface NetworkBuilder {
  /** Adds a node that reads `inputs` and returns its id. */
  add(id: string, op: WrittenOperation, ...inputs: readonly string[]): string;
  build(): Network;
}

/** Starts a network whose first node is `input`, of shape `[channels, height, width]`. */
export function createNetworkBuilder(name: string, shape: FeatureShape): NetworkBuilder {
  const nodes: NetworkNode[] = [{ id: "input", inputs: [], op: { kind: "input", shape } }];
  const known = new Set(["input"]);
  return {
    add(id, op, ...inputs) {
      if (known.has(id)) throw new GeniusError("internal", `Network ${name}: two nodes are called "${id}".`);
      for (const input of inputs) {
        if (!known.has(input)) {
          throw new GeniusError(
            "internal",
            `Network ${name}: "${id}" reads "${input}", which is not there yet.`,
          );
        }
      }
      known.add(id);
      nodes.push({ id, inputs, op: withPairs(op) });
      return id;
    },
    build: () => ({ name, nodes }),
  };
}

/** The operation with every pair written out. */
export function withPairs(op: WrittenOperation): Operation {
  if (!("kernel" in op || "stride" in op || "padding" in op)) return op as Operation;
  const pairs: Record<string, unknown> = { ...op };
  for (const field of ["kernel", "stride", "padding"]) {
    const value = pairs[field];
    if (typeof value === "number") pairs[field] = [value, value];
  }
  return pairs as unknown as Operation;
}

/** Ids of the nodes that `output` depends on, itself included; by default the last node. */
export function liveNodes(
  nodes: readonly NetworkNode[],
  output: string | undefined = nodes.at(-1)?.id,
): ReadonlySet<string> {
  const live = new Set<string>();
  if (output !== undefined) live.add(output);
  for (const node of nodes.toReversed()) {
    if (live.has(node.id)) for (const id of node.inputs) live.add(id);
  }
  return live;
}
