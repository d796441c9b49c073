// What can be said of a network without training it, from its graph alone: its size, how deep it is along its paths,
// whether the input reaches the output at all. The same for every space; it knows no space, table or accuracy.
import type { FeatureShape, Network, NetworkNode } from "../../graph/network.ts";
import type { Parameter } from "../../graph/operator.ts";
import { operatorOf } from "../../graph/ops/index.ts";
import { sizeOf } from "../../graph/parameters.ts";
import { outputShape } from "../../graph/shapes.ts";

/** All are 0 when no signal reaches the output. */
export interface GraphFeatures {
  /** Natural logarithms, of the parts that carry a signal from input to output. */
  readonly logParams: number;
  readonly logMacs: number;
  /** Convolutions and linear layers on the path that has most of them, on the one that has least, and on average. */
  readonly longestDepth: number;
  readonly shortestDepth: number;
  readonly meanDepth: number;
  /** Poolings that keep the size, on average over the paths. */
  readonly meanPoolings: number;
}

/** Features of a network in one pass over its nodes and one back. */
export function graphFeatures({ nodes }: Network): GraphFeatures {
  const count = nodes.length;
  const indices = new Map<string, number>();
  const inputsOf: number[][] = [];
  const shapes: FeatureShape[] = [];
  const [longest, shortest, paths, depthSums, poolingSums] = [0, 0, 0, 0, 0].map(
    () => new Float64Array(count),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  nodes.forEach((node, index) => {
    indices.set(node.id, index);
    const inputs = node.inputs.map((id) => indices.get(id) as number);
    inputsOf.push(inputs);
    shapes.push(
      outputShape(
        node,
        inputs.map((input) => shapes[input] as FeatureShape),
      ),
    );
    if (node.op.kind === "input") {
      paths[index] = 1;
      return;
    }
    if (node.op.kind === "zero") return;
    const carriers = node.op.kind === "multiply" ? [carrierOf(inputs, shapes)] : inputs;
    const alive = carriers.filter((input) => (paths[input] as number) > 0);
    if (alive.length === 0) return;
    const layers = weightsOf(node, shapes[inputs[0] as number] as FeatureShape).length > 0 ? 1 : 0;
    const poolings = keepsSize(node) ? 1 : 0;
    longest[index] = layers + Math.max(...alive.map((input) => longest[input] as number));
    shortest[index] = layers + Math.min(...alive.map((input) => shortest[input] as number));
    let [ways, depths, pooled] = [0, 0, 0];
    for (const input of alive) {
      ways += paths[input] as number;
      depths += depthSums[input] as number;
      pooled += poolingSums[input] as number;
    }
    paths[index] = ways;
    depthSums[index] = depths + layers * ways;
    poolingSums[index] = pooled + poolings * ways;
  });
  const last = count - 1;
  const ways = paths[last] as number;
  const { paramCount, macCount } = liveCost(nodes, { inputsOf, shapes, paths });
  return {
    logParams: Math.log(1 + paramCount),
    logMacs: Math.log(1 + macCount),
    longestDepth: longest[last] as number,
    shortestDepth: shortest[last] as number,
    meanDepth: ways > 0 ? (depthSums[last] as number) / ways : 0,
    meanPoolings: ways > 0 ? (poolingSums[last] as number) / ways : 0,
  };
}

/** A product gates its first map: a squeeze-excite's side branch, [C, 1, 1], is no path of its own. */
function carrierOf(inputs: readonly number[], shapes: readonly FeatureShape[]): number {
  const areas = inputs.map(
    (input) => (shapes[input] as FeatureShape)[1] * (shapes[input] as FeatureShape)[2],
  );
  return inputs[areas.indexOf(Math.max(...areas))] as number;
}

/** The tensors that make a layer: those of convolutions and linear layers, and no biases or norms. */
function weightsOf({ op }: NetworkNode, input: FeatureShape): readonly Parameter[] {
  return operatorOf(op)
    .parameters(op, input)
    .filter(({ role }) => role === "weight");
}

const keepsSize = ({ op }: NetworkNode) => op.kind === "pool" && op.stride[0] === 1 && op.stride[1] === 1;

interface Walk {
  readonly inputsOf: readonly (readonly number[])[];
  readonly shapes: readonly FeatureShape[];
  readonly paths: Float64Array;
}

/** Weights and multiply–accumulates of the convolutions and linear layers that a signal passes on its way. */
function liveCost(
  nodes: Network["nodes"],
  { inputsOf, shapes, paths }: Walk,
): { readonly paramCount: number; readonly macCount: number } {
  const isRead = new Uint8Array(nodes.length);
  isRead[nodes.length - 1] = 1;
  let [paramCount, macCount] = [0, 0];
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    if (isRead[index] === 0 || paths[index] === 0) continue;
    for (const input of inputsOf[index] as readonly number[]) isRead[input] = 1;
    const node = nodes[index] as NetworkNode;
    const output = shapes[index] as FeatureShape;
    const input = shapes[inputsOf[index]?.[0] ?? index] as FeatureShape;
    for (const { dims } of weightsOf(node, input)) paramCount += sizeOf(dims);
    macCount += operatorOf(node.op).macs(node.op, { input, output, normMacsPerElement: 0 });
  }
  return { paramCount, macCount };
}
