// Axes, grid, title and legend around a plot. A chart gives its ranges and draws inside; positions come from here.
import { formatBareScore, type Metric, valueOfScore, withUnit } from "../../metrics/index.ts";
import { type Markup, svg } from "../markup.ts";
import { seriesClass } from "./chart.ts";

export interface Axis {
  /** With the unit: "evaluations", "accuracy on test data (%)". */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly scale: "linear" | "log";
  readonly format: (value: number) => string;
  /** For the data table, where a tick's few digits are too few. Absent: `format`. */
  readonly precise?: (value: number) => string;
  /** Only whole values have ticks. */
  readonly whole?: boolean;
}

interface LegendEntry {
  readonly name: string;
  readonly series: number;
  readonly mark: "line" | "dot" | "area" | "reference";
}

export interface Plot {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Frame {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly legend: readonly LegendEntry[];
  readonly draw: (plot: Plot) => Markup;
}

/** A value of an axis as the data table shows it. */
export const inTable = (axis: Axis, value: number): string => (axis.precise ?? axis.format)(value);

export const chartWidth = 680;
const plotHeight = 290;
const legendRow = 20;

/** The axes of a plot with everything around it. The drawing is clipped to the plot. */
export function drawFrame(
  frame: Frame,
  clipId: string,
): { readonly drawing: Markup; readonly height: number } {
  const { x, y } = frame;
  const yTicks = ticks(y);
  const widest = Math.max(...yTicks.map((tick) => y.format(tick).length));
  const left = 40 + Math.min(90, 7.4 * widest);
  const right = chartWidth - 18;
  const legend = layOut(frame.legend, left, right);
  const top = 36 + legend.rows * legendRow + (legend.rows > 0 ? 8 : 0);
  const bottom = top + plotHeight;
  const plot: Plot = { x: position(x, left, right), y: position(y, bottom, top), left, right, top, bottom };
  const drawing = svg`<text class="title" x="${left}" y="22">${frame.title}</text>${legend.drawing}
<defs><clipPath id="${clipId}"><rect x="${left - 1}" y="${top - 6}" width="${right - left + 8}" height="${plotHeight + 7}"/></clipPath></defs>
${yTicks.map((tick) => svg`<line class="grid" x1="${left}" x2="${right}" y1="${plot.y(tick)}" y2="${plot.y(tick)}"/><text class="soft small" text-anchor="end" x="${left - 7}" y="${plot.y(tick) + 4}">${y.format(tick)}</text>`)}
${ticks(x).map((tick) => svg`<line class="axis" x1="${plot.x(tick)}" x2="${plot.x(tick)}" y1="${bottom}" y2="${bottom + 5}"/><text class="soft small" text-anchor="middle" x="${plot.x(tick)}" y="${bottom + 19}">${x.format(tick)}</text>`)}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<g clip-path="url(#${clipId})">${frame.draw(plot)}</g>
<text class="soft" text-anchor="middle" x="${(left + right) / 2}" y="${bottom + 40}">${x.label}</text>
<text class="soft" text-anchor="middle" transform="translate(14 ${(top + bottom) / 2}) rotate(-90)">${y.label}</text>`;
  return { drawing, height: bottom + 52 };
}

function position(axis: Axis, from: number, to: number): (value: number) => number {
  const at =
    axis.scale === "log" ? (value: number) => Math.log(Math.max(value, axis.min)) : (value: number) => value;
  const [low, high] = [at(axis.min), at(axis.max)];
  return (value) => from + ((at(value) - low) / (high - low || 1)) * (to - from);
}

/** About five round values inside the axis. */
export function ticks(axis: Axis): number[] {
  if (axis.scale === "log") {
    const powers: number[] = [];
    const steps = Math.log10(axis.max / axis.min) <= 2.2 ? [1, 2, 5] : [1];
    for (let power = Math.floor(Math.log10(axis.min)); power <= Math.ceil(Math.log10(axis.max)); power += 1) {
      for (const step of steps) powers.push(step * 10 ** power);
    }
    const inside = powers.filter((value) => value >= axis.min * 0.999 && value <= axis.max * 1.001);
    if (inside.length >= 2) return inside;
  }
  const rough = roundStep((axis.max - axis.min) / 5);
  const step = axis.whole ? Math.max(1, rough) : rough;
  const first = Math.ceil(axis.min / step - 1e-9);
  const count = Math.floor(axis.max / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function roundStep(rough: number): number {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10) * power;
}

/** A range that holds all values with a little air; a single value gets room around it. */
export function rangeOf(
  values: Iterable<number>,
  air01 = 0.05,
): { readonly min: number; readonly max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return { min: 0, max: 1 };
  const air = max > min ? (max - min) * air01 : Math.abs(max) * 0.05 || 0.5;
  return { min: min - air, max: max + air };
}

/** An axis of scores, labelled in the metric's unit (per cent for a share) with as many decimals as the range needs. */
export function scoreAxis(metric: Metric, words: string, values: Iterable<number>): Axis {
  const given = [...values].filter(Number.isFinite);
  // A single value gets a quarter of a point of room on either side, and so do values that hardly differ.
  const room = metric.unit === "share" ? 0.0025 : Math.max(0.0025, Math.abs(given[0] ?? 0) / 100);
  const [least, most] = given.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
  const isOne = most >= least && most - least < room / 5;
  const { min, max } = rangeOf(isOne ? [(least + most) / 2 - room, (least + most) / 2 + room] : given);
  // The air around them does not reach beyond what a share can be, which is negative as the score of one that is minimised.
  const [first, last] = [valueOfScore(metric, 0), valueOfScore(metric, 1)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const [low, high] =
    metric.unit === "share"
      ? [Math.max(min, Math.min(first, least)), Math.min(max, Math.max(last, most))]
      : [min, max];
  // As many as the ticks need to differ.
  const step = roundStep((high - low) / 5) * (metric.unit === "share" ? 100 : 1);
  const shown = ["share", "%"].includes(metric.unit) ? 0 : 2;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) - shown);
  const bare = (digits: number) => (value: number) => formatBareScore(metric, value, digits);
  return {
    label: withUnit(metric, words),
    min: low,
    max: high,
    scale: "linear",
    format: bare(decimals),
    precise: bare(2),
  };
}

function layOut(entries: readonly LegendEntry[], left: number, right: number) {
  let [x, row] = [left, 0];
  const items = entries.map((entry) => {
    const name = entry.name.length > 44 ? `${entry.name.slice(0, 43)}…` : entry.name;
    const width = 40 + 7.2 * name.length;
    if (x + width > right && x > left) {
      x = left;
      row += 1;
    }
    const y = 42 + row * legendRow;
    const item = svg`<g class="${seriesClass(entry.series)}">${swatch(entry.mark, x, y)}</g><text class="small" x="${x + 27}" y="${y + 4}">${name}</text>`;
    x += width;
    return item;
  });
  return { drawing: items, rows: entries.length === 0 ? 0 : row + 1 };
}

function swatch(mark: LegendEntry["mark"], x: number, y: number): Markup {
  switch (mark) {
    case "line":
      return svg`<line class="line" x1="${x}" x2="${x + 21}" y1="${y}" y2="${y}"/>`;
    case "dot":
      return svg`<circle class="dot" cx="${x + 10}" cy="${y}" r="5"/>`;
    case "area":
      return svg`<rect class="area" x="${x}" y="${y - 6}" width="21" height="12"/><line class="line thin" x1="${x}" x2="${x + 21}" y1="${y}" y2="${y}"/>`;
    case "reference":
      return svg`<line class="reference ink" x1="${x}" x2="${x + 21}" y1="${y}" y2="${y}"/>`;
    default:
      return mark satisfies never;
  }
}
