// Linear layers, which are also 1 × 1 convolutions on maps of size 1 × 1: one matrix product for the whole batch.
import { reduceSum, reshape } from "../graph/operations.ts";
import type { ModelOp } from "../model.ts";
import type { Lowered, LoweringContext, Surroundings } from "./context.ts";
import { featureMap, read } from "./feature-map.ts";

export function lowerLinear(
  context: LoweringContext,
  node: { readonly id: string; readonly op: Extract<ModelOp, { kind: "linear" | "conv" }> },
  around: Surroundings,
): Lowered {
  const { graph, batch } = context;
  const [inputs] = around.input.shape;
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
      const dx = reshape(graph, graph.emit("Gemm", [dy, weight], [batch, inputs]), [batch, inputs, 1, 1]);
      return [featureMap(around.input.shape, "plain", dx)];
    },
  };
}
