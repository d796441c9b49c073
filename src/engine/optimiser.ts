// The optimisers as operations on whole state vectors inside the training graph: SGD with (Nesterov) momentum and
// AdamW, in PyTorch's definitions, with clipping by global norm and decay that skips biases and norms.
import { GeniusError } from "../base/errors.ts";
import type { GraphBuilder, Tensor } from "./tensor-graph/builder.ts";
import { add, divide, multiply, scalar, subtract, unary } from "./tensor-graph/operations.ts";

export type Optimiser =
  | {
      readonly kind: "sgd";
      /** 0 to 1. */
      readonly momentum: number;
      readonly nesterov: boolean;
      /** Added to the gradient as weightDecay · weight. */
      readonly weightDecay: number;
    }
  | {
      readonly kind: "adamw";
      /** 0.9 by default. */
      readonly beta1?: number;
      /** 0.999 by default. */
      readonly beta2?: number;
      /** 1e-8 by default. */
      readonly epsilon?: number;
      /** Decoupled: weights shrink by learningRate · weightDecay in each step. */
      readonly weightDecay: number;
    };

/** The state vectors, each as long as the parameters, that an optimiser keeps beside them. */
export function optimiserVectors(optimiser: Optimiser): readonly string[] {
  return optimiser.kind === "sgd" ? ["momentum"] : ["momentum", "secondMoment"];
}

/** Values of AdamW's inputs `firstCorrection` and `secondCorrection` in a step, counted from 1; 1 for SGD. */
export function biasCorrections(
  optimiser: Optimiser,
  step: number,
): readonly [first: number, second: number] {
  if (optimiser.kind === "sgd") return [1, 1];
  const { beta1 = 0.9, beta2 = 0.999 } = optimiser;
  return [1 / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
}

export interface UpdateInputs {
  readonly parameters: Tensor;
  readonly gradient: Tensor;
  /** In the order of optimiserVectors. */
  readonly vectors: readonly Tensor[];
  /** The weight decay of each parameter. */
  readonly decay: Float32Array;
  readonly learningRate: Tensor;
  /** A factor of the learning rate for each parameter; all 1 where it is absent. */
  readonly rateFactors?: Float32Array | undefined;
}

/** Emits the update; gives the new parameters and the new optimiser vectors. */
export function emitUpdate(
  graph: GraphBuilder,
  optimiser: Optimiser,
  inputs: UpdateInputs,
): { readonly parameters: Tensor; readonly vectors: readonly Tensor[] } {
  const { parameters, gradient, rateFactors } = inputs;
  const learningRate =
    rateFactors === undefined
      ? inputs.learningRate
      : multiply(graph, graph.constant(rateFactors, parameters.shape), inputs.learningRate);
  const decay = () => graph.constant(inputs.decay, parameters.shape);
  switch (optimiser.kind) {
    case "sgd": {
      const { momentum, nesterov, weightDecay } = optimiser;
      const total = weightDecay === 0 ? gradient : add(graph, gradient, multiply(graph, parameters, decay()));
      const velocity = add(graph, multiply(graph, inputs.vectors[0] as Tensor, momentum), total);
      const direction = nesterov ? add(graph, total, multiply(graph, velocity, momentum)) : velocity;
      return {
        parameters: subtract(graph, parameters, multiply(graph, direction, learningRate)),
        vectors: [velocity],
      };
    }
    case "adamw": {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay } = optimiser;
      const [oldFirst, oldSecond] = inputs.vectors as readonly [Tensor, Tensor];
      const average = (old: Tensor, value: Tensor, beta: number) =>
        add(graph, multiply(graph, old, beta), multiply(graph, value, 1 - beta));
      const first = average(oldFirst, gradient, beta1);
      const second = average(oldSecond, multiply(graph, gradient, gradient), beta2);
      const root = multiply(graph, unary(graph, "Sqrt", second), graph.input("secondCorrection", []));
      const rate = multiply(graph, learningRate, graph.input("firstCorrection", []));
      const change = divide(graph, multiply(graph, first, rate), add(graph, root, scalar(graph, epsilon)));
      const shrunk =
        weightDecay === 0
          ? parameters
          : subtract(graph, parameters, multiply(graph, multiply(graph, parameters, decay()), learningRate));
      return { parameters: subtract(graph, shrunk, change), vectors: [first, second] };
    }
    default:
      throw new GeniusError(
        "wrong-use",
        `There is no optimiser "${(optimiser satisfies never as Optimiser).kind}".`,
      );
  }
}

/** Scales a gradient so that its norm is at most `limit`, as PyTorch's clip_grad_norm_. */
export function emitClip(graph: GraphBuilder, gradient: Tensor, limit: number): Tensor {
  const square = graph.emit("ReduceSumSquare", [gradient], [], { keepdims: 0 });
  const norm = add(graph, unary(graph, "Sqrt", square), scalar(graph, 1e-6));
  const factor = graph.emit("Min", [divide(graph, scalar(graph, limit), norm), scalar(graph, 1)], []);
  return multiply(graph, gradient, factor);
}
