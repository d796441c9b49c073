// A network as a Mermaid flowchart: one box a block, stages as frames, shapes and costs in the boxes. Text that
// GitHub and most editors draw. Read from the node ids and costs only, so that it works for every space.
import { withoutHidden } from "../../base/hidden-characters.ts";
import { formatCount } from "../../base/units.ts";
import { nodeCosts } from "../cost.ts";
import type { FeatureShape, Network } from "../network.ts";

interface Block {
  readonly name: string;
  readonly stage: string | undefined;
  readonly inputs: Set<string>;
  shape: FeatureShape;
  paramCount: number;
  macCount: number;
}

/** The text of a `flowchart TD`, ending with a newline. */
export function exportMermaid(network: Network): string {
  const blocks = blocksOf(network);
  const keys = new Map([...blocks.keys()].map((name, index) => [name, `b${index}`]));
  const lines = ["flowchart TD"];
  let open: string | undefined;
  for (const [name, block] of blocks) {
    if (open !== block.stage) {
      if (open !== undefined) lines.push("  end");
      // The same frame may be entered again; Mermaid joins frames of one id, so each opening has its own.
      if (block.stage !== undefined) lines.push(`  subgraph ${keys.get(name)}s["${escaped(block.stage)}"]`);
      open = block.stage;
    }
    const indent = open === undefined ? "  " : "    ";
    lines.push(`${indent}${keys.get(name)}["${escaped(block.name)}<br/>${factsOf(block)}"]`);
  }
  if (open !== undefined) lines.push("  end");
  for (const [name, { inputs }] of blocks) {
    for (const input of inputs) lines.push(`  ${keys.get(input)} --> ${keys.get(name)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Blocks in the order of their first nodes, by full name. */
function blocksOf(network: Network): ReadonlyMap<string, Block> {
  const depths = new Map<string, number>();
  for (const { id } of network.nodes) {
    const segments = id.split(".");
    const top = segments[0] as string;
    depths.set(top, Math.max(depths.get(top) ?? 0, segments.length));
  }
  const blocks = new Map<string, Block>();
  const blockOf = new Map<string, string>();
  const costs = nodeCosts(network);
  network.nodes.forEach(({ id, inputs }, index) => {
    const { shape, paramCount, macCount } = costs[index] as (typeof costs)[number];
    const [top, second] = id.split(".") as [string, string | undefined];
    // stage.block.part.layer: a block lies two levels above its layers.
    const staged = (depths.get(top) as number) >= 4 && second !== undefined;
    const name = staged ? `${top}.${second}` : top;
    let block = blocks.get(name);
    if (block === undefined) {
      const stage = staged ? top : undefined;
      block = { name: staged ? second : top, stage, inputs: new Set(), shape, paramCount: 0, macCount: 0 };
      blocks.set(name, block);
    }
    block.shape = shape;
    block.paramCount += paramCount;
    block.macCount += macCount;
    blockOf.set(id, name);
    for (const input of inputs) {
      const from = blockOf.get(input) as string;
      if (from !== name) block.inputs.add(from);
    }
  });
  return blocks;
}

function factsOf({ shape, paramCount, macCount }: Block): string {
  const facts = [shape.join("×")];
  if (paramCount > 0) facts.push(`${formatCount(paramCount)} parameters`);
  if (macCount > 0) facts.push(`${formatCount(macCount)} MACs`);
  return facts.join("<br/>");
}

/** Mermaid's entity codes for what would end a quoted label or be taken for HTML. */
function escaped(text: string): string {
  return withoutHidden(text.replaceAll(/\s+/g, " ")).replaceAll(
    /[#"<>&;]/g,
    (character) => `#${character.charCodeAt(0)};`,
  );
}
