// Operations that a file spells out in several nodes, known by their last one: SiLU, hard swish, hard sigmoid, GELU, and the layer
// norm of exporters before operator set 17.
import type { FileNode } from "../onnx/decode.ts";
import type { ActivationName } from "../ops/activation.ts";
import { axesOf, numberAttribute } from "./constants.ts";
import { layoutOf } from "./layout.ts";
import { activated, type FileGraph, type RuleSetting } from "./rule.ts";
import { axisOf, type Feature } from "./value.ts";

const near = (value: number | undefined, wanted: number): boolean =>
  value !== undefined && Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted));

/** The one number of a constant; undefined for anything else. */
export function scalarOf(graph: FileGraph, name: string | undefined): number | undefined {
  const value = name === undefined || name === "" ? undefined : graph.valueOf(name);
  if (value?.kind !== "constant") return undefined;
  const { data } = value.tensor;
  const [first] = data;
  return data.length < 1e6 && data.every((one) => one === first) ? first : undefined;
}

const inputAt = ({ inputs }: FileNode, index: number): string => inputs[index] ?? "";

/** The other input of a node one of whose inputs is that number. */
function beside(graph: FileGraph, node: FileNode | undefined, wanted: number): string | undefined {
  if (node === undefined) return undefined;
  const [a, b] = [inputAt(node, 0), inputAt(node, 1)];
  if (near(scalarOf(graph, b), wanted)) return a;
  return near(scalarOf(graph, a), wanted) ? b : undefined;
}

const made = (graph: FileGraph, name: string, operator: string): FileNode | undefined => {
  const node = graph.producerOf(name);
  return node?.operator === operator && node.domain === "" ? node : undefined;
};

/** The lower and upper bound of a Clip; undefined where they are not constant. */
export function boundsOf(graph: FileGraph, node: FileNode): readonly [low: number, high: number] | undefined {
  const bound = (index: number, name: string, open: number) => {
    const input = inputAt(node, index);
    return input === "" ? numberAttribute(node, name, open) : scalarOf(graph, input);
  };
  const [low, high] = [bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY)];
  return low === undefined || high === undefined ? undefined : [low, high];
}

function clipped(graph: FileGraph, name: string, high: number): string | undefined {
  const node = made(graph, name, "Clip");
  const bounds = node && boundsOf(graph, node);
  return node && bounds && near(bounds[0], 0) && near(bounds[1], high) ? inputAt(node, 0) : undefined;
}

/** x, where a value is x times that number. */
function scaledBy(graph: FileGraph, name: string, factor: number): string | undefined {
  const product = beside(graph, made(graph, name, "Mul"), factor);
  if (product !== undefined) return product;
  const quotient = made(graph, name, "Div");
  return quotient && near(scalarOf(graph, inputAt(quotient, 1)), 1 / factor)
    ? inputAt(quotient, 0)
    : undefined;
}

/** x, where a value is min(max(x + 3, 0), 6). */
function shiftedRelu6(graph: FileGraph, name: string): string | undefined {
  const inner = clipped(graph, name, 6);
  return inner && beside(graph, made(graph, inner, "Add"), 3);
}

/** x, where a value is min(max(x / 6 + 1/2, 0), 1). */
function hardSigmoid(graph: FileGraph, name: string): string | undefined {
  const own = made(graph, name, "HardSigmoid");
  if (own !== undefined)
    return near(numberAttribute(own, "alpha", 0.2), 1 / 6) && near(numberAttribute(own, "beta", 0.5), 0.5)
      ? inputAt(own, 0)
      : undefined;
  const sixth = scaledBy(graph, name, 1 / 6);
  const shifted = sixth && shiftedRelu6(graph, sixth);
  if (shifted !== undefined && shifted !== "") return shifted;
  const inner = clipped(graph, name, 1);
  const sum = inner && beside(graph, made(graph, inner, "Add"), 0.5);
  return sum === undefined || sum === "" ? undefined : scaledBy(graph, sum, 1 / 6);
}

/** x, where the values of the two names are x and `of(x)`. */
function gated(
  graph: FileGraph,
  node: FileNode,
  of: (graph: FileGraph, name: string) => string | undefined,
): string | undefined {
  const [a, b] = [inputAt(node, 0), inputAt(node, 1)];
  const same = (x: string, gate: string) => {
    const inner = of(graph, gate);
    return inner !== undefined && graph.originOf(inner) === graph.originOf(x);
  };
  if (same(a, b)) return a;
  return same(b, a) ? b : undefined;
}

function sigmoid(graph: FileGraph, name: string): string | undefined {
  const node = made(graph, name, "Sigmoid");
  return node && inputAt(node, 0);
}

/** x, where the value of a Mul or a Div is x · (1 + erf(x / √2)) / 2, in whatever order the factors are. */
function gelu(graph: FileGraph, node: FileNode): string | undefined {
  const x = erfArgument(graph, node, 3);
  if (x === undefined) return undefined;
  let factor = 1;
  let others = 0;
  let doubles = 0;
  const collect = (name: string, depth: number): void => {
    const scalar = scalarOf(graph, name);
    if (scalar !== undefined) {
      factor *= scalar;
      return;
    }
    if (graph.originOf(name) === graph.originOf(x)) others += 1;
    else if (erfSum(graph, name) !== undefined) doubles += 1;
    else {
      const product = made(graph, name, "Mul");
      const quotient = made(graph, name, "Div");
      const divisor = quotient && scalarOf(graph, inputAt(quotient, 1));
      if (product !== undefined && depth > 0) for (const input of product.inputs) collect(input, depth - 1);
      else if (quotient !== undefined && divisor !== undefined && depth > 0) {
        factor /= divisor;
        collect(inputAt(quotient, 0), depth - 1);
      } else others = 100;
    }
  };
  if (node.operator === "Div") {
    const divisor = scalarOf(graph, inputAt(node, 1));
    if (divisor === undefined) return undefined;
    factor /= divisor;
    collect(inputAt(node, 0), 3);
  } else for (const input of node.inputs) collect(input, 3);
  return others === 1 && doubles === 1 && near(factor, 0.5) ? x : undefined;
}

