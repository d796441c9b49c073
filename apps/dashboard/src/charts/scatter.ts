// Points in a plane: accuracy against cost with the Pareto front, and predicted against measured accuracy.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { type AxisSpec, axis, frame, plain, seriesColour, tooltip, verticalName, zoom } from "./frame.ts";

export interface ScatterPoint {
  /** Trial number. */
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** Index into `groups`. */
  readonly group: number;
}

export interface ScatterChart {
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly groups: readonly string[];
  readonly points: readonly ScatterPoint[];
  /** Draws the front of low x and high y. */
  readonly front?: boolean;
  readonly diagonal?: boolean;
  /** Bounds on x that designs had to keep. */
  readonly limits?: readonly { readonly name: string; readonly x: number }[];
  /** The trial that is drawn with a ring. */
  readonly marked?: number | undefined;
  /** What the ring says; "selected" where it is absent. */
  readonly markedAs?: string;
  /** What the tooltip says of a trial, a line each. */
  readonly about: (id: number) => readonly string[];
}

const [frontName, diagonalName, usualMark] = ["Pareto front", "predicted = measured", "selected"] as const;

/** Number of points from which ECharts draws them at once. */
const manyPoints = 2000;

export function scatterOption(chart: ScatterChart, look: ChartLook): EChartsCoreOption {
  const limits = chart.limits ?? [];
  const used = chart.groups
    .map((name, group) => ({ name, points: chart.points.filter((point) => point.group === group), group }))
    .filter(({ points }) => points.length > 0);
  const marked = chart.points.find(({ id }) => id === chart.marked);
  const front = chart.front ? paretoFront(chart.points) : [];
  const ends = chart.points.flatMap(({ x, y }) => [x, y]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const line = (name: string, data: readonly (readonly number[])[], step: boolean) => ({
    type: "line",
    name,
    data,
    step: step ? "end" : false,
    symbol: "none",
    silent: true,
    lineStyle: { color: look.palette.ink, type: "dotted", width: 1.5 },
    itemStyle: { color: look.palette.ink },
    z: 1,
  });
  const names = [
    ...used.map(({ name }) => name),
    ...(front.length > 1 ? [frontName] : []),
    ...(chart.diagonal ? [diagonalName] : []),
    ...limits.map(({ name }) => name),
    ...(marked === undefined ? [] : [chart.markedAs ?? usualMark]),
  ];
  const shared = frame(look, names);
  // Both axes of predictions have one range, so that the diagonal is one.
  const [xs, ys] = chart.diagonal
    ? [ends, ends]
    : [[...chart.points.map(({ x }) => x), ...limits.map(({ x }) => x)], chart.points.map(({ y }) => y)];
  return {
    ...shared,
    title: verticalName(chart.y, look, names),
    dataZoom: zoom,
    tooltip: {
      ...tooltip(look),
      trigger: "item",
      formatter: ({ value }: { readonly value?: unknown }) =>
        Array.isArray(value) && typeof value[2] === "number"
          ? chart
              .about(value[2])
              .map((text) => plain(text))
              .join("\n")
          : "",
    },
    xAxis: axis(chart.x, look, "x", xs),
    yAxis: axis(chart.y, look, "y", ys),
    series: [
      ...used.map(({ name, points, group }) => ({
        type: "scatter",
        name,
        data: points.map(({ x, y, id }) => [x, y, id]),
        symbolSize: chart.points.length > 300 ? 5 : 8,
        large: points.length > manyPoints,
        largeThreshold: manyPoints,
        itemStyle: { color: seriesColour(look, group), opacity: chart.points.length > 300 ? 0.55 : 0.85 },
        z: 2,
      })),
      ...(front.length > 1
        ? [
            line(
              frontName,
              front.map(({ x, y }) => [x, y]),
              true,
            ),
          ]
        : []),
      ...(chart.diagonal
        ? [
            line(
              diagonalName,
              [
                [least, least],
                [most, most],
              ],
              false,
            ),
          ]
        : []),
      ...limits.map(({ name, x }) => ({
        type: "line",
        name,
        data: [],
        symbol: "none",
        itemStyle: { color: look.palette.series[5] },
        lineStyle: { color: look.palette.series[5], type: "dashed", width: 1.5 },
        markLine: {
          symbol: "none",
          silent: true,
          animation: false,
          precision: 9,
          label: { show: false },
          lineStyle: { color: look.palette.series[5], type: "dashed", width: 1.5 },
          data: [{ xAxis: x }],
        },
      })),
      ...(marked === undefined
        ? []
        : [
            {
              type: "scatter",
              name: chart.markedAs ?? usualMark,
              data: [[marked.x, marked.y, marked.id]],
              symbolSize: 16,
              itemStyle: { color: "transparent", borderColor: look.palette.ink, borderWidth: 2 },
              z: 4,
            },
          ]),
    ],
  };
}

/** Points with no other that is as cheap and better, or cheaper and as good; from cheap to expensive. */
export function paretoFront<Point extends { readonly x: number; readonly y: number }>(
  points: readonly Point[],
): Point[] {
  const front: Point[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) {
    if (front.length === 0 || point.y > front.at(-1)!.y) front.push(point);
  }
  return front;
}
