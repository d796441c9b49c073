// Each design as a line across all decisions, coloured by its accuracy: what good designs have in common shows as a
// bundle.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { frame, plain, tooltip } from "./frame.ts";
import { brokenLabels } from "./option-labels.ts";
import { scoreColours } from "./score-colours.ts";
import { linesOf, textWidth } from "./text-width.ts";

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

/** Above the first axis and below the last one, beside its names. */
const [top, foot] = [60, 14];
const nameSize = 12;

/** Names of decisions and of all their options, in lines that leave none out. */
function namesOf(axes: readonly ParallelAxis[], width: number) {
  const right = width < 560 ? 8 : 40;
  const longest = Math.max(0, ...axes.map(({ name }) => textWidth(name, nameSize)));
  const nameWidth = Math.min(longest, 0.34 * width);
  const left = Math.ceil(nameWidth) + 14;
  const options = axes.map(({ labels }) =>
    brokenLabels(labels, (width - left - right) / Math.max(1, labels.length) - 6),
  );
  const names = axes.map(({ name }) =>
    linesOf(plain(name), { width: nameWidth, fontSize: nameSize }).join("\n"),
  );
  return { left, right, options, names, below: Math.max(0, ...options.map(({ height }) => height)) };
}

/** Between two axes: the names of the options, and room for the lines to be followed. */
const apart = (below: number) => below + 31;

/** Of a chart of that width. */
export function parallelHeight(axes: readonly ParallelAxis[], width: number): number {
  const { below } = namesOf(axes, width);
  return top + Math.max(0, axes.length - 1) * apart(below) + below + foot;
}

/** Decisions run from top to bottom, so that thirty of them still fit a telephone. */
export function parallelOption(chart: ParallelChart, look: ChartLook): EChartsCoreOption {
  const { palette } = look;
  const shared = frame(look);
  const count = chart.axes.length;
  const values = chart.lines.map((line) => line.score);
  const { left, right, options, names, below } = namesOf(chart.axes, look.width);
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
      left,
      right,
      top,
      bottom: below + foot,
      parallelAxisDefault: {
        nameLocation: "start",
        nameGap: 8,
        nameTextStyle: { align: "right", color: palette.ink, fontSize: nameSize },
        axisLine: { lineStyle: { color: palette.soft } },
        axisTick: { show: false },
        // Above the lines, on paper of their own: a line through a word makes it unreadable.
        z: 5,
      },
    },
    parallelAxis: chart.axes.map(({ labels }, dim) => ({
      dim,
      name: names[dim],
      type: "category",
      data: labels.map((_, place) => String(place)),
      axisLabel: {
        color: palette.ink,
        backgroundColor: palette.paper,
        padding: [1, 3],
        margin: 6,
        interval: 0,
        ...options[dim]!.style,
        formatter: (place: string) => options[dim]!.shown[Number(place)] ?? place,
      },
    })),
    series: {
      type: "parallel",
      lineStyle: { width: 1.4, opacity: chart.lines.length > 200 ? 0.25 : 0.65 },
      smooth: false,
      progressive: 400,
      data: chart.lines.map(({ choices, score, id }) => [...choices.map(String), score, id]),
    },
  };
}
