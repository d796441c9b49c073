// One network node as ONNX operators, for inference: the operator's own form, given its inputs in the form it takes.
// Maps are [N, C, H, W] and vectors [N, features]. Batch norms arrive here only when they could not be folded.
import type { NetworkNode } from "../network.ts";
import type { FeatureShape, OnnxWriter } from "../operator.ts";
import { operatorOf } from "../ops/index.ts";

/** A value of the graph: its ONNX name, its shape without the batch, and whether it is stored as a vector. */
export interface Value {
  readonly name: string;
  readonly shape: FeatureShape;
  readonly flat: boolean;
}

/** Adds the operators of `node` and returns the name of its output. */
export function emitNode(
  graph: OnnxWriter,
  node: NetworkNode,
  around: { readonly inputs: readonly Value[]; readonly shape: FeatureShape },
): string {
  const { id, op } = node;
  const { inputs, shape } = around;
  const operator = operatorOf(op);
  const flat = operator.takes !== "map" && inputs.every((value) => value.flat);
  return operator.onnx(op, {
    id,
    graph,
    inputs:
      operator.takes === "vector"
        ? inputs.map((value) => asVector(graph, value, id))
        : alike(graph, { inputs, flat, id }),
    inputShape: inputs[0]?.shape ?? shape,
    shape,
    flat,
  });
}

/** The value as [N, features]. */
function asVector(graph: OnnxWriter, value: Value, reader: string): string {
  return value.flat ? value.name : graph.emit("Flatten", `${reader}.flatten`, [value.name], { axis: 1 });
}

/** The value as [N, C, H, W]. */
function asMap(graph: OnnxWriter, value: Value, reader: string): string {
  if (!value.flat) return value.name;
  const name = `${reader}.as-map.${value.name}`;
  const shape = graph.constant(`${name}.shape`, [4], BigInt64Array.from([0, ...value.shape], BigInt));
  return graph.emit("Reshape", name, [value.name, shape]);
}

/** The names of all values in one form: vectors if `flat`, maps otherwise. */
function alike(
  graph: OnnxWriter,
  { inputs, flat, id }: { readonly inputs: readonly Value[]; readonly flat: boolean; readonly id: string },
): string[] {
  if (flat) return inputs.map((value) => value.name);
  const known = new Map<string, string>();
  return inputs.map((value) => {
    const name = known.get(value.name) ?? asMap(graph, value, id);
    known.set(value.name, name);
    return name;
  });
}
