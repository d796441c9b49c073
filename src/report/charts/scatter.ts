// Points in a plane: accuracy against cost with the Pareto front, and predicted against measured accuracy.
import { type Markup, svg } from "../markup.ts";
import { type Axis, chartWidth, drawFrame, inTable, type Plot } from "./axes.ts";
import { type Chart, seriesClass } from "./chart.ts";

interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Shown when the pointer rests on it, and in the table. */
  readonly label: string;
  /** Index into `groups`. */
  readonly group: number;
  /** Half the length of a vertical whisker. */
  readonly spread?: number;
  /** Drawn with a ring. */
  readonly marked?: boolean;
  /** What stands beside the ring. Absent: `label`. */
  readonly mark?: string;
}

export interface ScatterChart {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly groups: readonly string[];
  readonly points: readonly ScatterPoint[];
  /** Draws the front of low x and high y. */
  readonly front?: boolean;
  /** Draws the line x = y. */
  readonly diagonal?: boolean;
}

export function scatterChart(spec: ScatterChart): Chart {
  const front = spec.front ? paretoFront(spec.points) : [];
  const shown = thinned(spec.points, front);
  const used = spec.groups.flatMap((name, series) =>
    spec.points.some((point) => point.group === series) ? [{ name, series, mark: "dot" as const }] : [],
  );
  const guides = [
    ...(front.length > 1 ? [{ name: "Pareto front", series: 0, mark: "reference" as const }] : []),
    ...(spec.diagonal ? [{ name: "predicted = measured", series: 0, mark: "reference" as const }] : []),
  ];
  const { drawing, height } = drawFrame(
    {
      title: spec.title,
      x: spec.x,
      y: spec.y,
      legend: [...used, ...guides],
      draw: (plot) => svg`${spec.diagonal ? diagonal(plot, spec) : undefined}${frontLine(plot, front)}
${shown.filter((point) => !point.marked).map((point) => dot(plot, point))}${shown.filter((point) => point.marked).map((point) => marked(plot, point))}`,
    },
    `clip-${spec.name}`,
  );
  const { name, title, caption } = spec;
  const onFront = new Set(front);
  return {
    name,
    title,
    caption:
      shown.length < spec.points.length
        ? `${caption} ${shown.length} of ${spec.points.length} are drawn.`
        : caption,
    width: chartWidth,
    height,
    drawing,
    table: {
      columns: [
        "design",
        "comes from",
        spec.x.label,
        spec.y.label,
        ...(spec.front ? ["on the Pareto front"] : []),
      ],
      rows: spec.points.map((point) => [
        point.label,
        spec.groups[point.group] ?? "",
        inTable(spec.x, point.x),
        inTable(spec.y, point.y),
        ...(spec.front ? [onFront.has(point) ? "yes" : ""] : []),
      ]),
    },
  };
}

const most = 2000;

/** Every so-many-th of very many points, and all that a reader looks for. */
function thinned(points: readonly ScatterPoint[], front: readonly ScatterPoint[]): readonly ScatterPoint[] {
  if (points.length <= most) return points;
  const step = Math.ceil(points.length / most);
  const kept = new Set(front);
  return points.filter((point, index) => index % step === 0 || point.marked || kept.has(point));
}

/** The points that no other beats in both: lower or equal x with higher y. Ascending in x. */
export function paretoFront<Point extends { readonly x: number; readonly y: number }>(
  points: readonly Point[],
): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || b.y - a.y);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter((point) => {
    if (point.y <= best) return false;
    best = point.y;
    return true;
  });
}

function frontLine(plot: Plot, front: readonly ScatterPoint[]): Markup | undefined {
  if (front.length < 2) return undefined;
  const steps = front.map((point, index) => {
    const [x, y] = [plot.x(point.x).toFixed(1), plot.y(point.y).toFixed(1)];
    return index === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  return svg`<path class="reference ink" d="${steps.join("")}"/>`;
}

function diagonal(plot: Plot, { x, y }: ScatterChart): Markup {
  const [from, to] = [Math.max(x.min, y.min), Math.min(x.max, y.max)];
  return svg`<line class="reference ink" x1="${plot.x(from)}" y1="${plot.y(from)}" x2="${plot.x(to)}" y2="${plot.y(to)}"/>`;
}

function dot(plot: Plot, point: ScatterPoint): Markup {
  const [x, y] = [plot.x(point.x), plot.y(point.y)];
  const whisker =
    point.spread === undefined
      ? undefined
      : svg`<line class="line thin faint" x1="${x}" x2="${x}" y1="${plot.y(point.y - point.spread)}" y2="${plot.y(point.y + point.spread)}"/>`;
  return svg`<g class="${seriesClass(point.group)}">${whisker}<circle class="dot halo" cx="${x}" cy="${y}" r="4.5"><title>${point.label}</title></circle></g>`;
}

function marked(plot: Plot, point: ScatterPoint): Markup {
  const [x, y] = [plot.x(point.x), plot.y(point.y)];
  const leftwards = x > (plot.left + plot.right) / 2;
  return svg`${dot(plot, point)}<circle class="ink line thin" cx="${x}" cy="${y}" r="8.5"/><text class="small strong halo outlined" text-anchor="${leftwards ? "end" : "start"}" x="${leftwards ? x - 11 : x + 11}" y="${y - 9}">${(point.mark ?? point.label).slice(0, 40)}</text>`;
}
