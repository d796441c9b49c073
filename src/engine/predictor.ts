// A trained network in inference mode: batch norm with running statistics, no dropout, weights as constants in
// standard ONNX operators, so that onnxruntime folds and lays them out itself. Any number of images at a time.
// It shares the network description with training and the exporters, and nothing of how either computes: each rule has
// its own form for it (lower/table.ts), which makes it a check on both.
import { GeniusError } from "../base/errors.ts";
import { liveNodes, type NetworkNode } from "../graph/network.ts";
import type { FeatureShape } from "../graph/operator.ts";
import { inferShapes } from "../graph/shapes.ts";
import type { Weights } from "../graph/weights.ts";
import type { NodeOf } from "./lower/context.ts";
import { type ComputedKind, ruleOf } from "./lower/table.ts";
import { asTensor, type ExecutionProvider, openSession } from "./session.ts";
import { layoutState } from "./state.ts";
import { createGraphBuilder, type GraphBuilder, openBatch, type Tensor } from "./tensor-graph/builder.ts";
import { checkEnds } from "./training-graph.ts";

export interface PredictorOptions {
  readonly nodes: readonly NetworkNode[];
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
  nodes: readonly NetworkNode[],
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
    const shape = [openBatch, ...(shapes.get(node.id) as FeatureShape)];
    const inputs = node.inputs.map((id) => tensors.get(id) as Tensor);
    tensors.set(node.id, emitInference(graph, node, { inputs, shape, constants }));
  }
  const last = tensors.get((nodes.at(-1) as NetworkNode).id) as Tensor;
  const flat = graph.emit("Flatten", [last], [openBatch, last.shape[1] as number], { axis: 1 });
  graph.output(flat);
  return { bytes: graph.encode(), output: flat.name };
}

/** One node in standard operators, in inference mode; its parameters are `constants`, by name. */
export function emitInference(
  graph: GraphBuilder,
  node: NetworkNode,
  around: {
    readonly inputs: readonly Tensor[];
    readonly shape: readonly number[];
    readonly constants: ReadonlyMap<string, Tensor>;
  },
): Tensor {
  const { inputs, shape, constants } = around;
  if (node.op.kind === "input") return graph.input("images", shape);
  return ruleOf(node.op.kind).predict(node as NodeOf<ComputedKind>, {
    graph,
    inputs,
    shape,
    parameter: (part) => constants.get(`${node.id}.${part}`),
  });
}
