// The graph of a network: a list of plain nodes in topological order, the same whoever decoded it and whoever
// will count, train, draw or export it. It knows nothing of searches, data or training.
import { GeniusError } from "../base/errors.ts";

/** `[channels, height, width]` of one image's feature map, without the batch dimension. */
export type FeatureShape = readonly [channels: number, height: number, width: number];

export type ActivationName = "relu" | "relu6" | "hard-swish" | "hard-sigmoid" | "sigmoid" | "silu";

/** One operation. Semantics follow PyTorch's modules of the same name; `padding` is per side. */
export type Operation =
  | { readonly kind: "input"; readonly shape: FeatureShape }
  | {
      readonly kind: "conv";
      readonly outChannels: number;
      readonly kernel: number;
      readonly stride: number;
      readonly padding: number;
      readonly groups: number;
      readonly bias: boolean;
    }
  | { readonly kind: "batch-norm"; readonly epsilon: number; readonly momentum: number }
  | { readonly kind: "activation"; readonly function: ActivationName }
  | {
      readonly kind: "pool";
      readonly mode: "average" | "max";
      readonly kernel: number;
      readonly stride: number;
      readonly padding: number;
      /** Whether an average counts the padding's zeros (PyTorch's `count_include_pad`). */
      readonly countPadding: boolean;
    }
  | { readonly kind: "global-pool" }
  | { readonly kind: "flatten" }
  | { readonly kind: "linear"; readonly outFeatures: number; readonly bias: boolean }
  | { readonly kind: "add" }
  | { readonly kind: "multiply" }
  | { readonly kind: "concat" }
  | { readonly kind: "scale"; readonly factor: number }
  /** Zeros of the (strided) input's shape with `outChannels` channels: NAS-Bench-201's `none`. */
  | { readonly kind: "zero"; readonly outChannels: number; readonly stride: number }
  | { readonly kind: "dropout"; readonly rate: number }
  | { readonly kind: "drop-path"; readonly rate: number };

export interface NetworkNode {
  /** Dotted path of stage, block and part, unique in the network: `stage2.block1.expand.conv`. */
  readonly id: string;
  readonly inputs: readonly string[];
  readonly op: Operation;
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

export interface NetworkBuilder {
  /** Adds a node that reads `inputs` and returns its id. */
  add(id: string, op: Operation, ...inputs: readonly string[]): string;
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
      nodes.push({ id, inputs, op });
      return id;
    },
    build: () => ({ name, nodes }),
  };
}