/** x, where a value is 1 + erf(x / √2). */
function erfSum(graph: FileGraph, name: string): string | undefined {
  const inner = beside(graph, made(graph, name, "Add"), 1);
  const erf = inner === undefined ? undefined : made(graph, inner, "Erf");
  return erf && scaledBy(graph, inputAt(erf, 0), Math.SQRT1_2);
}

function erfArgument(graph: FileGraph, node: FileNode, depth: number): string | undefined {
  for (const name of node.inputs) {
    const direct = erfSum(graph, name);
    if (direct !== undefined) return direct;
    const inner = made(graph, name, "Mul") ?? made(graph, name, "Div");
    const deeper = inner && depth > 0 ? erfArgument(graph, inner, depth - 1) : undefined;
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** x, its axis and ε, where a value is (x − mean) / √(variance + ε). */
function normalised(graph: FileGraph, node: FileNode) {
  const [above, below] = [inputAt(node, 0), inputAt(node, 1)];
  const root =
    node.operator === "Div"
      ? made(graph, below, "Sqrt")
      : made(graph, inputAt(made(graph, below, "Reciprocal") ?? node, 0), "Sqrt");
  const sum = root && made(graph, inputAt(root, 0), "Add");
  const difference = made(graph, above, "Sub");
  const mean = difference && made(graph, inputAt(difference, 1), "ReduceMean");
  if (sum === undefined || difference === undefined || mean === undefined) return undefined;
  const [left, right] = [inputAt(sum, 0), inputAt(sum, 1)];
  const [epsilon, spread] = [
    scalarOf(graph, right) ?? scalarOf(graph, left),
    scalarOf(graph, right) === undefined ? right : left,
  ];
  const variance = made(graph, spread, "ReduceMean");
  const square = variance && graph.producerOf(inputAt(variance, 0));
  const isSquare =
    (square?.operator === "Pow" && near(scalarOf(graph, inputAt(square, 1)), 2)) ||
    (square?.operator === "Mul" && inputAt(square, 0) === inputAt(square, 1));
  const squared = square && made(graph, inputAt(square, 0), "Sub");
  const isOfDifference =
    squared !== undefined &&
    graph.originOf(inputAt(squared, 0)) === graph.originOf(inputAt(difference, 0)) &&
    made(graph, inputAt(squared, 1), "ReduceMean") !== undefined;
  if (epsilon === undefined || variance === undefined || !isSquare || !isOfDifference) return undefined;
  const x = inputAt(difference, 0);
  if (graph.originOf(inputAt(mean, 0)) !== graph.originOf(x)) return undefined;
  const given = graph.valueOf(inputAt(mean, 1));
  return { x, epsilon, axes: axesOf(mean, given?.kind === "constant" ? given.tensor : undefined) };
}

/** The feature of a known pattern that ends in this node; undefined where it ends in none. */
export function matchPattern(setting: RuleSetting): Feature | undefined {
  const { node, graph, build } = setting;
  if (node.domain !== "" || !["Mul", "Div", "Clip"].includes(node.operator)) return undefined;
  const act = (name: string | undefined, kind: ActivationName) => {
    const value = name === undefined ? undefined : graph.valueOf(name);
    return value?.kind === "feature" ? activated(build, value, kind) : undefined;
  };
  const output = node.outputs[0] ?? "";
  if (node.operator === "Mul") {
    const found =
      act(gated(graph, node, sigmoid), "silu") ?? act(gated(graph, node, hardSigmoid), "hard-swish");
    if (found !== undefined) return found;
  }
  // The gate of a product: the division by 6 comes last.
  const product = scaledBy(graph, output, 1 / 6);
  const inner = product === undefined ? undefined : made(graph, product, "Mul");
  return (
    act(inner && gated(graph, inner, shiftedRelu6), "hard-swish") ??
    act(hardSigmoid(graph, output), "hard-sigmoid") ??
    (node.operator === "Clip" ? undefined : (act(gelu(graph, node), "gelu") ?? layerNorm(setting)))
  );
}

function layerNorm({ node, graph, build }: RuleSetting): Feature | undefined {
  const found = normalised(graph, node);
  const value = found && graph.valueOf(found.x);
  if (found === undefined || value?.kind !== "feature") return undefined;
  const { axes, epsilon } = found;
  const rank = value.dims.length;
  const [axis] = axes ?? [];
  if (axes?.length !== 1 || axis === undefined) return undefined;
  const layout = layoutOf(build, value, axisOf(axis, rank) === rank - 1 ? "last" : "first");
  const isOverChannels = layout !== undefined && axisOf(axis, rank) === (layout === "first" ? 1 : rank - 1);
  if (!isOverChannels) return undefined;
  const [channels] = build.shape(value.base);
  const base = build.add({ kind: "layer-norm", epsilon }, [value.base], {
    weight: { dims: [channels], data: new Float32Array(channels).fill(1) },
    bias: { dims: [channels], data: new Float32Array(channels) },
  });
  return { ...value, base, isSole: true };
}
