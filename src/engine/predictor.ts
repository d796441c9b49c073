// A trained network in inference mode: batch norm with running statistics, no dropout, weights as constants in
// standard ONNX operators, so that onnxruntime folds and lays them out itself. Any number of images at a time.
// It shares the network description with training and nothing of its lowering, which makes it a check on it.
import { GeniusError } from "../base/errors.ts";
import { createGraphBuilder, type GraphBuilder, openBatch, type Tensor } from "./graph/builder.ts";
import { liveNodes } from "./lower/network.ts";
import { inferShapes, type MapShape, type ModelNode } from "./model.ts";
import { asTensor, type ExecutionProvider, openSession } from "./session.ts";
import { layoutState, type Weights } from "./state.ts";
import { checkEnds } from "./training-graph.ts";

export interface PredictorOptions {
  readonly nodes: readonly ModelNode[];
  readonly weights: Weights;
  /** Threads of the session; 1 by default. */
  readonly threads?: number;
  readonly executionProvider?: ExecutionProvider;
}

export interface Predictor {
  /** Logits [N, classes] of images [N, C, H, W]; N is free. */
  run(images: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export async function createPredictor(options: PredictorOptions): Promise<Predictor> {
  const { nodes } = options;
  const { input, classCount } = checkEnds(nodes);
  const { bytes, output } = buildInferenceGraph(nodes, options.weights);
  const session = await openSession(bytes, {
    threads: options.threads ?? 1,
    executionProvider: options.executionProvider ?? "cpu",
    graph: "standard",
  });
  const imageSize = input[0] * input[1] * input[2];
  return {
    async run(images) {
      const count = images.length / imageSize;
      if (!Number.isInteger(count) || count < 1) {
        throw new GeniusError(
          "wrong-use",
          `Images must be a whole number of [${input.join(", ")}], ${imageSize} numbers each; received ${images.length} numbers.`,
        );
      }
      const results = await session.run({ images: asTensor(images, [count, ...input]) });
      const { data } = results[output] as { data: unknown };
      return (data as Float32Array).subarray(0, count * classCount);
    },
    dispose: () => session.release(),
  };
}

/** How many images have their largest logit at their label. `logits` is [N, classes]. */
export function countCorrect(logits: Float32Array, labels: ArrayLike<number>): number {
  const classCount = logits.length / labels.length;
  let correct = 0;
  for (let image = 0; image < labels.length; image += 1) {
    const start = image * classCount;
    let best = 0;
    for (let index = 1; index < classCount; index += 1) {
      if ((logits[start + index] as number) > (logits[start + best] as number)) best = index;
    }
    if (best === labels[image]) correct += 1;
  }
  return correct;
}

function buildInferenceGraph(
  nodes: readonly ModelNode[],
  weights: Weights,
): { bytes: Uint8Array; output: string } {
  const graph = createGraphBuilder();
  const shapes = inferShapes(nodes);
  const live = liveNodes(nodes);
  const constants = new Map(
    layoutState(nodes).places.map(({ name, dims, size }) => {
      const given = weights.get(name);
      if (given?.data.length !== size) {
        throw new GeniusError(
          "wrong-use",
          `The weights lack "${name}" with ${size} numbers ([${dims.join(", ")}]).`,
        );
      }
      return [name, graph.constant(given.data, dims)];
    }),
  );
  const tensors = new Map<string, Tensor>();
  for (const node of nodes) {
    if (!live.has(node.id)) continue;
    const shape = [openBatch, ...(shapes.get(node.id) as MapShape)];
    const inputs = node.inputs.map((id) => tensors.get(id) as Tensor);
    tensors.set(node.id, emitInference(graph, node, { inputs, shape, constants }));
  }
  const last = tensors.get((nodes.at(-1) as ModelNode).id) as Tensor;
  const flat = graph.emit("Flatten", [last], [openBatch, last.shape[1] as number], { axis: 1 });
  graph.output(flat);
  return { bytes: graph.encode(), output: flat.name };
}

/** One node in standard operators, in inference mode; its parameters are `constants`, by name. */
export function emitInference(
  graph: GraphBuilder,
  node: ModelNode,
  around: {
    readonly inputs: readonly Tensor[];
    readonly shape: readonly number[];
    readonly constants: ReadonlyMap<string, Tensor>;
  },
): Tensor {
  const { op } = node;
  const { inputs, shape, constants } = around;
  const [first] = inputs as readonly [Tensor];
  const parameter = (suffix: string) => constants.get(`${node.id}.${suffix}`);
  const square = (size: number) => [size, size];
  const window = (from: { kernel: number; stride: number; padding: number }) => ({
    kernel_shape: square(from.kernel),
    strides: square(from.stride),
    pads: [...square(from.padding), ...square(from.padding)],
  });
  switch (op.kind) {
    case "input":
      return graph.input("images", shape);
    case "conv":
      return graph.emit("Conv", [first, parameter("weight"), parameter("bias")], shape, {
        ...window(op),
        group: op.groups,
      });
    case "linear": {
      const flat = graph.emit("Flatten", [first], [], { axis: 1 });
      const product = graph.emit("Gemm", [flat, parameter("weight"), parameter("bias")], [], { transB: 1 });
      return graph.emit("Reshape", [product, graph.integers([0, op.outFeatures, 1, 1])], shape);
    }
    case "batch-norm": {
      const names = ["weight", "bias", "runningMean", "runningVariance"];
      return graph.emit("BatchNormalization", [first, ...names.map(parameter)], shape, {
        epsilon: { float: op.epsilon },
      });
    }
    case "activation":
      return emitActivation(graph, op.function, first);
    case "pool":
      return op.mode === "max"
        ? graph.emit("MaxPool", [first], shape, window(op))
        : graph.emit("AveragePool", [first], shape, {
            ...window(op),
            count_include_pad: Number(op.countPadding),
          });
    case "global-pool":
      return graph.emit("GlobalAveragePool", [first], shape);
    case "flatten":
      return graph.emit("Reshape", [first, graph.integers([0, shape[1] as number, 1, 1])], shape);
    case "add":
      return inputs.reduce((sum, tensor) => graph.emit("Add", [sum, tensor], shape));
    case "multiply":
      return graph.emit("Mul", inputs, shape);
    case "concat":
      return graph.emit("Concat", inputs, shape, { axis: 1 });
    case "scale":
      return graph.emit("Mul", [first, graph.constant(Float32Array.of(op.factor), [])], shape);
    case "zero": {
      // Zeros of a shape that depends on the batch: one channel, pooled to size, times 0, repeated.
      const pooled =
        op.stride === 1
          ? first
          : graph.emit("MaxPool", [first], shape, {
              kernel_shape: [1, 1],
              strides: square(op.stride),
            });
      const channel = graph.emit(
        "Slice",
        [pooled, graph.integers([0]), graph.integers([1]), graph.integers([1])],
        [],
      );
      const none = graph.emit("Mul", [channel, graph.constant(Float32Array.of(0), [])], []);
      return graph.emit("Expand", [none, graph.integers([1, op.outChannels, 1, 1])], shape);
    }
    case "dropout":
    case "drop-path":
      return first;
    case "mixture":
      throw new GeniusError(
        "wrong-use",
        `"${node.id}" is a mixture: choose one of its inputs before the network predicts.`,
      );
    default:
      throw new GeniusError("internal", `No operator for "${(op satisfies never as ModelNode["op"]).kind}".`);
  }
}

function emitActivation(
  graph: GraphBuilder,
  name: Extract<ModelNode["op"], { kind: "activation" }>["function"],
  x: Tensor,
): Tensor {
  const number = (value: number) => graph.constant(Float32Array.of(value), []);
  switch (name) {
    case "relu":
      return graph.emit("Relu", [x], x.shape);
    case "relu6":
      return graph.emit("Clip", [x, number(0), number(6)], x.shape);
    case "hard-swish":
      return graph.emit("HardSwish", [x], x.shape);
    case "hard-sigmoid":
      return graph.emit("HardSigmoid", [x], x.shape, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    case "sigmoid":
      return graph.emit("Sigmoid", [x], x.shape);
    case "silu":
      return graph.emit("Mul", [x, graph.emit("Sigmoid", [x], x.shape)], x.shape);
    default:
      throw new GeniusError("internal", `No operator for the activation "${name satisfies never}".`);
  }
}
