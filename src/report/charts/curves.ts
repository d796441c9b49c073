// Curves over evaluations or epochs: best so far with its band, anytime comparisons, learning curves.
import { type Markup, svg } from "../markup.ts";
import { type Axis, chartWidth, drawFrame, inTable, type Plot } from "./axes.ts";
import { type Chart, type DataTable, seriesClass } from "./chart.ts";

export interface Curve {
  readonly name: string;
  /** Curves that share a name in the legend are there once. Absent: `name`. */
  readonly legend?: string;
  /** Ascending in x. */
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low?: number;
    readonly high?: number;
  }[];
  /** Holds each value until the next, as a best so far does. */
  readonly steps?: boolean;
  readonly dots?: boolean;
  /** Colour; by default its place among the curves. */
  readonly series?: number;
  readonly faint?: boolean;
}

export interface CurveChart {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** Horizontal lines, such as a known optimum. */
  readonly references?: readonly { readonly name: string; readonly y: number }[];
  /** Most curves that get a legend entry; many learning curves need none. */
  readonly legendLimit?: number;
}

export function curveChart(spec: CurveChart): Chart {
  const references = spec.references ?? [];
  const hasShared = spec.curves.some(({ legend }) => legend !== undefined);
  const named = hasShared || spec.curves.length <= (spec.legendLimit ?? 16) ? spec.curves : [];
  const { drawing, height } = drawFrame(
    {
      title: spec.title,
      x: spec.x,
      y: spec.y,
      legend: [
        ...once(
          named.map((curve, index) => ({
            name: curve.legend ?? curve.name,
            series: curve.series ?? index,
            mark: curve.points.some((point) => point.low !== undefined)
              ? ("area" as const)
              : ("line" as const),
          })),
        ),
        ...references.map(({ name }) => ({ name, series: 0, mark: "reference" as const })),
      ],
      draw: (plot) => svg`${references.map(({ y }) => reference(plot, y))}
${spec.curves.map((curve, index) => area(plot, curve, index))}
${spec.curves.map((curve, index) => line(plot, curve, index))}`,
    },
    `clip-${spec.name}`,
  );
  const { name, title, caption } = spec;
  return { name, title, caption, width: chartWidth, height, drawing, table: tableOf(spec) };
}

const once = <Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] =>
  entries.filter(({ name }, index) => entries.findIndex((entry) => entry.name === name) === index);

const reference = (plot: Plot, y: number) =>
  svg`<line class="reference ink" x1="${plot.left}" x2="${plot.right}" y1="${plot.y(y)}" y2="${plot.y(y)}"/>`;

type Corner = readonly [x: number, y: number];

function corners(plot: Plot, curve: Curve, read: (point: Curve["points"][number]) => number): Corner[] {
  return curve.points.flatMap((point, index): Corner[] => {
    const [x, y] = [plot.x(point.x), plot.y(read(point))];
    const previous = curve.points[index - 1];
    return curve.steps && previous !== undefined
      ? [
          [x, plot.y(read(previous))],
          [x, y],
        ]
      : [[x, y]];
  });
}

const path = (points: readonly Corner[]) =>
  points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function area(plot: Plot, curve: Curve, index: number): Markup | undefined {
  if (!curve.points.some((point) => point.low !== undefined)) return undefined;
  const low = corners(plot, curve, (point) => point.low ?? point.y);
  const high = corners(plot, curve, (point) => point.high ?? point.y).reverse();
  return svg`<path class="${seriesClass(curve.series ?? index)} area" d="${path([...low, ...high])}Z"/>`;
}

function line(plot: Plot, curve: Curve, index: number): Markup {
  const points = corners(plot, curve, (point) => point.y);
  const series = seriesClass(curve.series ?? index);
  const dots = curve.dots || curve.points.length === 1;
  return svg`<g class="${series}${curve.faint ? " faint" : ""}"><path class="line" d="${path(points)}"><title>${curve.name}</title></path>${dots ? curve.points.map((point) => svg`<circle class="dot" cx="${plot.x(point.x)}" cy="${plot.y(point.y)}" r="3"/>`) : undefined}</g>`;
}

function tableOf(spec: CurveChart): DataTable {
  const banded = spec.curves.some((curve) => curve.points.some((point) => point.low !== undefined));
  const references = (spec.references ?? []).map(({ name, y }) => [
    name,
    null,
    inTable(spec.y, y),
    ...(banded ? [null, null] : []),
  ]);
  const rows = spec.curves.flatMap((curve) =>
    curve.points.map(({ x, y, low, high }) => [
      curve.name,
      inTable(spec.x, x),
      inTable(spec.y, y),
      ...(banded
        ? [low === undefined ? null : inTable(spec.y, low), high === undefined ? null : inTable(spec.y, high)]
        : []),
    ]),
  );
  return {
    columns: ["curve", spec.x.label, spec.y.label, ...(banded ? ["from", "to"] : [])],
    rows: [...references, ...rows],
  };
}
