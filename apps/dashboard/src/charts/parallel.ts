// Each design as a line across all decisions, coloured by its accuracy: what good designs have in common shows as a
// bundle.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { frame, plain, tooltip } from "./frame.ts";
import { scoreColours } from "./score-colours.ts";

export interface ParallelAxis {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface ParallelLine {
  readonly id: number;
  readonly choices: readonly number[];
  readonly score: number;
}

export interface ParallelChart {
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
  readonly format: (score: number) => string;
  readonly about: (id: number) => readonly string[];
}

export const parallelHeight = (axes: number) => 100 + axes * 40;

/** Decisions run from top to bottom, so that thirty of them still fit a telephone. */
export function parallelOption(chart: ParallelChart, look: ChartLook): EChartsCoreOption {
  const { palette, narrow } = look;
  const shared = frame(look, false);
  const count = chart.axes.length;
  const values = chart.lines.map((line) => line.score);
  return {
    ...shared,
    tooltip: {
      ...tooltip(look),
      formatter: ({ value }: { readonly value?: unknown }) =>
        Array.isArray(value)
          ? chart
              .about(value[count + 1] as number)
              .map((text) => plain(text))
              .join("\n")
          : "",
    },
    visualMap: scoreColours(values, { dimension: count, format: chart.format }, look),
    parallel: {
      layout: "vertical",
      left: narrow ? 96 : 160,
      right: narrow ? 16 : 40,
      top: 48,
      bottom: 36,
      parallelAxisDefault: {
        nameLocation: "start",
        nameGap: 10,
        nameTextStyle: {
          align: "right",
          color: palette.ink,
          width: narrow ? 84 : 148,
          overflow: "truncate",
        },
        axisLine: { lineStyle: { color: palette.soft } },
        axisTick: { show: false },
        // Above the lines, on paper of their own: a line through a word makes it unreadable.
        z: 5,
        axisLabel: {
          color: palette.ink,
          backgroundColor: palette.paper,
          padding: [1, 3],
          fontSize: 10,
          margin: 6,
          hideOverlap: true,
        },
      },
    },
    parallelAxis: chart.axes.map(({ name, labels }, dim) => {
      const room = Math.max(7, Math.floor((narrow ? 36 : 130) / labels.length));
      return {
        dim,
        name,
        type: "category",
        data: labels.map((_, place) => String(place)),
        axisLabel: {
          backgroundColor: palette.paper,
          formatter: (place: string) => plain(labels[Number(place)] ?? place, room),
        },
      };
    }),
    series: {
      type: "parallel",
      lineStyle: { width: 1.3, opacity: chart.lines.length > 200 ? 0.25 : 0.6 },
      smooth: false,
      progressive: 400,
      data: chart.lines.map(({ choices, score, id }) => [...choices.map(String), score, id]),
    },
  };
}
