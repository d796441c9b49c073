// The network that is being made, with its weights. Nodes are never changed: what folds into a layer makes a new one, and nodes
// that nothing reads in the end are left out. It knows nothing of ONNX.
import { GeniusError } from "../../base/errors.ts";
import {
  liveNodes,
  type Network,
  type NetworkNode,
  type Operation,
  type WrittenOperation,
  withPairs,
} from "../network.ts";
import { type FeatureShape, type ParameterPart, volume } from "../operator.ts";
import { operatorOf } from "../ops/index.ts";
import { outputShape } from "../shapes.ts";
import type { Weights, WeightTensor } from "../weights.ts";
import { refuse } from "./fault.ts";

export type NodeWeights = Readonly<Partial<Record<ParameterPart, WeightTensor>>>;

export interface Build {
  readonly input: string;
  /** Adds a node and returns its id. @throws ImportFault where its inputs do not fit. */
  add(op: WrittenOperation, inputs: readonly string[], weights?: NodeWeights): string;
  /** Adds a node once: the same operation on the same input is the same node. For operations without weights. */
  once(op: WrittenOperation, input: string): string;
  node(id: string): NetworkNode;
  shape(id: string): FeatureShape;
  /** Whether its values are a vector [N, features]. */
  isVector(id: string): boolean;
  weights(id: string): NodeWeights;
  /** The network whose last node is `output`. */
  finish(name: string, output: string): { readonly network: Network; readonly weights: Weights };
}

/** Numbers in the output of one node, for one image. */
const maxVolume = 30e6;

/** The most that a text of the language says of a window. */
const maxSide = 255;

function checkWindow(op: Operation): void {
  if (op.kind !== "conv" && op.kind !== "pool") return;
  for (const [what, pair, from] of [
    ["window", op.kernel, 1],
    ["stride", op.stride, 1],
    ["padding", op.padding, 0],
  ] as const)
    if (!pair.every((side) => Number.isInteger(side) && side >= from && side <= maxSide))
      refuse(`its ${what} is ${pair.join("×")}, and ${from} to ${maxSide} can be`);
}

const partNames: Readonly<Record<ParameterPart, string>> = {
  ...{ weight: "weight", bias: "bias", runningMean: "mean", runningVariance: "variance" },
};

function checkFinite(weights: NodeWeights): void {
  for (const [part, tensor] of Object.entries(weights)) {
    const odd = tensor.data.find((value) => !Number.isFinite(value));
    if (odd !== undefined) refuse(`its ${partNames[part as ParameterPart]} has the number ${odd}`);
  }
}

export function createBuild(shape: FeatureShape): Build {
  const input: NetworkNode = { id: "input", inputs: [], op: { kind: "input", shape } };
  const nodes: NetworkNode[] = [input];
  const byId = new Map([[input.id, input]]);
  const shapes = new Map<string, FeatureShape>([[input.id, shape]]);
  const vectors = new Set<string>();
  const known = new Map<string, string>();
  const tensors = new Map<string, NodeWeights>();
  const add: Build["add"] = (written, inputs, weights = {}) => {
    const op: Operation = withPairs(written);
    checkWindow(op);
    checkFinite(weights);
    const node: NetworkNode = { id: `n${nodes.length}`, inputs, op };
    try {
      shapes.set(
        node.id,
        outputShape(
          node,
          inputs.map((id) => shapes.get(id) as FeatureShape),
        ),
      );
    } catch (thrown) {
      if (!(thrown instanceof GeniusError)) throw thrown;
      refuse(thrown.message.replace(/^Node "[^"]*" \([^)]*\): | Correct the network\.$/g, ""));
    }
    if (!(volume(shapes.get(node.id) as FeatureShape) <= maxVolume))
      refuse("its output is too large for the networks here");
    const { gives } = operatorOf(op);
    if (gives === "vector" || (gives === "alike" && inputs.every((id) => vectors.has(id))))
      vectors.add(node.id);
    nodes.push(node);
    byId.set(node.id, node);
    tensors.set(node.id, weights);
    return node.id;
  };
  return {
    input: input.id,
    add,
    once(op, from) {
      const key = `${from} ${JSON.stringify(op)}`;
      const id = known.get(key) ?? add(op, [from]);
      known.set(key, id);
      return id;
    },
    node: (id) => byId.get(id) as NetworkNode,
    shape: (id) => shapes.get(id) as FeatureShape,
    isVector: (id) => vectors.has(id),
    weights: (id) => tensors.get(id) ?? {},
    finish(name, output) {
      const live = liveNodes(nodes, output);
      const kept = nodes.filter(({ id }) => live.has(id) && id !== output);
      const all = [...kept, byId.get(output) as NetworkNode];
      const weights = new Map<string, WeightTensor>();
      for (const { id } of all)
        for (const [part, tensor] of Object.entries(tensors.get(id) ?? {}))
          weights.set(`${id}.${part}`, tensor);
      return { network: { name, nodes: all[0]?.op.kind === "input" ? all : [input, ...all] }, weights };
    },
  };
}
