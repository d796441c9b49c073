// Which classes the file needs. Groups of the same parts and wiring share one class; arguments that differ between
// its instances become the class's parameters, and those that are always the same are written in it. Chains that
// occur once, or would need many parameters, are written in place as nn.Sequential.
import type { FeatureShape, NetworkNode } from "../../network.ts";
import { operatorOf } from "../../ops/index.ts";
import {
  type Argument,
  argumentsOf,
  type Call,
  formOf,
  type Module,
  type PythonValue,
  pythonText,
  withValues,
} from "../../torch-module.ts";
import { isChain, knownBlock } from "./known-blocks.ts";
import { generalise, type Parameter } from "./parameters.ts";
import type { Child, Group, ModuleTree } from "./tree.ts";

export interface ClassPlan {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Its first instance, for wiring and shapes. */
  readonly group: Group;
  /** The modules of the group's children, in terms of the parameters; undefined for additions and the like. */
  readonly modules: ReadonlyMap<Child, Module | undefined>;
  readonly instanceCount: number;
}

export interface FilePlan {
  /** Each after those that it uses; the last is the network. */
  readonly classes: readonly ClassPlan[];
  /** Arguments with which each known block is called. */
  readonly knownCalls: readonly Call[];
}

const maxChainParameters = 4;
const numClasses: PythonValue = { code: "num_classes" };

export function planFile(tree: ModuleTree): FilePlan {
  const modules = new Map<Group, Module>();
  const knownCalls: Call[] = [];
  const classes: ClassPlan[] = [];
  const names = new Set([...reservedNames, ...ownClasses(tree, tree.root)]);
  for (const level of groupsByHeight(tree.root)) {
    const rest: Instance[] = [];
    for (const group of level) {
      const call =
        group === tree.root ? undefined : knownBlock(tree, group, (child) => asCall(modules.get(child)));
      if (call !== undefined) {
        modules.set(group, call);
        knownCalls.push(call);
      } else rest.push(createInstance(tree, group, modules));
    }
    for (const instances of Map.groupBy(rest, ({ signature }) => signature).values()) {
      const [first] = instances as [Instance, ...Instance[]];
      const isRoot = first.group === tree.root;
      const short =
        first.group.children.length <= 2 && first.group.children.every(({ kind }) => kind === "leaf");
      const general = generalise(instances.map((instance) => instance.facts));
      const inPlace =
        !isRoot &&
        first.sequential &&
        (short || instances.length === 1 || general.parameters.length > maxChainParameters);
      if (inPlace) {
        for (const { group, parts } of instances) modules.set(group, sequenceOf(group, parts));
        continue;
      }
      const name = isRoot ? "Network" : uniqueName(names, first.group.label, instances.length);
      const expressions = general.expressions.values();
      const parts = first.parts.map((part) => part && withValues(part, expressions));
      classes.push({
        name,
        parameters: general.parameters,
        group: first.group,
        modules: new Map(first.group.children.map((child, index) => [child, parts[index]])),
        instanceCount: instances.length,
      });
      instances.forEach(({ group }, index) => {
        modules.set(group, {
          kind: "call",
          callee: name,
          arguments: general.parameters.map(
            (parameter): Argument => ({
              name: parameter.name,
              kind: parameter.kind,
              value: parameter.values[index] as PythonValue,
              positional: parameter.kind === "channels",
            }),
          ),
        });
      });
    }
  }
  return { classes, knownCalls };
}

const reservedNames = [
  "ConvNormAct",
  "ActConvNorm",
  "SqueezeExcite",
  "InvertedResidual",
  "Network",
  "Tensor",
  "OrderedDict",
];

/** Names of the classes that operators bring along. */
function ownClasses(tree: ModuleTree, group: Group): readonly string[] {
  return group.children.flatMap((child) => {
    if (child.kind === "group") return ownClasses(tree, child);
    const module = moduleOf(tree, child.node);
    return module?.source === undefined ? [] : [module.callee];
  });
}

/** The module of a node; undefined where it is an expression. */
function moduleOf(tree: ModuleTree, node: NetworkNode): Call | undefined {
  const input = node.inputs[0] as string;
  const form = operatorOf(node.op).torch(node.op, {
    inputShape: tree.shapes.get(input) as FeatureShape,
    flat: tree.flat.has(input),
  });
  if (form.kind === "expression") return undefined;
  if (node.id !== tree.root.output || node.op.kind !== "linear") return form;
  return {
    ...form,
    arguments: form.arguments.map((argument) =>
      argument.name === "out_features" ? { ...argument, value: numClasses } : argument,
    ),
  };
}

