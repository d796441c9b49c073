// Any network as one readable, self-contained model.py: an nn.Module with a class for each kind of block, that needs
// nothing but torch, and the names that its state_dict gives to our weights. The class is always called Network.
// How the file is planned is in pytorch/; this is the whole of what others may use.
import { networkCost, nodeCosts } from "../cost.ts";
import type { FeatureShape, Network } from "../network.ts";
import type { ParameterPart } from "../operator.ts";
import { parametersOf } from "../parameters.ts";
import { type Call, type Module, pythonText } from "../torch-module.ts";
import { type ClassPlan, planFile, usualValue } from "./pytorch/classes.ts";
import { forwardLines, inputNames } from "./pytorch/forward.ts";
import { knownSource } from "./pytorch/known-source.ts";
import { type CommentOf, construction, docText, table, withComment } from "./pytorch/text.ts";
import { type Child, type ModuleTree, moduleTree } from "./pytorch/tree.ts";

/**
 * The text of `model.py`. `Network(num_classes=…)` takes images [N, C, H, W] and gives scores [N, classes] before
 * softmax. Modules that no path leads through are kept for their parameters and are not called.
 */
export function exportPytorch(network: Network): string {
  const tree = moduleTree(network);
  const { classes, knownCalls } = planFile(tree);
  const defaults = (module: Module): Module => withUsualDefaults(module, knownCalls);
  const written = new Map<string, string>();
  for (const { modules } of classes) for (const module of modules.values()) addSources(module, written);
  const sources = classes.map((plan) => {
    const modules = new Map([...plan.modules].map(([child, module]) => [child, module && defaults(module)]));
    const complete = { ...plan, modules };
    return plan.name === "Network" ? networkSource(network, tree, complete) : classSource(tree, complete);
  });
  const known = knownSource(knownCalls);
  const body = [...written.values(), ...known, ...sources].join("\n\n");
  const sequential = body.includes("OrderedDict(");
  const [channels, height, width] = tree.shapes.get(inputId(network)) as FeatureShape;
  return `"""The network ${docText(network.name)}, found by genius-nas.

Needs nothing but torch. To use trained weights:

    from safetensors.torch import load_file

    network = Network()
    network.load_state_dict(load_file("weights.safetensors"))
    network.eval()
"""

${sequential ? "from collections import OrderedDict\n\n" : ""}import torch
from torch import Tensor, nn


${body}

if __name__ == "__main__":
    network = Network().eval()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    scores = network(torch.randn(1, ${channels}, ${height}, ${width}))
    print(f"{parameters:,} parameters, scores {list(scores.shape)}")
`;
}

/**
 * Our name of each tensor (`stem.conv.weight`, `stem.norm.runningMean`) and its name in the state_dict of the
 * exported module (`stem.conv.weight`, `stem.norm.running_mean`), in the order of the network's nodes.
 */
export function stateDictNames(network: Network): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const visit = (child: Child, prefix: string) => {
    const path = `${prefix}${child.label}`;
    if (child.kind === "leaf") paths.set(child.node.id, path);
    else for (const part of child.children) visit(part, `${path}.`);
  };
  for (const child of moduleTree(network).root.children) visit(child, "");
  const parts: Readonly<Record<ParameterPart, string>> = {
    weight: "weight",
    bias: "bias",
    runningMean: "running_mean",
    runningVariance: "running_var",
  };
  return new Map(
    parametersOf(network.nodes).map(({ nodeId, part, name }) => [
      name,
      `${paths.get(nodeId)}.${parts[part]}`,
    ]),
  );
}

const inputId = ({ nodes }: Network): string => nodes[0]?.id as string;

/** The classes that torch lacks, by name. */
function addSources(module: Module | undefined, sources: Map<string, string>): void {
  if (module?.kind === "sequence") for (const part of module.parts) addSources(part.module, sources);
  else if (module?.source !== undefined) sources.set(module.callee, module.source);
}

/** Gives the arguments of known blocks the defaults that their classes are written with. */
function withUsualDefaults(module: Module, calls: readonly Call[]): Module {
  if (module.kind === "sequence") {
    const parts = module.parts.map((part) => ({ ...part, module: withUsualDefaults(part.module, calls) }));
    return { ...module, parts };
  }
  return {
    ...module,
    arguments: module.arguments.map((argument) => {
      if (argument.positional || argument.default !== undefined) return argument;
      const usual = usualValue(calls, module.callee, argument.name);
      return usual === undefined ? argument : { ...argument, default: usual };
    }),
  };
}

const types = {
  channels: "int",
  kernel: "int",
  padding: "int",
  number: "int",
  flag: "bool",
  activation: "type[nn.Module]",
} as const;

function classSource(tree: ModuleTree, plan: ClassPlan): string {
  const { name, group, instanceCount } = plan;
  const shapes = `${shapeText(tree, group.inputs)} → ${shapeText(tree, [group.output as string])}`;
  const times = instanceCount === 1 ? "" : `, one of ${instanceCount}`;
  const doc = `"""As \`${docText(group.id)}\`${times}: ${shapes}."""`;
  return sourceOf(tree, plan, { name, doc: [doc], returns: "" });
}

