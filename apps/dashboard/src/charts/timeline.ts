// Bars from a start to an end, in lanes.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { type AxisSpec, axis, frame, plain, seriesColour, tooltip, zoom } from "./frame.ts";

interface TimelineChart {
  readonly axis: AxisSpec & { readonly unit: number };
  readonly bars: readonly (Span & { readonly lane: number })[];
  readonly lanes: number;
  readonly about: (id: number) => readonly string[];
}

export function timelineOption(chart: TimelineChart, look: ChartLook): EChartsCoreOption {
  const { bars, lanes } = chart;
  const shared = frame(look);
  const { unit } = chart.axis;
  const ends = bars.flatMap(({ start, end }) => [start / unit, end / unit]);
  return {
    ...shared,
    grid: { ...shared.grid, top: 8 },
    dataZoom: zoom,
    tooltip: {
      ...tooltip(look),
      trigger: "item",
      formatter: ({ value }: { readonly value?: unknown }) =>
        Array.isArray(value)
          ? chart
              .about(value.at(-1) as number)
              .map((text) => plain(text))
              .join("\n")
          : "",
    },
    xAxis: axis({ ...chart.axis, air01: 0.01 }, look, "x", ends),
    yAxis: {
      type: "category",
      inverse: true,
      data: Array.from({ length: lanes }, (_, lane) => String(lane + 1)),
      axisLabel: { color: look.palette.soft },
      axisLine: { lineStyle: { color: look.palette.soft } },
      axisTick: { show: false },
    },
    series: {
      type: "custom",
      clip: true,
      encode: { x: [0, 1], y: 2 },
      data: bars.map(({ start, end, lane, id, isGood }) => ({
        value: [start / unit, end / unit, lane, id],
        itemStyle: { color: seriesColour(look, isGood ? 0 : 1) },
      })),
      renderItem: (
        _params: unknown,
        api: {
          value(dimension: number): number;
          coord(point: readonly number[]): number[];
          visual(name: string): unknown;
        },
      ): object => {
        const [x1, y] = api.coord([api.value(0), api.value(2)]) as [number, number];
        const [x2] = api.coord([api.value(1), api.value(2)]) as [number, number];
        return {
          type: "rect",
          shape: { x: x1, y: y - 8, width: Math.max(2, x2 - x1 - 1), height: 16, r: 2 },
          style: { fill: api.visual("color"), opacity: 0.8 },
        };
      },
    },
  };
}

interface Span {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly isGood: boolean;
}

/** Each in the first lane that is free at its start. */
export function inLanes<Bar extends Span>(spans: readonly Bar[]): (Bar & { readonly lane: number })[] {
  const free: number[] = [];
  return spans
    .toSorted((a, b) => a.start - b.start)
    .map((span) => {
      const found = free.findIndex((end) => end <= span.start);
      const lane = found === -1 ? free.length : found;
      free[lane] = span.end;
      return { ...span, lane };
    });
}