function asCall(module: Module | undefined): Call | undefined {
  return module?.kind === "call" ? module : undefined;
}

function groupsByHeight(root: Group): Group[][] {
  const levels: Group[][] = [];
  const visit = (group: Group): number => {
    let height = 0;
    for (const child of group.children) {
      if (child.kind === "group") height = Math.max(height, visit(child) + 1);
    }
    const level = levels[height];
    if (level === undefined) levels[height] = [group];
    else level.push(group);
    return height;
  };
  visit(root);
  return levels;
}

interface Instance {
  readonly group: Group;
  /** The children's modules. */
  readonly parts: readonly (Module | undefined)[];
  /** Equal for groups that one class can serve. */
  readonly signature: string;
  /** Whether nn.Sequential computes the group. */
  readonly sequential: boolean;
  readonly facts: Parameters<typeof generalise>[0][number];
}

function createInstance(tree: ModuleTree, group: Group, modules: ReadonlyMap<Group, Module>): Instance {
  const { children, inputs } = group;
  const parts = children.map((child): Module | undefined => {
    return child.kind === "group" ? modules.get(child) : moduleOf(tree, child.node);
  });
  const places = new Map<string, string>(inputs.map((id, index) => [id, `input ${index}`]));
  for (const child of children) {
    const value = child.kind === "leaf" ? child.node.id : child.output;
    if (value !== undefined) places.set(value, child.label);
  }
  const wiring = children.map((child, index) => {
    const read = child.live ? (child.kind === "leaf" ? child.node.inputs : child.inputs) : [];
    const part = parts[index];
    return {
      label: child.label,
      form: part === undefined && child.kind === "leaf" ? child.node.op : part && formOf(part),
      reads: read.map((id) => [places.get(id), tree.flat.has(id)]),
      live: child.live,
    };
  });
  const channels = (id: string | undefined) => tree.shapes.get(id ?? "")?.[0];
  return {
    group,
    parts,
    signature: JSON.stringify([wiring, places.get(group.output ?? "")]),
    sequential: isChain(group) && parts.every((part) => part !== undefined) && !needsReshaping(tree, group),
    facts: {
      slots: children.flatMap(({ label }, index) =>
        argumentsOf(parts[index] ?? { kind: "sequence", parts: [] }).map((argument) => ({ label, argument })),
      ),
      inChannels: channels(inputs[0]),
      outChannels: channels(group.output),
    },
  };
}

/** Whether a child takes a vector for a map, or the reverse, so that plain calls are not enough. */
function needsReshaping(tree: ModuleTree, { children }: Group): boolean {
  return children.some((child) => {
    if (child.kind === "group") return false;
    const { op, inputs } = child.node;
    const { takes } = operatorOf(op);
    return takes === (tree.flat.has(inputs[0] as string) ? "map" : "vector");
  });
}

function sequenceOf({ children }: Group, parts: readonly (Module | undefined)[]): Module {
  return {
    kind: "sequence",
    parts: children.map((child, index) => ({
      label: child.label,
      module: parts[index] as Module,
      id: child.kind === "leaf" ? child.node.id : (child.output as string),
    })),
  };
}

function uniqueName(used: Set<string>, label: string, instanceCount: number): string {
  const text = instanceCount > 1 ? label.replaceAll(/\d+/g, "") : label;
  const words = text.split("_").filter((word) => word !== "");
  const base = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join("") || "Part";
  let name = base;
  for (let count = 2; used.has(name); count += 1) name = `${base}${count}`;
  used.add(name);
  return name;
}

/** The value that most calls of `callee` give for an argument: the default of the class that is written. */
export function usualValue(calls: readonly Call[], callee: string, name: string): PythonValue | undefined {
  const values = calls
    .filter((call) => call.callee === callee)
    .flatMap((call) => call.arguments.filter((argument) => argument.name === name));
  const counted = Map.groupBy(values, ({ value }) => pythonText(value));
  return [...counted.values()].toSorted((a, b) => b.length - a.length)[0]?.[0]?.value;
}