function networkSource(network: Network, tree: ModuleTree, plan: ClassPlan): string {
  const { root } = tree;
  const { paramCount, macCount } = networkCost(network);
  const costs = new Map(nodeCosts(network).map((cost) => [cost.id, cost]));
  const number = (value: number) => value.toLocaleString("en-US");
  const parts = root.children.filter((child) => plan.modules.get(child) !== undefined);
  const idsOf = (child: Child): readonly string[] =>
    child.kind === "leaf" ? [child.node.id] : child.children.flatMap(idsOf);
  const rows = parts.map((child) => {
    const total = { params: 0, macs: 0 };
    for (const id of idsOf(child)) {
      total.params += costs.get(id)?.paramCount ?? 0;
      total.macs += costs.get(id)?.macCount ?? 0;
    }
    const shape = shapeText(tree, [child.kind === "leaf" ? child.node.id : (child.output as string)]);
    return [child.label, shape, number(total.params), number(total.macs)];
  });
  const normMacs = network.normMacsPerElement ?? 0;
  const output = tree.shapes.get(root.output as string) as FeatureShape;
  const flat = tree.flat.has(root.output as string);
  const lines = table(
    [["part", "output", "parameters", "MACs"], ...rows, ["total", "", number(paramCount), number(macCount)]],
    2,
  );
  const doc = [
    `"""Images ${shapeText(tree, [inputId(network)], "N")} → scores [N, ${output[0] * output[1] * output[2]}] before softmax.`,
    "",
    ...lines,
    ...(normMacs > 0
      ? ["", `MACs as published for this space: with ${normMacs} an element of each batch norm.`]
      : []),
    '"""',
  ];
  const shapeOfPart: CommentOf = (id) => (tree.shapes.has(id) ? shapeText(tree, [id]) : undefined);
  return sourceOf(tree, plan, {
    name: "Network",
    doc,
    returns: flat ? "" : ".flatten(1)",
    comment: shapeOfPart,
  });
}

interface ClassText {
  readonly name: string;
  readonly doc: readonly string[];
  /** What is called on the returned value. */
  readonly returns: string;
  readonly comment?: CommentOf;
}

function sourceOf(tree: ModuleTree, plan: ClassPlan, text: ClassText): string {
  const { group, modules, parameters } = plan;
  const typed = parameters.map(({ name, kind, values }) => {
    const isFloat =
      kind === "number" && values.some((value) => typeof value === "number" && !Number.isInteger(value));
    const isPair = values.some((value) => typeof value === "object" && value.code.startsWith("("));
    const type = isFloat ? "float" : `${types[kind]}${isPair ? " | tuple[int, int]" : ""}`;
    const initial = name === "num_classes" && text.name === "Network" ? ` = ${outputCount(tree)}` : "";
    return `${name}: ${type}${initial}`;
  });
  const made = group.children.flatMap((child) => {
    const module = modules.get(child);
    if (module === undefined) return [];
    const lines = construction(module, {
      indent: 8,
      start: `self.${child.label} = `,
      end: "",
      ...(text.comment && { comment: text.comment }),
    });
    if (!child.live) return withComment(lines, "not called: it does not reach the output");
    const id = child.kind === "leaf" ? child.node.id : (child.output as string);
    const comment = module.kind === "call" ? text.comment?.(id) : undefined;
    return comment === undefined ? lines : withComment(lines, comment);
  });
  const body = forwardLines(tree, group, (child) => modules.get(child) !== undefined);
  const last = body.at(-1) as string;
  const returned = text.returns === "" ? body : [...body.slice(0, -1), flattened(last, text.returns)];
  const inputs = inputNames(group).map((name) => `${name}: Tensor`);
  const signature = `    def __init__(${["self", ...typed].join(", ")}) -> None:`;
  const init =
    signature.length <= 100
      ? [signature]
      : [
          "    def __init__(",
          "        self,",
          ...typed.map((entry) => `        ${entry},`),
          "    ) -> None:",
        ];
  return `${[
    `class ${text.name}(nn.Module):`,
    ...text.doc.map((line) => (line === "" ? "" : `    ${line}`)),
    "",
    ...init,
    "        super().__init__()",
    ...made,
    "",
    `    def forward(${["self", ...inputs].join(", ")}) -> Tensor:`,
    ...returned.map((line) => `        ${line}`),
  ].join("\n")}\n`;
}

function flattened(line: string, suffix: string): string {
  const value = line.startsWith("return ") ? line.slice("return ".length) : undefined;
  if (value === undefined) return `${line}${suffix}`;
  return / [+*] /.test(value) ? `return (${value})${suffix}` : `return ${value}${suffix}`;
}

function outputCount(tree: ModuleTree): string {
  return pythonText((tree.shapes.get(tree.root.output as string) as FeatureShape)[0]);
}

/** `[C, H, W]`, or `[features]` for a vector; several with commas. */
function shapeText(tree: ModuleTree, ids: readonly string[], batch?: string): string {
  return ids
    .map((id) => {
      const shape: readonly (string | number)[] = tree.flat.has(id)
        ? (tree.shapes.get(id) ?? []).slice(0, 1)
        : (tree.shapes.get(id) ?? []);
      return `[${(batch === undefined ? shape : [batch, ...shape]).join(", ")}]`;
    })
    .join(", ");
}
