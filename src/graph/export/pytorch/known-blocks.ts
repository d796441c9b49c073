// The blocks that everyone in the field knows by name, recognised by their parts and wiring, and the Python classes
// for them. A group that differs in any detail is left to classes.ts, which writes a separate class for it.
import type { NetworkNode, Operation } from "../../network.ts";
import { activations } from "../../ops/activation.ts";
import { type Call, keyword, type PythonValue, positional } from "../../torch-module.ts";
import { isPointwise, isSquare, torchPair } from "../../window.ts";
import type { Child, Group, ModuleTree } from "./tree.ts";

/** A recognised child of the group in question, by node id of the value it gives. */
type Known = (group: Group) => Call | undefined;

const none: PythonValue = { code: "None" };

/** The call that makes the group, if it is a known block. `known` gives what its sub-groups were recognised as. */
export function knownBlock(tree: ModuleTree, group: Group, known: Known): Call | undefined {
  if (group.inputs.length !== 1 || group.children.some((child) => !child.live)) return undefined;
  return (
    convNormAct(tree, group) ??
    actConvNorm(tree, group) ??
    squeezeExcite(tree, group) ??
    invertedResidual(tree, group, known)
  );
}

type Convolution = Extract<Operation, { kind: "conv" }>;

/** The operations of a chain of leaves with exactly these labels, or undefined. */
function leafChain(group: Group, labels: readonly string[]): readonly Operation[] | undefined {
  if (group.children.map(({ label }) => label).join() !== labels.join()) return undefined;
  return isChain(group) && group.children.every((child) => child.kind === "leaf")
    ? group.children.map((child) => (child as { node: NetworkNode }).node.op)
    : undefined;
}

/** Whether each child reads nothing but the child before it, and the first the group's only input. */
export function isChain({ children, inputs }: Group): boolean {
  let previous = inputs[0];
  return children.every((child) => {
    const read = child.kind === "leaf" ? child.node.inputs : child.inputs;
    const follows = read.length === 1 && read[0] === previous && child.live;
    previous = child.kind === "leaf" ? child.node.id : child.output;
    return follows;
  });
}

function convAndNorm(
  tree: ModuleTree,
  input: string,
  [conv, norm]: readonly [Operation | undefined, Operation | undefined],
): Call["arguments"] | undefined {
  if (conv?.kind !== "conv" || norm?.kind !== "batch-norm" || tree.flat.has(input)) return undefined;
  if (!isSquare(conv)) return undefined;
  const samePadding = conv.padding[0] === Math.floor(conv.kernel[0] / 2);
  if (conv.bias || !samePadding || norm.epsilon !== 1e-5 || norm.momentum !== 0.1) return undefined;
  return [
    positional("in_channels", "channels", tree.shapes.get(input)?.[0] as number),
    positional("out_channels", "channels", conv.outChannels),
    keyword("kernel_size", "kernel", [torchPair(conv.kernel)]),
    keyword("stride", "number", [torchPair(conv.stride), 1]),
    keyword("groups", conv.groups === 1 ? "number" : "channels", [conv.groups, 1]),
  ];
}

function convNormAct(tree: ModuleTree, group: Group): Call | undefined {
  const operations = leafChain(group, ["conv", "norm", "act"]) ?? leafChain(group, ["conv", "norm"]);
  if (operations === undefined) return undefined;
  const [conv, norm, act] = operations;
  const shared = convAndNorm(tree, group.inputs[0] as string, [conv, norm]);
  const activation = act === undefined ? none : activationCode(act);
  if (shared === undefined || activation === undefined) return undefined;
  return {
    kind: "call",
    callee: "ConvNormAct",
    arguments: [...shared, keyword("activation", "activation", [activation])],
  };
}

function actConvNorm(tree: ModuleTree, group: Group): Call | undefined {
  const [act, conv, norm] = leafChain(group, ["act", "conv", "norm"]) ?? [];
  const shared = convAndNorm(tree, group.inputs[0] as string, [conv, norm]);
  const activation = activationCode(act);
  if (shared === undefined || activation === undefined) return undefined;
  return {
    kind: "call",
    callee: "ActConvNorm",
    arguments: [...shared, keyword("activation", "activation", [activation])],
  };
}

function activationCode(op: Operation | undefined): PythonValue | undefined {
  return op?.kind === "activation" ? { code: activations[op.function].torch } : undefined;
}

