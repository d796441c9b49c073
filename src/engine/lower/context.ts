// What a lowering rule may ask for: the graph under construction, parameters, a place for their gradients, running
// statistics and uniform random numbers. A rule emits the forward formulation of one operator and returns the
// function that emits its backward formulation; no rule knows its neighbours, the optimiser or the session.

import type { NetworkNode } from "../../graph/network.ts";
import type { FeatureShape, ParameterPart } from "../../graph/operator.ts";
import type { OperationKind, OperatorKind } from "../../graph/ops/index.ts";
import type { GraphBuilder, Tensor } from "../tensor-graph/builder.ts";

/** How a map is stored; feature-map.ts says what each means and converts between them. */
export type Layout = "plain" | "blocked";

export interface FeatureMap {
  readonly shape: FeatureShape;
  /** Known to be all zeros, so that sums can leave it out. */
  readonly zero: boolean;
  readonly layouts: { plain?: Tensor; blocked?: Tensor };
}

/** What the graph is written for. */
export interface Target {
  /** Channels per block of onnxruntime's blocked convolutions on this processor; 1 where there are none. */
  readonly blockSize: number;
  /** Whether onnxruntime's own operators (com.microsoft) may be used; false gives a portable graph. */
  readonly microsoft: boolean;
}

/** A rearrangement: element i of the result is element `indices[i]` of the source, or zero where that is −1. */
export interface Arrangement {
  readonly shape: readonly number[];
  readonly indices: Int32Array;
}

export interface LoweringContext {
  readonly graph: GraphBuilder;
  readonly batch: number;
  readonly target: Target;
  /** The value of a parameter, in its own layout or rearranged. */
  parameter(name: string, arrangement?: Arrangement): Tensor;
  /**
   * States a parameter's gradient. With `indices`, element i of the parameter has its gradient in element
   * `indices[i]` of `gradient`.
   */
  gradient(name: string, gradient: Tensor, indices?: Int32Array): void;
  /**
   * States a statistic of this batch, [channels] (padding at the end is cut off), for a running statistic:
   * running = (1 − momentum) · running + momentum · factor · batchValue.
   */
  statistic(
    name: string,
    batchValue: Tensor,
    rule: { readonly momentum: number; readonly factor: number },
  ): void;
  /** A mixture's share at a place of the vector that comes with each step, [1]. */
  share(at: number): Tensor;
  /** Adds to the gradient of a share; a scalar. */
  shareGradient(at: number, gradient: Tensor): void;
  /** Fresh uniform numbers in [0, 1), different in every step. */
  uniform(shape: readonly number[]): Tensor;
}

/** The result of a rule. `backward` takes the gradient of the output and gives that of each input that needs one. */
export interface Lowered {
  readonly output: FeatureMap;
  readonly backward: (gradient: FeatureMap) => readonly (FeatureMap | undefined)[];
}

/** A node of one kind. */
export type NodeOf<Kind extends OperatorKind> = NetworkNode<OperationKind<Kind>>;

/** What a rule is told about the maps around it. */
export interface Surroundings {
  readonly inputs: readonly FeatureMap[];
  /** The first of them. */
  readonly input: FeatureMap;
  readonly outputShape: FeatureShape;
  /** False where only the images lie before. */
  readonly inputNeedsGradient: boolean;
  /** Whether a ReLU follows and is to be part of this; batch norms are asked. */
  readonly relu: boolean;
}

/** What the inference form of a node is given. */
export interface Inference {
  readonly graph: GraphBuilder;
  readonly inputs: readonly Tensor[];
  /** Of the output, the batch in front. */
  readonly shape: readonly number[];
  /** A tensor of the node; undefined where it has none, or where biases and norms are left out. */
  parameter(part: ParameterPart): Tensor | undefined;
}

/** How the engine computes one kind of operator. */
export interface LoweringRule<Kind extends OperatorKind> {
  /** Emits the forward formulation for training, and returns what emits the backward one. */
  train(context: LoweringContext, node: NodeOf<Kind>, around: Surroundings): Lowered;
  /** Emits the operator in inference mode, in standard ONNX operators; shares nothing with `train`. */
  predict(node: NodeOf<Kind>, inference: Inference): Tensor;
}
