// Activations, element by element, in whatever layout the input has. Masks come from a hard sigmoid of huge slope,
// a step function that onnxruntime runs at the speed of memory (Greater and Where take six times as long).
import { GeniusError } from "../../base/errors.ts";
import type { ActivationName } from "../../graph/ops/activation.ts";
import type { GraphBuilder, Tensor } from "../tensor-graph/builder.ts";
import { add, multiply, scalar, subtract, unary } from "../tensor-graph/operations.ts";
import type { LoweringRule } from "./context.ts";
import { featureMap, layoutOf, read } from "./feature-map.ts";

export const activation: LoweringRule<"activation"> = {
  train(context, { op }, { input }) {
    const layout = layoutOf(input);
    const { output, derivative } = emitActivation(context.graph, op.function, read(context, input, layout));
    return {
      output: featureMap(input.shape, layout, output),
      backward(gradient) {
        const dx = multiply(context.graph, read(context, gradient, layout), derivative());
        return [featureMap(input.shape, layout, dx)];
      },
    };
  },
  predict: ({ op }, { graph, inputs }) => predicted(graph, op.function, inputs[0] as Tensor),
};

/** 1 where the value is positive, 0 elsewhere. */
export function positive(graph: GraphBuilder, value: Tensor): Tensor {
  return unary(graph, "HardSigmoid", value, { alpha: { float: 1e30 }, beta: { float: 0 } });
}

/** The activation of x, and a function that emits its derivative there. */
function emitActivation(
  graph: GraphBuilder,
  name: ActivationName,
  x: Tensor,
): { output: Tensor; derivative: () => Tensor } {
  const one = () => scalar(graph, 1);
  const clip = (value: Tensor, high: number) =>
    graph.emit("Clip", [value, scalar(graph, 0), scalar(graph, high)], value.shape);
  const hardSigmoid = () => unary(graph, "HardSigmoid", x, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  // 1 strictly between 0 and 1, where a clipped value still moves.
  const inside = (value: Tensor) => positive(graph, multiply(graph, value, subtract(graph, one(), value)));
  switch (name) {
    case "relu": {
      const output = unary(graph, "Relu", x);
      return { output, derivative: () => positive(graph, output) };
    }
    case "relu6": {
      const output = clip(x, 6);
      const room = () => subtract(graph, scalar(graph, 6), output);
      return { output, derivative: () => positive(graph, multiply(graph, output, room())) };
    }
    case "hard-sigmoid": {
      const output = hardSigmoid();
      return { output, derivative: () => multiply(graph, inside(output), 1 / 6) };
    }
    case "hard-swish": {
      const gate = hardSigmoid();
      // gate + x / 6 inside, and x / 6 = gate − 1 / 2 there.
      const derivative = () =>
        add(graph, gate, multiply(graph, subtract(graph, gate, scalar(graph, 0.5)), inside(gate)));
      return { output: multiply(graph, x, gate), derivative };
    }
    case "sigmoid": {
      const output = unary(graph, "Sigmoid", x);
      return { output, derivative: () => multiply(graph, output, subtract(graph, one(), output)) };
    }
    case "silu": {
      const gate = unary(graph, "Sigmoid", x);
      const output = multiply(graph, x, gate);
      const derivative = () => add(graph, gate, multiply(graph, output, subtract(graph, one(), gate)));
      return { output, derivative };
    }
    case "gelu": {
      // x · Φ(x), and Φ(x) + x · φ(x).
      const erf = unary(graph, "Erf", multiply(graph, x, Math.SQRT1_2));
      const below = multiply(graph, add(graph, erf, one()), 0.5);
      const derivative = () => {
        const bell = unary(graph, "Exp", multiply(graph, multiply(graph, x, x), -0.5));
        return add(graph, below, multiply(graph, x, multiply(graph, bell, 1 / Math.sqrt(2 * Math.PI))));
      };
      return { output: multiply(graph, x, below), derivative };
    }
    default:
      throw new RangeError(`unknown activation ${name satisfies never}`);
  }
}

/** The same in inference. */
function predicted(graph: GraphBuilder, name: ActivationName, x: Tensor): Tensor {
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
    case "gelu": {
      // Half of x times the complement of erf(−x / √2).
      const erf = graph.emit("Erf", [graph.emit("Mul", [x, number(-Math.SQRT1_2)], x.shape)], x.shape);
      const half = graph.emit("Mul", [x, number(0.5)], x.shape);
      return graph.emit("Sub", [half, graph.emit("Mul", [half, erf], x.shape)], x.shape);
    }
    default:
      throw new GeniusError("internal", `No operator for the activation "${name satisfies never}".`);
  }
}
