// The blocks of a network and the graph of one of them in words, for whoever shall say what to change there.
import { formatCount } from "../../base/units.ts";
import { type NodeCost, nodeCosts } from "../../graph/cost.ts";
import type { Network, Operation } from "../../graph/network.ts";
import { blockOf, blocksOf, outputOf } from "./design.ts";

/** One line a block: the shape of its output and what it costs; `marked` is pointed at. */
export function describeBlocks(network: Network, marked: string): string {
  const costs = nodeCosts(network);
  return blocksOf(network)
    .map((block) => {
      const own = costs.filter(({ id }) => blockOf(id) === block);
      const output = own.find(({ id }) => id === outputOf(network, block));
      return `  ${block}: → ${shapeText(output)}, ${costText(own)}${block === marked ? "  ← this one" : ""}`;
    })
    .join("\n");
}

/** One line a node. */
export function describeBlock(network: Network, block: string): string {
  const costs = new Map(nodeCosts(network).map((cost) => [cost.id, cost]));
  const short = (id: string) => (id.startsWith(`${block}.`) ? id.slice(block.length + 1) : id);
  return network.nodes
    .filter(({ id }) => blockOf(id) === block)
    .map(({ id, op, inputs }) => {
      const cost = costs.get(id)!;
      const price = cost.paramCount + cost.macCount > 0 ? `, ${costText([cost])}` : "";
      return `  ${short(id)}: ${operationText(op, costs.get(inputs[0] ?? id)!)}, of ${inputs.map(short).join(" and ")} → ${shapeText(cost)}${price}`;
    })
    .join("\n");
}

const shapeText = (cost: NodeCost | undefined) => cost?.shape.join("×") ?? "nothing";

function costText(costs: readonly NodeCost[]): string {
  const [params, macs] = costs.reduce(
    ([a, b], { paramCount, macCount }) => [a + paramCount, b + macCount],
    [0, 0],
  );
  return `${formatCount(params)} parameters, ${formatCount(macs)} MACs`;
}

function operationText(op: Operation, { shape: [inChannels] }: NodeCost): string {
  switch (op.kind) {
    case "conv": {
      const depth =
        op.groups === 1 ? "" : op.groups === inChannels ? "depthwise " : `grouped (${op.groups}) `;
      return `${depth}convolution ${op.kernel}×${op.kernel}${op.stride > 1 ? `, stride ${op.stride}` : ""}`;
    }
    case "activation":
      return op.function;
    case "pool":
      return `${op.mode} pooling ${op.kernel}×${op.kernel}${op.stride > 1 ? `, stride ${op.stride}` : ""}`;
    case "add":
      return "sum";
    case "multiply":
      return "product";
    default:
      return op.kind;
  }
}
