// The blocks of a network and the graph of one of them in words, for the model that chooses what to change.
import { formatCount } from "../../base/units.ts";
import { blockOf } from "../../graph/changes/index.ts";
import { type NodeCost, nodeCosts } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { operatorOf } from "../../graph/ops/index.ts";
import { blocksOf, outputOf } from "./design.ts";

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
      return `  ${short(id)}: ${operatorOf(op).words(op, costs.get(inputs[0] ?? id)!.shape)}, of ${inputs.map(short).join(" and ")} → ${shapeText(cost)}${price}`;
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
