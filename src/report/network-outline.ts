// A network as a person would sketch it: stages of one resolution, and in them blocks with what they do, their
// shapes and costs. Read from the node ids (`stage2.block1.expand.conv`) and the operations only, so it works for
// every space. Drawn by network-picture.ts, written as text by network-sketch.ts.
import { type NodeCost, nodeCosts } from "../graph/cost.ts";
import type { FeatureShape, Network, NetworkNode } from "../graph/network.ts";
import { operatorOf } from "../graph/ops/index.ts";

export interface OutlineBlock {
  /** `layer3`, `stage2.cell1`, or of alike blocks in a row the first and the last: `stage2.cell1–cell5`. */
  readonly name: string;
  /** How many alike blocks in a row this stands for. */
  readonly count: number;
  /** Such as `1×1→96, depthwise 5×5, 1×1→64, squeeze-excite, skip`. */
  readonly description: string;
  /** Of the last of them. */
  readonly outputShape: FeatureShape;
  /** Of all of them together. */
  readonly paramCount: number;
  readonly macCount: number;
  /** Whether the block's input is added to its output. */
  readonly residual: boolean;
}

export interface OutlineStage {
  /** `stage2`, or the resolution of its blocks: `16×16`. */
  readonly name: string;
  readonly blocks: readonly OutlineBlock[];
}

interface Group {
  readonly name: string;
  readonly stage: string | undefined;
  readonly nodes: NetworkNode[];
  readonly costs: NodeCost[];
}

/** The stages of a network, in order; blocks in a row that are alike stand as one. */
export const outlineOf = (network: Network): OutlineStage[] => folded(everyBlock(network), () => true);

/** The same with each block by itself, as it is compared with another network's. */
export function everyBlock(network: Network): OutlineStage[] {
  const stages: { name: string; blocks: OutlineBlock[] }[] = [];
  for (const group of groupNodes(network)) {
    const block = describe(group);
    const [, height, width] = block.outputShape;
    const name = group.stage ?? `${height}×${width}`;
    let stage = stages.at(-1);
    if (stage === undefined || stage.name !== name) {
      stage = { name, blocks: [] };
      stages.push(stage);
    }
    stage.blocks.push(block);
  }
  return stages;
}

/** With one block in the place of those in a row that are alike, and may stand together. */
export function folded<Block extends OutlineBlock>(
  stages: readonly { readonly name: string; readonly blocks: readonly Block[] }[],
  mayJoin: (before: Block, block: Block) => boolean,
): { readonly name: string; readonly blocks: readonly Block[] }[] {
  return stages.map(({ name, blocks }) => {
    const kept: Block[] = [];
    for (const block of blocks) {
      const before = kept.at(-1);
      if (before !== undefined && isAlike(before, block) && mayJoin(before, block))
        kept[kept.length - 1] = merged(before, block);
      else kept.push(block);
    }
    return { name, blocks: kept };
  });
}

const isAlike = (before: OutlineBlock, block: OutlineBlock): boolean =>
  before.description === block.description &&
  before.outputShape.join() === block.outputShape.join() &&
  before.paramCount / before.count === block.paramCount;

function groupNodes(network: Network): Group[] {
  const groups: Group[] = [];
  const costs = nodeCosts(network);
  network.nodes.forEach((node, index) => {
    if (node.op.kind === "input") return;
    const [first = "", second = ""] = node.id.split(".");
    const nested = /^(block|layer|cell)\d+$/.test(second);
    const name = nested ? `${first}.${second}` : first;
    let group = groups.at(-1);
    if (group === undefined || group.name !== name) {
      group = { name, stage: nested ? first : undefined, nodes: [], costs: [] };
      groups.push(group);
    }
    group.nodes.push(node);
    group.costs.push(costs[index]!);
  });
  return groups;
}

function describe({ name, nodes, costs }: Group): OutlineBlock {
  const parts = new Map<string, number>();
  let [paramCount, macCount, excite] = [0, 0, false];
  nodes.forEach((node, index) => {
    const cost = costs[index]!;
    paramCount += cost.paramCount;
    macCount += cost.macCount;
    if (node.id.includes(".excite.")) {
      excite = true;
      return;
    }
    const part = operatorOf(node.op).label(node.op);
    if (part !== undefined) parts.set(part, (parts.get(part) ?? 0) + 1);
  });
  const own = new Set(nodes.map((node) => node.id));
  const residual = nodes.some(
    (node) => node.op.kind === "add" && node.inputs.some((input) => !own.has(input)),
  );
  const words = [...parts].map(([part, times]) => (times > 1 ? `${times} × ${part}` : part));
  if (excite) words.push("squeeze-excite");
  if (residual) words.push("skip");
  return {
    name,
    count: 1,
    description: words.join(", ") || "nothing that is trained",
    outputShape: costs.at(-1)!.shape,
    paramCount,
    macCount,
    residual,
  };
}

function merged<Block extends OutlineBlock>(before: Block, block: Block): Block {
  const first = before.name.split("–")[0]!;
  return {
    ...block,
    name: `${first}–${block.name.split(".").at(-1)}`,
    count: before.count + 1,
    paramCount: before.paramCount + block.paramCount,
    macCount: before.macCount + block.macCount,
  };
}
