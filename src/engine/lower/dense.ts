// Linear layers, which are also 1 × 1 convolutions on maps of size 1 × 1: one matrix product for the whole batch. A map
// is read as one long vector.
import { volume } from "../../graph/operator.ts";
import { reduceSum, reshape } from "../tensor-graph/operations.ts";
import type { Lowered, LoweringContext, LoweringRule, NodeOf, Surroundings } from "./context.ts";
import { featureMap, read, tensorShape } from "./feature-map.ts";

export const linear: LoweringRule<"linear"> = {
  train: lowerLinear,
  predict({ op }, { graph, inputs, shape, parameter }) {
    const flat = graph.emit("Flatten", inputs, [], { axis: 1 });
    const product = graph.emit("Gemm", [flat, parameter("weight"), parameter("bias")], [], { transB: 1 });
    return graph.emit("Reshape", [product, graph.integers([0, op.outFeatures, 1, 1])], shape);
  },
};

export function lowerLinear(
  context: LoweringContext,
  node: NodeOf<"linear" | "conv">,
  around: Surroundings,
): Lowered {
  const { graph, batch } = context;
  const inputs = volume(around.input.shape);
  const [outputs] = around.outputShape;
  const { bias } = node.op;
  const x = reshape(graph, read(context, around.input, "plain"), [batch, inputs]);
  const weight = reshape(graph, context.parameter(`${node.id}.weight`), [outputs, inputs]);
  const operands = bias ? [x, weight, context.parameter(`${node.id}.bias`)] : [x, weight];
  const y = graph.emit("Gemm", operands, [batch, outputs], { transB: 1 });
  return {
    output: featureMap(around.outputShape, "plain", reshape(graph, y, [batch, outputs, 1, 1])),
    backward(gradient) {
      const dy = reshape(graph, read(context, gradient, "plain"), [batch, outputs]);
      context.gradient(`${node.id}.weight`, graph.emit("Gemm", [dy, x], [outputs, inputs], { transA: 1 }));
      if (bias) context.gradient(`${node.id}.bias`, reduceSum(graph, dy, [0]));
      if (!around.inputNeedsGradient) return [undefined];
      const flat = graph.emit("Gemm", [dy, weight], [batch, inputs]);
      const dx = reshape(graph, flat, tensorShape(context, around.input.shape, "plain"));
      return [featureMap(around.input.shape, "plain", dx)];
    },
  };
}
