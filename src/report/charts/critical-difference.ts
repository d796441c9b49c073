// The critical-difference diagram: strategies on an axis of mean ranks, and bars over those that Nemenyi's test
// does not tell apart. See Demšar (2006), "Statistical comparisons of classifiers over multiple data sets".
import { svg } from "../markup.ts";
import { chartWidth } from "./axes.ts";
import type { Chart } from "./chart.ts";

export interface CriticalDifference {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** By strategy; 1 is best. */
  readonly meanRanks: Readonly<Record<string, number>>;
  readonly criticalDifference: number;
  readonly indistinct: readonly (readonly string[])[];
}

export function criticalDifferenceChart(spec: CriticalDifference): Chart {
  const entries = Object.entries(spec.meanRanks).sort((a, b) => a[1] - b[1]);
  const longest = Math.max(...entries.map(([name]) => name.length));
  const margin = Math.min(230, 62 + 7.2 * Math.min(longest, 22));
  const [left, right, axisY] = [margin, chartWidth - margin, 78];
  const count = Math.max(2, entries.length);
  const x = (rank: number) => left + ((rank - 1) / (count - 1)) * (right - left);
  const half = Math.ceil(entries.length / 2);
  const barsBottom = axisY + 14 + spec.indistinct.length * 9;
  const rows = entries.map(([name, rank], index) => {
    const leftSide = index < half;
    const y = barsBottom + 16 + (leftSide ? index : entries.length - 1 - index) * 22;
    const end = leftSide ? left - 12 : right + 12;
    const label = `${name.length > 22 ? `${name.slice(0, 21)}…` : name}  ${rank.toFixed(2)}`;
    return svg`<path class="axis" d="M${x(rank)} ${axisY}V${y}H${end}"/><text class="small" text-anchor="${leftSide ? "end" : "start"}" x="${leftSide ? end - 5 : end + 5}" y="${y + 4}">${label}</text>`;
  });
  const bars = spec.indistinct.map((group, index) => {
    const ranks = group.map((name) => spec.meanRanks[name] ?? 1);
    const y = axisY + 11 + index * 9;
    return svg`<line class="ink" stroke-width="4" stroke-linecap="round" x1="${x(Math.min(...ranks)) - 3}" x2="${x(Math.max(...ranks)) + 3}" y1="${y}" y2="${y}"/>`;
  });
  const scaleTicks = Array.from({ length: count }, (_, index) => index + 1).map(
    (rank) =>
      svg`<line class="axis" x1="${x(rank)}" x2="${x(rank)}" y1="${axisY - 5}" y2="${axisY}"/><text class="soft small" text-anchor="middle" x="${x(rank)}" y="${axisY - 9}">${rank}</text>`,
  );
  const width = x(1 + spec.criticalDifference) - x(1);
  const drawing = svg`<text class="title" x="16" y="22">${spec.title}</text>
<path class="ink line" d="M${left} 41V49M${left} 45H${Math.min(left + width, right)}M${Math.min(left + width, right)} 41V49"/>
<text class="small" x="${Math.min(left + width, right) + 8}" y="49">critical difference ${spec.criticalDifference.toFixed(2)}</text>
<line class="axis" x1="${left}" x2="${right}" y1="${axisY}" y2="${axisY}"/>${scaleTicks}${rows}${bars}`;
  return {
    name: spec.name,
    title: spec.title,
    caption: spec.caption,
    width: chartWidth,
    height: barsBottom + 16 + half * 22 + 12,
    drawing,
    table: {
      columns: ["strategy", "mean rank", "no significant difference from"],
      rows: entries.map(([name, rank]) => [
        name,
        rank.toFixed(2),
        [...new Set(spec.indistinct.filter((group) => group.includes(name)).flat())]
          .filter((other) => other !== name)
          .join(", "),
      ]),
    },
  };
}
