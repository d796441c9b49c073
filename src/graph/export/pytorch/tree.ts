// The tree of modules that a network's dotted ids spell: `stage1.block2.expand.conv` is a module in a module in a
// module. A group of nodes becomes a module if exactly one of its values is read outside it; then calling modules
// in the order of their outputs is a valid order. Other groups are dissolved into the group above.
// It knows nothing of Python but which names cannot be attributes.
import type { Network, NetworkNode } from "../../network.ts";
import { nodeParameters } from "../../parameters.ts";
import { inferShapes, type Shapes } from "../../shapes.ts";
import { flatNodes, withoutZeros } from "../simplify.ts";

export interface Leaf {
  readonly kind: "leaf";
  /** Attribute of the module above. */
  readonly label: string;
  readonly node: NetworkNode;
  /** Whether the network's output depends on it. */
  readonly live: boolean;
}

export interface Group {
  readonly kind: "group";
  readonly label: string;
  /** Dotted id, for people. Empty for the root. */
  readonly id: string;
  /** Live children in an order in which they can be computed; dead ones are only held for their parameters. */
  readonly children: readonly Child[];
  /** Ids of the values that live children read from outside, each once. */
  readonly inputs: readonly string[];
  /** Id of the value that the group gives. */
  readonly output: string | undefined;
  readonly live: boolean;
}

export type Child = Leaf | Group;

export interface ModuleTree {
  readonly root: Group;
  readonly shapes: Shapes;
  /** Ids of values that are vectors [N, features]. */
  readonly flat: ReadonlySet<string>;
}

interface Member {
  readonly node: NetworkNode;
  readonly segments: readonly string[];
  readonly live: boolean;
}

/** The module tree of a network, without the zeros that additions can leave out. */
export function moduleTree(network: Network): ModuleTree {
  const simple = withoutZeros(network);
  const live = new Map(simple.nodes.map((node) => [node.id, node]));
  const members = network.nodes.flatMap((node): Member[] => {
    if (node.op.kind === "input") return [];
    const current = live.get(node.id);
    return [{ node: current ?? node, segments: node.id.split("."), live: current !== undefined }];
  });
  const output = simple.nodes.at(-1)?.id as string;
  const positions = new Map(network.nodes.map(({ id }, index) => [id, index]));
  const shapes = inferShapes(network.nodes);
  const context = { members, output, positions, shapes };
  const root = createGroup(context, { label: "", id: "", members, depth: 0 });
  return { root: { ...root, output }, shapes, flat: flatNodes(network.nodes) };
}

interface TreeContext {
  /** Of the whole network. */
  readonly members: readonly Member[];
  readonly output: string;
  readonly positions: ReadonlyMap<string, number>;
  readonly shapes: Shapes;
}

interface GroupPlan {
  readonly label: string;
  readonly id: string;
  readonly members: readonly Member[];
  readonly depth: number;
}

function createGroup(context: TreeContext, { label, id, members, depth }: GroupPlan): Group {
  const live = members.some((member) => member.live);
  // A group that is dead as a whole is described as if it were not: it is the same module as its live likes.
  const parts = live ? members : members.map((member) => ({ ...member, live: true }));
  const children = uniquelyLabelled(
    childrenOf(context, { members: parts, depth, prefix: "" }).filter(
      (child) => child.live || holdsParameters(child, context.shapes),
    ),
  );
  const inside = new Set(parts.map(({ node }) => node.id));
  const inputs = new Set<string>();
  for (const part of parts) {
    if (part.live) for (const input of part.node.inputs) if (!inside.has(input)) inputs.add(input);
  }
  const [output] = outputsOf(context, members);
  const position = (child: Child) =>
    context.positions.get((child.kind === "leaf" ? child.node.id : child.output) ?? "") ?? -1;
  children.sort((a, b) => position(a) - position(b));
  return { kind: "group", label, id, children, inputs: [...inputs], output, live };
}

function holdsParameters(child: Child, shapes: Shapes): boolean {
  return child.kind === "leaf"
    ? nodeParameters(child.node, shapes).length > 0
    : child.children.some((part) => holdsParameters(part, shapes));
}

function childrenOf(
  context: TreeContext,
  level: { readonly members: readonly Member[]; readonly depth: number; readonly prefix: string },
): Child[] {
  const { members, depth, prefix } = level;
  const bySegment = Map.groupBy(members, ({ segments }) => segments[depth] ?? "");
  return [...bySegment].flatMap(([segment, group]): Child[] => {
    const label = prefix === "" ? segment : `${prefix}_${segment}`;
    const ended = group.filter(({ segments }) => segments.length === depth + 1);
    const leaves = ended.map(({ node, live }): Leaf => ({ kind: "leaf", label, node, live }));
    const deeper = group.filter(({ segments }) => segments.length > depth + 1);
    if (deeper.length === 0) return leaves;
    const id = (deeper[0] as Member).segments.slice(0, depth + 1).join(".");
    if (leaves.length === 0 && outputsOf(context, group).length === 1) {
      return [createGroup(context, { label, id, members: group, depth: depth + 1 })];
    }
    return [...leaves, ...childrenOf(context, { members: deeper, depth: depth + 1, prefix: label })];
  });
}

/**
 * Ids of the members' values that are read outside, or are the network's output. Of live members by live readers;
 * of members that are all dead by any, and the last if nobody reads them.
 */
function outputsOf(context: TreeContext, members: readonly Member[]): string[] {
  const live = members.some((member) => member.live);
  const inside = new Set(members.map(({ node }) => node.id));
  const read = new Set(live ? [context.output] : []);
  for (const reader of context.members) {
    if ((reader.live || !live) && !inside.has(reader.node.id)) {
      for (const input of reader.node.inputs) read.add(input);
    }
  }
  const outputs = members.filter(({ node }) => read.has(node.id)).map(({ node }) => node.id);
  return outputs.length > 0 ? outputs : members.slice(-1).map(({ node }) => node.id);
}

/** Python's keywords, what nn.Module and the generated code already call something, and soft keywords. */
const reserved = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global
  if import in is lambda nonlocal not or pass raise return try while with yield type
  add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr
  float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
  named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
  register_forward_hook register_module register_parameter requires_grad_ set_extra_state set_submodule
  share_memory state_dict to to_empty train training xpu zero_grad
  self torch nn Tensor OrderedDict x y z out num_classes`.split(/\s+/),
);

/** Labels as Python identifiers, each once. */
function uniquelyLabelled(children: readonly Child[]): Child[] {
  const used = new Set<string>();
  return children.map((child) => {
    let name = child.label.replaceAll(/\W/g, "_");
    if (!/^[a-z]/i.test(name)) name = `part_${name}`;
    if (reserved.has(name)) name = `${name}_`;
    let label = name;
    for (let count = 2; used.has(label); count += 1) label = `${name}_${count}`;
    used.add(label);
    return { ...child, label };
  });
}
