// Pointwise non-linearities, as PyTorch defines those of the same names.
import { free, none, type OnnxAround, type Operator, sameShape } from "../operator.ts";
import { call } from "../torch-module.ts";

export type ActivationName = "relu" | "relu6" | "hard-swish" | "hard-sigmoid" | "sigmoid" | "silu" | "gelu";

export interface Activation {
  readonly kind: "activation";
  readonly function: ActivationName;
}

interface ActivationForms {
  /** PyTorch's module. */
  readonly torch: string;
  /** Whether it opens and closes between 0 and 1, and is no rectifier. */
  readonly gate: boolean;
  onnx(around: OnnxAround): string;
}

const plain =
  (operator: string) =>
  ({ id, graph, inputs }: OnnxAround) =>
    graph.emit(operator, id, inputs);

export const activations: { readonly [Name in ActivationName]: ActivationForms } = {
  relu: { torch: "nn.ReLU", gate: false, onnx: plain("Relu") },
  relu6: {
    torch: "nn.ReLU6",
    gate: false,
    onnx({ id, graph, inputs }) {
      const bound = (part: string, value: number) =>
        graph.constant(`${id}.${part}`, [], Float32Array.of(value));
      return graph.emit("Clip", id, [...inputs, bound("min", 0), bound("max", 6)]);
    },
  },
  "hard-swish": { torch: "nn.Hardswish", gate: false, onnx: plain("HardSwish") },
  "hard-sigmoid": {
    torch: "nn.Hardsigmoid",
    gate: true,
    onnx: ({ id, graph, inputs }) =>
      graph.emit("HardSigmoid", id, inputs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  },
  sigmoid: { torch: "nn.Sigmoid", gate: true, onnx: plain("Sigmoid") },
  silu: {
    torch: "nn.SiLU",
    gate: false,
    onnx: ({ id, graph, inputs }) =>
      graph.emit("Mul", id, [...inputs, graph.emit("Sigmoid", `${id}.gate`, inputs)]),
  },
  // Exact, x · (1 + erf(x / √2)) / 2. @see https://arxiv.org/abs/1606.08415
  gelu: {
    torch: "nn.GELU",
    gate: false,
    onnx({ id, graph, inputs }) {
      const number = (part: string, value: number) =>
        graph.constant(`${id}.${part}`, [], Float32Array.of(value));
      const [x] = inputs as readonly [string];
      const scaled = graph.emit("Div", `${id}.scale`, [x, number("root", Math.SQRT2)]);
      const erf = graph.emit("Erf", `${id}.erf`, [scaled]);
      const double = graph.emit("Add", `${id}.double`, [erf, number("one", 1)]);
      const product = graph.emit("Mul", `${id}.product`, [x, double]);
      return graph.emit("Mul", id, [product, number("half", 0.5)]);
    },
  },
};

export const activationNames = Object.keys(activations) as readonly ActivationName[];

export const activation: Operator<Activation> = {
  kind: "activation",
  inputCount: 1,
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: true,
  pure: true,
  identity: () => false,
  shape: (op, inputs) =>
    Object.hasOwn(activations, op.function)
      ? sameShape(op, inputs)
      : `"${op.function}" is not an activation; there are ${activationNames.join(", ")}`,
  parameters: none,
  macs: free,
  words: (op) => op.function,
  label: () => undefined,
  onnx: (op, around) => activations[op.function].onnx(around),
  torch: (op) => call(activations[op.function].torch),
  examples: activationNames.map((name) => ({
    op: { kind: "activation", function: name },
    inputs: [[3, 4, 5]],
  })) as unknown as Operator<Activation>["examples"],
};
