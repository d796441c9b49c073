// One network node as ONNX operators, for inference. Maps are [N, C, H, W] and vectors [N, features]; where a
// node needs the other of the two, it is reshaped. Batch norms arrive here only when they could not be folded.

import type { ActivationName, FeatureShape, NetworkNode } from "../network.ts";
import type { OnnxNode, OnnxTensor } from "../onnx/index.ts";

export type EmitArguments = [inputs: readonly string[], attributes?: NonNullable<OnnxNode["attributes"]>];

/** What the exporter's parts write into. */
export interface OnnxWriter {
  /** Adds a constant and returns its name. */
  constant(name: string, dims: readonly number[], data: OnnxTensor["data"]): string;
  /** Adds a node called `name` and returns the name of its output. */
  emit(operator: string, name: string, ...rest: EmitArguments): string;
}

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
  const first = inputs[0] as Value;
  const parameter = (part: string) => `${id}.${part}`;
  switch (op.kind) {
    case "input":
      return "images";
    case "conv": {
      const names = [asMap(graph, first, id), parameter("weight"), ...(op.bias ? [parameter("bias")] : [])];
      return graph.emit("Conv", id, names, { ...windowOf(op), group: op.groups });
    }
    case "linear": {
      const vector = first.flat
        ? first.name
        : graph.emit("Flatten", `${id}.flatten`, [first.name], { axis: 1 });
      const names = [vector, parameter("weight"), ...(op.bias ? [parameter("bias")] : [])];
      return graph.emit("Gemm", id, names, { transB: 1 });
    }
    case "batch-norm": {
      const names = ["weight", "bias", "runningMean", "runningVariance"].map(parameter);
      return graph.emit("BatchNormalization", id, [first.name, ...names], { epsilon: { float: op.epsilon } });
    }
    case "activation":
      return emitActivation(graph, { id, name: op.function, input: first.name });
    case "pool": {
      const map = asMap(graph, first, id);
      if (op.mode === "max") return graph.emit("MaxPool", id, [map], windowOf(op));
      return graph.emit("AveragePool", id, [map], {
        ...windowOf(op),
        count_include_pad: Number(op.countPadding),
      });
    }
    case "global-pool":
      return graph.emit("GlobalAveragePool", id, [asMap(graph, first, id)]);
    case "flatten":
      return first.flat ? first.name : graph.emit("Flatten", id, [first.name], { axis: 1 });
    case "add":
    case "multiply": {
      const operator = op.kind === "add" ? "Add" : "Mul";
      const names = alike(graph, inputs, id);
      return names
        .slice(1)
        .reduce(
          (left, right, index) =>
            graph.emit(operator, index === names.length - 2 ? id : `${id}.${index + 1}`, [left, right]),
          names[0] as string,
        );
    }
    case "concat":
      return graph.emit("Concat", id, alike(graph, inputs, id), { axis: 1 });
    case "scale":
      return graph.emit("Mul", id, [
        first.name,
        graph.constant(`${id}.factor`, [], Float32Array.of(op.factor)),
      ]);
    case "zero": {
      const batch = graph.emit("Shape", `${id}.batch`, [first.name], { start: 0, end: 1 });
      const rest = graph.constant(`${id}.shape`, [3], BigInt64Array.from(shape, BigInt));
      const size = graph.emit("Concat", `${id}.size`, [batch, rest], { axis: 0 });
      return graph.emit("ConstantOfShape", id, [size]);
    }
    case "dropout":
    case "drop-path":
      return first.name;
    default:
      return op satisfies never;
  }
}

function windowOf(op: { readonly kernel: number; readonly stride: number; readonly padding: number }) {
  const square = (size: number) => [size, size];
  return {
    kernel_shape: square(op.kernel),
    strides: square(op.stride),
    pads: [...square(op.padding), ...square(op.padding)],
  };
}

/** The value as [N, C, H, W]. */
function asMap(graph: OnnxWriter, value: Value, reader: string): string {
  if (!value.flat) return value.name;
  const name = `${reader}.as-map.${value.name}`;
  const shape = graph.constant(`${name}.shape`, [4], BigInt64Array.from([0, ...value.shape], BigInt));
  return graph.emit("Reshape", name, [value.name, shape]);
}

/** The names of all values in one form: vectors if all are, maps otherwise. */
function alike(graph: OnnxWriter, values: readonly Value[], reader: string): string[] {
  if (values.every((value) => value.flat)) return values.map((value) => value.name);
  const known = new Map<string, string>();
  return values.map((value) => {
    const name = known.get(value.name) ?? asMap(graph, value, reader);
    known.set(value.name, name);
    return name;
  });
}

function emitActivation(
  graph: OnnxWriter,
  node: { readonly id: string; readonly name: ActivationName; readonly input: string },
): string {
  const { id, name, input } = node;
  switch (name) {
    case "relu":
      return graph.emit("Relu", id, [input]);
    case "relu6": {
      const bound = (part: string, value: number) =>
        graph.constant(`${id}.${part}`, [], Float32Array.of(value));
      return graph.emit("Clip", id, [input, bound("min", 0), bound("max", 6)]);
    }
    case "hard-swish":
      return graph.emit("HardSwish", id, [input]);
    case "hard-sigmoid":
      return graph.emit("HardSigmoid", id, [input], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    case "sigmoid":
      return graph.emit("Sigmoid", id, [input]);
    case "silu":
      return graph.emit("Mul", id, [input, graph.emit("Sigmoid", `${id}.gate`, [input])]);
    default:
      return name satisfies never;
  }
}
