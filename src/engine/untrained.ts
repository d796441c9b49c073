// What an untrained network does with its input: which activations each image switches on, and how strongly all paths
// from input to output conduct. Two measurements in one forward pass each, written in the predictor's standard
// operators. Knows nothing of what the numbers are good for.
import { GeniusError } from "../base/errors.ts";
import { liveNodes, type NetworkNode } from "../graph/network.ts";
import type { FeatureShape } from "../graph/operator.ts";
import { activations } from "../graph/ops/activation.ts";
import { inferShapes } from "../graph/shapes.ts";
import type { Weights } from "../graph/weights.ts";
import { ruleOf } from "./lower/table.ts";
import { emitInference } from "./predictor.ts";
import { asTensor, openSession } from "./session.ts";
import { layoutState } from "./state.ts";
import { createGraphBuilder, type GraphBuilder, type Tensor } from "./tensor-graph/builder.ts";
import { checkEnds } from "./training-graph.ts";

export interface UntrainedOptions {
  readonly nodes: readonly NetworkNode[];
  readonly weights: Weights;
  /** Threads of the session; 1 by default. */
  readonly threads?: number;
}

/**
 * In how many rectifying activations (of ReLU's kind: gates do not count) two images are alike, switched on or off in
 * both: [N, N], row-major, for images [N, C, H, W]. Batch norm takes the batch's own statistics.
 */
export async function activationAgreement(
  options: UntrainedOptions,
  images: Float32Array,
): Promise<Float64Array> {
  const { input } = checkEnds(options.nodes);
  const count = images.length / (input[0] * input[1] * input[2]);
  const graph = createGraphBuilder();
  let total: Tensor | undefined;
  let switches = 0;
  const scalar = (value: number) => graph.constant(Float32Array.of(value), []);
  walk(graph, options, count, (node, inputs, plain) => {
    const [first] = inputs as readonly [Tensor];
    if (node.op.kind === "batch-norm") return batchNorm(graph, first, node.op.epsilon);
    if (node.op.kind !== "activation" || isGate(node)) return plain();
    const isOn = graph.emit("Cast", [graph.emit("Greater", [first, scalar(0)], first.shape)], first.shape, {
      to: 1,
    });
    const signs = graph.emit("Sub", [graph.emit("Mul", [isOn, scalar(2)], []), scalar(1)], []);
    const flat = graph.emit("Flatten", [signs], [], { axis: 1 });
    const product = graph.emit("Gemm", [flat, flat], [count, count], { transB: 1 });
    total = total === undefined ? product : graph.emit("Add", [total, product], [count, count]);
    switches += first.shape.slice(1).reduce((size, length) => size * length, 1);
    return plain();
  });
  if (total === undefined) return new Float64Array(count * count);
  graph.output(total);
  const result = await runOnce(graph, options, { images, dims: [count, ...input], output: total.name });
  // The sum over ±1 counts agreements less disagreements.
  return Float64Array.from(result, (value) => (value + switches) / 2);
}

/**
 * The logarithm of Σ |θ · ∂R/∂θ| over the weights θ of all convolutions and linear layers, R being the sum of the
 * outputs for an image of ones when all weights are made positive and nothing else is in the way: biases and batch
 * norms are left out, activations pass everything, a maximum is an average, a gate is open. −Infinity where no path
 * leads from input to output. @see Tanaka et al. 2020, https://arxiv.org/abs/2006.05467
 *
 * For positive weights the sum is the derivative of R along θ, so a forward pass with it in the second row of the
 * batch finds it. Maps are scaled to 1 as they go, and the scale's logarithm goes along: deep networks would overflow.
 */
