// A network as a few lines of text for the terminal, with bars for its multiply–accumulates.
import { formatCount } from "../base/units.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { outlineOf } from "./network-outline.ts";
import { shapeText } from "./network-picture.ts";

/** Characters below which a description says nothing. */
const minWords = 12;

/** Lines of at most `columns` characters, without colour; where they are few, without the bars, and then without what a block does. */
export function networkSketch(network: Network, columns = 80): string[] {
  const stages = outlineOf(network);
  const blocks = stages.flatMap((stage) => stage.blocks);
  const nameWidth = Math.max(...blocks.map((block) => block.name.length));
  const shapeWidth = Math.max(...blocks.map((block) => shapeText(block.outputShape).length));
  const most = Math.max(...blocks.map((block) => block.macCount), 1);
  const barWidth = 8;
  const left = columns - nameWidth - shapeWidth - 2 * 7 - 3;
  const hasBar = left > barWidth + minWords;
  const room = left - 1 - (hasBar ? barWidth + 1 : 0);
  const hasWords = room >= minWords;
  const lines = blocks.map((block) => {
    const bar = "█".repeat(Math.ceil((block.macCount / most) * barWidth - 1e-9)).padEnd(barWidth);
    return [
      block.name.padEnd(nameWidth),
      shapeText(block.outputShape).padStart(shapeWidth),
      formatCount(block.paramCount).padStart(7),
      formatCount(block.macCount).padStart(7),
      ...(hasBar ? [bar] : []),
      ...(hasWords
        ? [block.description.length > room ? `${block.description.slice(0, room - 1)}…` : block.description]
        : []),
    ]
      .join(" ")
      .trimEnd();
  });
  const total = networkCost(network);
  const heading = [
    "block".padEnd(nameWidth),
    "output".padStart(shapeWidth),
    "params".padStart(7),
    "MACs".padStart(7),
    ...(hasBar ? [" ".repeat(barWidth)] : []),
    ...(hasWords ? ["what it does"] : []),
  ].join(" ");
  return [
    heading,
    ...lines,
    `in all: ${formatCount(total.paramCount)} parameters, ${formatCount(total.macCount)} MACs`,
  ];
}