function squeezeExcite(tree: ModuleTree, group: Group): Call | undefined {
  const { children, inputs } = group;
  const input = inputs[0] as string;
  if (children.map(({ label }) => label).join() !== "pool,reduce,act,expand,gate,scale") return undefined;
  const nodes = children.flatMap((child) => (child.kind === "leaf" ? [child.node] : []));
  const [pool, reduce, act, expand, gate, scale] = nodes;
  if (pool === undefined || scale === undefined || gate === undefined) return undefined;
  const front = { ...group, children: children.slice(0, 5) };
  const gateCode = activationCode(gate.op);
  const fits =
    isChain(front) &&
    pool.op.kind === "global-pool" &&
    isPointwiseWithBias(reduce?.op) &&
    act?.op.kind === "activation" &&
    act.op.function === "relu" &&
    isPointwiseWithBias(expand?.op) &&
    scale.op.kind === "multiply" &&
    scale.inputs.join() === [input, gate.id].join() &&
    !tree.flat.has(input);
  if (!fits || gateCode === undefined || !isPointwiseWithBias(reduce?.op)) return undefined;
  return {
    kind: "call",
    callee: "SqueezeExcite",
    arguments: [
      positional("channels", "channels", tree.shapes.get(input)?.[0] as number),
      positional("reduced_channels", "channels", reduce.op.outChannels),
      keyword("gate", "activation", [gateCode]),
    ],
  };
}

function isPointwiseWithBias(op: Operation | undefined): op is Convolution {
  return op?.kind === "conv" && isPointwise(op) && op.groups === 1 && op.bias;
}

function invertedResidual(_tree: ModuleTree, group: Group, known: Known): Call | undefined {
  const { children, inputs } = group;
  const labels = children.map(({ label }) => label).join();
  if (!/^expand,depthwise,(excite,)?project(,add)?$/.test(labels)) return undefined;
  const last = children.at(-1) as Child;
  const sum = last.label === "add" ? last : undefined;
  const body = { ...group, children: sum === undefined ? children : children.slice(0, -1) };
  const part = (label: string) => {
    const child = children.find((candidate) => candidate.label === label);
    const call = child?.kind === "group" ? known(child) : undefined;
    const values = new Map(call?.arguments.map(({ name, value }) => [name, value]));
    return (
      call && {
        callee: call.callee,
        output: (child as Group).output,
        value: (name: string) => values.get(name) as PythonValue,
      }
    );
  };
  const [expand, depthwise, excite, project] = ["expand", "depthwise", "excite", "project"].map(part);
  if (!isChain(body) || expand === undefined || depthwise === undefined || project === undefined) {
    return undefined;
  }
  const text = (value: PythonValue | undefined) => JSON.stringify(value);
  const is = (part: typeof expand, expected: Readonly<Record<string, PythonValue>>) =>
    part.callee === "ConvNormAct" &&
    Object.entries(expected).every(([name, value]) => text(part.value(name)) === text(value));
  const activation = expand.value("activation");
  const hidden = expand.value("out_channels");
  const from = expand.value("in_channels");
  const to = project.value("out_channels");
  const stride = depthwise.value("stride");
  const pointwise = { kernel_size: 1, stride: 1, groups: 1 };
  const adds = stride === 1 && from === to;
  const fits =
    is(expand, pointwise) &&
    is(depthwise, { in_channels: hidden, out_channels: hidden, groups: hidden, activation }) &&
    is(project, { ...pointwise, activation: none }) &&
    text(activation) !== text(none) &&
    (labels.includes("excite") ? excite?.callee === "SqueezeExcite" : true) &&
    adds === (sum !== undefined) &&
    (sum === undefined || addsInput(sum, [project.output, inputs[0]]));
  if (!fits) return undefined;
  return {
    kind: "call",
    callee: "InvertedResidual",
    arguments: [
      positional("in_channels", "channels", from),
      positional("hidden_channels", "channels", hidden),
      positional("out_channels", "channels", to),
      keyword("kernel_size", "kernel", [depthwise.value("kernel_size")]),
      keyword("stride", "number", [stride, 1]),
      keyword("excite_channels", "channels", [excite?.value("reduced_channels") ?? none, none]),
      keyword("activation", "activation", [activation]),
      ...(excite === undefined ? [] : [keyword("gate", "activation", [excite.value("gate")])]),
    ],
  };
}

function addsInput(child: Child, terms: readonly unknown[]): boolean {
  if (child.kind !== "leaf" || child.node.op.kind !== "add") return false;
  return child.node.inputs.join() === terms.join();
}
