// The scores of designs by their option of one decision: a dot a design, beside each other where many are alike, and the mean of
// each option.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { type AxisSpec, axis, frame, plain, seriesColour, tooltip, verticalName } from "./frame.ts";
import { brokenLabels } from "./option-labels.ts";

export interface SliceChart {
  readonly name: string;
  readonly labels: readonly string[];
  readonly y: AxisSpec;
  readonly points: readonly { readonly id: number; readonly option: number; readonly score: number }[];
  readonly means: readonly { readonly option: number; readonly mean: number; readonly count: number }[];
  readonly about: (id: number) => readonly string[];
}

const names = ["a design", "mean of the option"] as const;

/** So far to either side of its option a dot may lie. */
const spread = 0.3;
const golden = (Math.sqrt(5) - 1) / 2;

export function sliceOption(chart: SliceChart, look: ChartLook): EChartsCoreOption {
  const { labels, points, means } = chart;
  const shared = frame(look, names);
  const room = Math.max(30, (look.width - 80) / Math.max(1, labels.length) - 8);
  const options = brokenLabels(labels, room);
  const vertical = axis(
    chart.y,
    look,
    "y",
    points.map(({ score }) => score),
  );
  const many = points.length > 300;
  return {
    ...shared,
    grid: { ...shared.grid, bottom: 30 },
    title: verticalName(chart.y, look, names),
    tooltip: {
      ...tooltip(look),
      trigger: "item",
      formatter: ({ value }: { readonly value?: unknown }) => {
        if (!Array.isArray(value)) return "";
        const [at, score, id] = value as readonly number[];
        if (id !== undefined)
          return chart
            .about(id)
            .map((text) => plain(text))
            .join("\n");
        const { count } = means.find(({ option }) => option === at)!;
        return `${plain(labels[at!] ?? "")}\nmean ${chart.y.format(score!)} of ${count} ${count === 1 ? "design" : "designs"}`;
      },
    },
    xAxis: {
      type: "value",
      min: -0.5,
      max: labels.length - 0.5,
      interval: 1,
      name: plain(chart.name),
      nameLocation: "middle",
      nameGap: 14 + options.height,
      nameTextStyle: { color: look.palette.soft, fontSize: 12, align: "center" },
      axisLabel: {
        color: look.palette.ink,
        customValues: labels.map((_, option) => option),
        ...options.style,
        formatter: (value: number) => options.shown[value] ?? "",
      },
      axisLine: { lineStyle: { color: look.palette.soft } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: { ...vertical, axisLine: { ...vertical.axisLine, onZero: false } },
    series: [
      {
        type: "scatter",
        name: names[0],
        data: points.map(({ id, option, score }) => [
          option + spread * (2 * ((id * golden) % 1) - 1),
          score,
          id,
        ]),
        symbolSize: many ? 5 : 8,
        itemStyle: { color: seriesColour(look, 0), opacity: many ? 0.45 : 0.75 },
        z: 2,
      },
      {
        type: "scatter",
        name: names[1],
        symbol: "rect",
        symbolSize: [Math.min(56, Math.max(16, (look.width - 80) / Math.max(1, labels.length) / 2)), 4],
        data: means.map(({ option, mean }) => [option, mean]),
        itemStyle: { color: seriesColour(look, 1) },
        z: 3,
      },
    ],
  };
}
