// Lines over evaluations, time, money or epochs, with bands and reference lines.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { type AxisSpec, axis, frame, plain, seriesColour, tooltip, verticalName, zoom } from "./frame.ts";

export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
  /** Index of its colour. */
  readonly series: number;
  /** The value holds until the next point. */
  readonly steps?: boolean;
  readonly faint?: boolean;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** A trial beside the curves. */
export interface CurveDot {
  /** Trial number. */
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

export interface CurveChart {
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly curves: readonly Curve[];
  readonly references: readonly { readonly name: string; readonly y: number }[];
  /** Of many curves, only those in full colour are named. */
  readonly hasLegend?: boolean;
  /** Drawn as dots; those below the axis as triangles at its foot. */
  readonly dots?: {
    readonly name: string;
    readonly points: readonly CurveDot[];
    readonly about: (id: number) => readonly string[];
  };
}

export function curveOption(chart: CurveChart, look: ChartLook): EChartsCoreOption {
  const { curves, references, dots, hasLegend = true } = chart;
  const names = hasLegend
    ? [
        ...curves.filter((curve) => !curve.faint).map(({ name }) => name),
        ...(dots === undefined ? [] : [dots.name]),
        ...references.map(({ name }) => name),
      ]
    : [];
  const shared = frame(look, names);
  const xs = [...curves.flatMap(({ points }) => points), ...(dots?.points ?? [])].map(({ x }) => x);
  const ys = [
    ...curves.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])),
    ...references.map(({ y }) => y),
    ...(dots?.points ?? []).map(({ y }) => y),
  ];
  const yAxis = axis(chart.y, look, "y", ys);
  return {
    ...shared,
    title: verticalName(chart.y, look, names),
    tooltip: { ...tooltip(look), trigger: "item", formatter: pointInWords(chart) },
    xAxis: axis({ air01: 0, ...chart.x }, look, "x", xs),
    yAxis,
    dataZoom: zoom,
    series: [
      ...curves.map((curve) => ({
        type: "line",
        name: curve.name,
        data: curve.points.map(({ x, y }) => [x, y]),
        step: curve.steps ? "end" : false,
        symbol: "circle",
        // A single point is all that is drawn of its curve.
        symbolSize: curve.points.length === 1 ? 8 : curve.faint ? 4 : 6,
        showSymbol: curve.points.length < 60,
        sampling: "lttb",
        triggerLineEvent: true,
        itemStyle: { color: seriesColour(look, curve.series) },
        lineStyle: {
          color: seriesColour(look, curve.series),
          width: curve.faint ? 1.6 : 2.8,
          opacity: curve.faint ? 0.8 : 1,
        },
        z: curve.faint ? 2 : 3,
      })),
      // After the lines, whose marks the legend then shows; below them on the canvas.
      ...curves.flatMap((curve) => band(curve, look)),
      ...dotSeries(chart, yAxis.min, look),
      ...references.map(({ name, y }) => ({
        type: "line",
        name,
        data: [],
        lineStyle: { color: look.palette.ink, type: "dotted", width: 1.5 },
        itemStyle: { color: look.palette.ink },
        symbol: "none",
        markLine: {
          symbol: "none",
          silent: true,
          animation: false,
          // The default rounds a share to whole percents.
          precision: 9,
          label: { show: false },
          lineStyle: { color: look.palette.ink, type: "dotted", width: 1.5 },
          data: [{ yAxis: y }],
        },
      })),
    ],
  };
}

const maxDotsInFull = 1000;

function dotSeries({ dots, y }: CurveChart, foot: number, look: ChartLook): object[] {
  if (dots === undefined || dots.points.length === 0) return [];
  const colour = look.palette.soft;
  const isLow = (point: CurveDot) => y.min !== undefined && point.y < foot;
  const series = (points: readonly CurveDot[], more: object) => ({
    type: "scatter",
    name: dots.name,
    data: points.map(({ x, y: score, id }) => [x, isLow({ id, x, y: score }) ? foot : score, id]),
    symbolSize: dots.points.length > maxDotsInFull ? 4 : 6,
    itemStyle: { color: colour, opacity: dots.points.length > maxDotsInFull ? 0.4 : 0.65 },
    z: 2,
    ...more,
  });
  const [low, shown] = [dots.points.filter(isLow), dots.points.filter((point) => !isLow(point))];
  return [
    series(shown, { large: shown.length > 2000, largeThreshold: 2000 }),
    ...(low.length > 0
      ? [series(low, { symbol: "triangle", symbolRotate: 180, symbolOffset: [0, -4], clip: false })]
      : []),
  ];
}

/** The area between low and high, drawn as one shape. */
function band({ points, series, name, steps }: Curve, look: ChartLook): object[] {
  const held = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  if (held.length < 2) return [];
  return [
    {
      type: "custom",
      name,
      silent: true,
      tooltip: { show: false },
      z: 1,
      itemStyle: { color: seriesColour(look, series) },
      data: held.map(({ x, low, high }) => [x, low, high]),
      encode: { x: 0, y: [1, 2] },
      clip: true,
      renderItem: (
        params: { readonly dataIndex: number },
        api: { coord(point: readonly number[]): number[] },
      ): object | null => {
        if (params.dataIndex > 0) return null;
        const edge = (side: "low" | "high") =>
          held.flatMap((point, place) => {
            const before = held[place - 1];
            const corner = steps && before !== undefined ? [api.coord([point.x, before[side]!])] : [];
            return [...corner, api.coord([point.x, point[side]!])];
          });
        const upper = edge("high");
        const lower = edge("low").reverse();
        return {
          type: "polygon",
          shape: { points: [...upper, ...lower] },
          style: { fill: seriesColour(look, series), opacity: 0.18 },
        };
      },
    },
  ];
}

function pointInWords({ x, y, dots }: CurveChart) {
  return ({ seriesName, value }: { readonly seriesName?: string; readonly value?: unknown }): string => {
    if (!Array.isArray(value)) return plain(seriesName ?? "");
    const [at, score, id] = value as readonly number[];
    if (id !== undefined && dots !== undefined)
      return dots
        .about(id)
        .map((text) => plain(text))
        .join("\n");
    return `${plain(seriesName ?? "")}\n${x.name}: ${x.format(at!)}\n${y.name}: ${y.format(score!)}`;
  };
}
