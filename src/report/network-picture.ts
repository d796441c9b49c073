// A network drawn from top to bottom: one box a block, as wide as it has channels, grouped by stage, with its shape
// and its parameters and multiply–accumulates beside it.
import { formatCount } from "../base/units.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { type Chart, seriesClass } from "./charts/chart.ts";
import { type Markup, svg } from "./markup.ts";
import { type OutlineBlock, outlineOf } from "./network-outline.ts";

const width = 860;
const rowHeight = 40;
const boxes = { left: 84, right: 490 };
/** Even the narrowest box has room for its words. */
const narrowest01 = 0.82;
const shapeX = 500;
const params = { left: 610, right: 724 };
const macs = { left: 740, right: 850 };

/** The picture, with the same blocks as a table. */
export function networkPicture(network: Network, title: string): Chart {
  const stages = outlineOf(network);
  const blocks = stages.flatMap((stage) => stage.blocks);
  const total = networkCost(network);
  const widest = Math.max(...blocks.map((block) => block.outputShape[0]));
  const most = {
    paramCount: Math.max(1, ...blocks.map((block) => block.paramCount)),
    macCount: Math.max(1, ...blocks.map((block) => block.macCount)),
  };
  const input = network.nodes[0]!.op;
  const inputShape = input.kind === "input" ? shapeText(input.shape) : "";
  const rows: Markup[] = [];
  let y = 84;
  stages.forEach((stage, series) => {
    const bottom = y + stage.blocks.length * rowHeight;
    rows.push(
      svg`<g class="${seriesClass(series)}"><rect class="area" x="8" y="${y}" width="${width - 16}" height="${bottom - y - 4}" rx="6"/></g><text class="small strong" x="18" y="${y + 22}">${cut(stage.name, 11)}</text>`,
    );
    for (const block of stage.blocks) {
      rows.push(
        drawBlock(block, y, {
          series,
          share01: Math.log(1 + block.outputShape[0]) / Math.log(1 + widest),
          most,
        }),
      );
      y += rowHeight;
    }
    y += 6;
  });
  const middle = (boxes.left + boxes.right) / 2;
  const drawing = svg`<text class="title" x="16" y="22">${title}</text>
<text class="soft small" x="16" y="42">${formatCount(total.paramCount)} parameters, ${formatCount(total.macCount)} multiply–accumulates for one image</text>
<text class="soft small" text-anchor="middle" x="${middle}" y="66">input ${inputShape}</text><text class="soft small" x="${shapeX}" y="66">output</text><text class="soft small" x="${params.left}" y="66">parameters</text><text class="soft small" x="${macs.left}" y="66">MACs</text>
<line class="axis" x1="${middle}" x2="${middle}" y1="71" y2="${y}"/>${rows}
<path class="inkfill" d="M${middle - 5} ${y}h10l-5 8z"/><text class="soft small" text-anchor="middle" x="${middle}" y="${y + 22}">class scores</text>`;
  return {
    name: "network",
    title,
    caption:
      "From the image at the top to the class scores. A box is as wide as its output has channels (logarithmic); bars compare parameters and multiply–accumulates (MACs) with those of the largest block.",
    width,
    height: y + 32,
    drawing,
    table: {
      columns: ["stage", "block", "what it does", "output", "parameters", "MACs"],
      rows: stages.flatMap((stage) =>
        stage.blocks.map((block) => [
          stage.name,
          block.name,
          block.description,
          shapeText(block.outputShape),
          block.paramCount,
          block.macCount,
        ]),
      ),
    },
  };
}

interface Look {
  readonly series: number;
  /** Width of the box among the widest, in (0, 1]. */
  readonly share01: number;
  readonly most: { readonly paramCount: number; readonly macCount: number };
}

function drawBlock(block: OutlineBlock, top: number, { series, share01, most }: Look): Markup {
  const middle = (boxes.left + boxes.right) / 2;
  const half = ((narrowest01 + (1 - narrowest01) * share01) * (boxes.right - boxes.left)) / 2;
  const y = top + 3;
  const arc = block.residual
    ? svg`<path class="ink thin line" d="M${middle - half} ${y + 27}h-9v-22h9"/>`
    : undefined;
  const bar = (range: { left: number; right: number }, value: number, largest: number) =>
    svg`<rect class="dot faint" x="${range.left}" y="${y + 18}" width="${(value / largest) * (range.right - range.left)}" height="7"/>`;
  return svg`<g class="${seriesClass(series)}"><rect class="box" x="${middle - half}" y="${y}" width="${2 * half}" height="31" rx="5"/>${bar(params, block.paramCount, most.paramCount)}${bar(macs, block.macCount, most.macCount)}</g>${arc}
<text class="small strong" text-anchor="middle" x="${middle}" y="${y + 13}">${block.count > 1 ? `${block.name} (${block.count} alike)` : block.name}</text><text class="tiny soft" text-anchor="middle" x="${middle}" y="${y + 26}">${cut(block.description, 60)}<title>${block.description}</title></text>
<text class="small" x="${shapeX}" y="${y + 19}">${shapeText(block.outputShape)}</text><text class="small" x="${params.left}" y="${y + 13}">${formatCount(block.paramCount)}</text><text class="small" x="${macs.left}" y="${y + 13}">${formatCount(block.macCount)}</text>`;
}

export const shapeText = (shape: readonly number[]) => shape.join(" × ");

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