export async function logPathFlow(options: UntrainedOptions): Promise<number> {
  const { input } = checkEnds(options.nodes);
  const graph = createGraphBuilder();
  const logScales = new Map<string, Tensor>();
  const scalar = (value: number) => graph.constant(Float32Array.of(value), [1, 1, 1, 1]);
  // The derivative of a layer's output along its own weights is its output for the value.
  const withOwn = graph.constant(Float32Array.of(1, 0, 1, 1), [2, 2]);
  const rescaled = (map: Tensor, by: Tensor) => graph.emit("Mul", [map, by], map.shape);
  const positive = new Map(
    [...options.weights].map(([name, { dims, data }]) => [name, { dims, data: data.map(Math.abs) }]),
  );
  const last = walk(graph, { ...options, weights: positive }, 2, (node, inputs, plain, shape) => {
    const [first] = inputs as readonly [Tensor];
    const logs = node.inputs.map((id) => logScales.get(id) as Tensor);
    const passOn = (tensor: Tensor, log = logs[0] as Tensor) => {
      logScales.set(node.id, log);
      return tensor;
    };
    const { op } = node;
    if (op.kind === "input") return passOn(plain(), scalar(0));
    const { paths } = ruleOf(op.kind);
    switch (paths) {
      case "layer": {
        const flat = graph.emit("Flatten", [plain()], [], { axis: 1 });
        const both = graph.emit("MatMul", [withOwn, flat], []);
        const map = graph.emit("Reshape", [both, graph.integers(shape)], shape);
        const most = graph.emit("Max", [graph.emit("ReduceMax", [map], [1, 1, 1, 1]), scalar(1e-30)], []);
        const log = graph.emit("Add", [logs[0] as Tensor, graph.emit("Log", [most], [])], [1, 1, 1, 1]);
        return passOn(graph.emit("Div", [map, most], shape), log);
      }
      case "join": {
        const log = graph.emit("Max", logs, [1, 1, 1, 1]);
        const alike = inputs.map((map, index) =>
          rescaled(
            map,
            graph.emit("Exp", [graph.emit("Sub", [logs[index] as Tensor, log], [1, 1, 1, 1])], [1, 1, 1, 1]),
          ),
        );
        return passOn(plain(alike), log);
      }
      case "open":
        return passOn(first);
      case "linear":
        return passOn(plain());
      case "own":
        if (op.kind === "pool") return passOn(plain(inputs, { ...node, op: { ...op, mode: "average" } }));
        if (op.kind === "scale") return passOn(rescaled(first, scalar(Math.abs(op.factor))));
        if (op.kind === "multiply") return passOn(gated(first, inputs[1] as Tensor));
        throw new GeniusError("internal", `Paths through "${op.kind}" have no rule.`);
      default:
        return paths satisfies never;
    }
  });
  const sums = graph.emit("ReduceSum", [last.tensor, graph.integers([1, 2, 3])], [2, 1, 1, 1]);
  const result = graph.emit(
    "Add",
    [graph.emit("Log", [sums], []), logScales.get(last.id) as Tensor],
    [2, 1, 1, 1],
  );
  graph.output(result);
  const size = input[0] * input[1] * input[2];
  const images = new Float32Array(2 * size).fill(1, 0, size);
  const logs = await runOnce(graph, options, { images, dims: [2, ...input], output: result.name });
  return logs[1] as number;
}

const isGate = ({ op }: NetworkNode) => op.kind === "activation" && activations[op.function].gate;

/** The factor that is a map; the other one opens or closes its channels. */
function gated(first: Tensor, second: Tensor): Tensor {
  const area = ({ shape }: Tensor) => (shape[2] as number) * (shape[3] as number);
  return area(first) >= area(second) ? first : second;
}

type Emit = (
  node: NetworkNode,
  inputs: readonly Tensor[],
  /** The node as the predictor emits it, for other inputs or another node if wished. */
  plain: (inputs?: readonly Tensor[], as?: NetworkNode) => Tensor,
  shape: readonly number[],
) => Tensor;

/** Emits all live nodes for `count` images; gives the last one's tensor. */
function walk(
  graph: GraphBuilder,
  { nodes, weights }: UntrainedOptions,
  count: number,
  emit: Emit,
): { readonly id: string; readonly tensor: Tensor } {
  const shapes = inferShapes(nodes);
  const live = liveNodes(nodes);
  const constants = new Map(
    layoutState(nodes)
      .places.filter(({ role }) => role === "weight")
      .map(({ name, dims }) => [name, graph.constant(weights.get(name)?.data as Float32Array, dims)]),
  );
  const tensors = new Map<string, Tensor>();
  let last: { readonly id: string; readonly tensor: Tensor } | undefined;
  for (const node of nodes) {
    if (!live.has(node.id)) continue;
    const shape = [count, ...(shapes.get(node.id) as FeatureShape)];
    const inputs = node.inputs.map((id) => tensors.get(id) as Tensor);
    const plain = (others: readonly Tensor[] = inputs, as: NetworkNode = node) =>
      emitInference(graph, as, { inputs: others, shape, constants });
    const { name } = emit(node, inputs, plain, shape);
    last = { id: node.id, tensor: { name, shape } };
    tensors.set(node.id, last.tensor);
  }
  return last as { readonly id: string; readonly tensor: Tensor };
}

/** Batch norm with the batch's own statistics, scale 1 and shift 0. */
function batchNorm(graph: GraphBuilder, map: Tensor, epsilon: number): Tensor {
  const perChannel = { axes: [0, 2, 3], keepdims: 1 };
  const mean = graph.emit("ReduceMean", [map], [], perChannel);
  const centred = graph.emit("Sub", [map, mean], map.shape);
  const variance = graph.emit("ReduceMean", [graph.emit("Mul", [centred, centred], [])], [], perChannel);
  const padded = graph.emit("Add", [variance, graph.constant(Float32Array.of(epsilon), [])], []);
  return graph.emit("Div", [centred, graph.emit("Sqrt", [padded], [])], map.shape);
}

async function runOnce(
  graph: GraphBuilder,
  { threads = 1 }: UntrainedOptions,
  { images, dims, output }: { images: Float32Array; dims: readonly number[]; output: string },
): Promise<Float32Array> {
  const session = await openSession(graph.encode(), { threads, executionProvider: "cpu", graph: "lowered" });
  try {
    const results = await session.run({ images: asTensor(images, dims) });
    return Float32Array.from((results[output] as { data: unknown }).data as Float32Array);
  } finally {
    await session.release();
  }
}
