// Facts about a network's graph that inference needs: which nodes reach the output, which zeros an addition can
// leave out, and which values are flat vectors. Shared by the ONNX and the PyTorch export; writes neither.
import { liveNodes, type Network, type NetworkNode } from "../network.ts";
import { operatorOf } from "../ops/index.ts";
import { inferShapes, type Shapes } from "../shapes.ts";

/**
 * The same function of the input with fewer nodes: zeros are left out of additions, an addition of one remaining
 * value is that value, and what no longer reaches the output is gone (but for the input).
 */
export function withoutZeros(network: Network): Network {
  const standsFor = new Map<string, string>();
  const zeros = new Set<string>();
  const kept: NetworkNode[] = [];
  for (const node of network.nodes) {
    const inputs = node.inputs.map((id) => standsFor.get(id) ?? id);
    if (node.op.kind === "zero") zeros.add(node.id);
    if (node.op.kind === "add") {
      const terms = inputs.filter((id) => !zeros.has(id));
      if (terms.length < 2) {
        // Of zeros alone the sum is the first of them.
        standsFor.set(node.id, terms[0] ?? (inputs[0] as string));
        continue;
      }
      kept.push({ ...node, inputs: terms });
    } else kept.push({ ...node, inputs });
  }
  const last = network.nodes.at(-1)?.id as string;
  const output = standsFor.get(last) ?? last;
  const live = liveNodes(kept, output);
  const nodes = kept.filter(({ id, op }) => live.has(id) || op.kind === "input");
  // The output is the last node by contract; what followed it does not reach it.
  return { ...network, nodes };
}

/** What is left of a network in inference, with the shape of each node. */
export interface InferenceGraph {
  readonly nodes: readonly NetworkNode[];
  readonly shapes: Shapes;
}

export function inferenceGraph(network: Network): InferenceGraph {
  const { nodes } = withoutZeros(network);
  return { nodes, shapes: inferShapes(nodes) };
}

/** Ids of the nodes whose output is a vector [N, features] rather than a map [N, C, H, W]. */
export function flatNodes(nodes: readonly NetworkNode[]): ReadonlySet<string> {
  const flat = new Set<string>();
  for (const { id, inputs, op } of nodes) {
    const { gives } = operatorOf(op);
    if (gives === "vector" || (gives === "alike" && inputs.every((input) => flat.has(input)))) flat.add(id);
  }
  return flat;
}
