// Charts that are a list of named rows: the runs of each strategy as a strip of dots with the mean's interval, and
// bars with whiskers, such as what each decision is worth.
import { type Markup, svg } from "../markup.ts";
import { type Axis, chartWidth, inTable, ticks } from "./axes.ts";
import { type Chart, type DataTable, seriesClass } from "./chart.ts";

export interface StripRow {
  readonly name: string;
  /** One value a run. */
  readonly values: readonly number[];
  readonly center: number;
  readonly interval: readonly [low: number, high: number];
}

interface Spec {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
}

/** Every run as a dot; the bar is the interval of the mean, the tick the mean. */
export function stripChart(spec: Spec & { readonly rows: readonly StripRow[] }): Chart {
  const height = 34;
  const drawRow = (row: StripRow, index: number, x: (value: number) => number, y: number) => {
    const dots = row.values.map((value, run) => {
      // A fixed pattern instead of chance: neighbours in order of run never share a height.
      const jitter = (((run * 7) % 11) - 5) * 1.5;
      return svg`<circle class="dot faint" cx="${x(value)}" cy="${y + jitter}" r="2.6"/>`;
    });
    const [low, high] = row.interval;
    return svg`<g class="${seriesClass(index)}">${dots}</g><line class="ink line" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/><line class="ink line" x1="${x(row.center)}" x2="${x(row.center)}" y1="${y - 9}" y2="${y + 9}"/>`;
  };
  return rowChart(spec, spec.rows, height, drawRow, {
    columns: ["strategy", "runs", `mean ${spec.x.label}`, "95 % from", "to"],
    rows: spec.rows.map((row) => [
      row.name,
      row.values.length,
      ...[row.center, ...row.interval].map((value) => inTable(spec.x, value)),
    ]),
  });
}

export interface BarRow {
  readonly name: string;
  readonly value: number;
  readonly interval?: readonly [low: number, high: number];
}

/** Bars from zero with whiskers. */
export function barChart(spec: Spec & { readonly rows: readonly BarRow[] }): Chart {
  const drawRow = (row: BarRow, _: number, x: (value: number) => number, y: number) => {
    const [from, to] = [x(0), x(row.value)].sort((a, b) => a - b) as [number, number];
    const whisker =
      row.interval === undefined
        ? undefined
        : svg`<line class="ink line thin" x1="${x(row.interval[0])}" x2="${x(row.interval[1])}" y1="${y}" y2="${y}"/>`;
    return svg`<rect class="s0 dot faint" x="${from}" y="${y - 7}" width="${Math.max(1, to - from)}" height="14" rx="2"/>${whisker}`;
  };
  return rowChart(spec, spec.rows, 24, drawRow, {
    columns: ["name", spec.x.label, "95 % from", "to"],
    rows: spec.rows.map((row) => [
      row.name,
      inTable(spec.x, row.value),
      ...(row.interval === undefined ? [null, null] : row.interval.map((value) => inTable(spec.x, value))),
    ]),
  });
}

function rowChart<Row extends { readonly name: string }>(
  spec: Spec,
  rows: readonly Row[],
  rowHeight: number,
  drawRow: (row: Row, index: number, x: (value: number) => number, y: number) => Markup,
  table: DataTable,
): Chart {
  const longest = Math.max(0, ...rows.map((row) => row.name.length));
  const left = 22 + Math.min(230, 7.2 * Math.min(longest, 32));
  const right = chartWidth - 24;
  const [top, bottom] = [40, 40 + rows.length * rowHeight];
  const { min, max } = spec.x;
  const x = (value: number) => left + ((value - min) / (max - min || 1)) * (right - left);
  const drawing = svg`<text class="title" x="16" y="22">${spec.title}</text>
${ticks(spec.x).map((tick) => svg`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}"/><text class="soft small" text-anchor="middle" x="${x(tick)}" y="${bottom + 17}">${spec.x.format(tick)}</text>`)}
${rows.map((row, index) => {
  const y = top + (index + 0.5) * rowHeight;
  const name = row.name.length > 32 ? `${row.name.slice(0, 31)}…` : row.name;
  return svg`<text text-anchor="end" class="small" x="${left - 10}" y="${y + 4}">${name}</text>${drawRow(row, index, x, y)}`;
})}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text class="soft" text-anchor="middle" x="${(left + right) / 2}" y="${bottom + 38}">${spec.x.label}</text>`;
  return { ...spec, width: chartWidth, height: bottom + 50, drawing, table };
}
