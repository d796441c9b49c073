// Two decisions as a grid: each cell the mean score of the designs that have its two options, with how many they are. A cell
// without a design stays empty.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { frame, plain, tooltip } from "./frame.ts";
import { brokenLabels } from "./option-labels.ts";
import { scoreColours } from "./score-colours.ts";
import { textWidth } from "./text-width.ts";

export interface GridAxis {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface GridCell {
  readonly x: number;
  readonly y: number;
  readonly mean: number;
  readonly count: number;
  /** The trial of the best design of the cell. */
  readonly best: number;
}

export interface GridChart {
  readonly x: GridAxis;
  readonly y: GridAxis;
  readonly cells: readonly GridCell[];
  readonly format: (score: number) => string;
  readonly about: (id: number) => readonly string[];
}

/** Of a chart of that width: names of options take as many lines as they need. */
export function gridHeight({ x, y }: Pick<GridChart, "x" | "y">, width: number): number {
  const { across, down } = namesOf({ x, y }, width);
  return 112 + across.height + y.labels.length * Math.max(48, down.height + 10);
}

/** The names of the options along both sides, in the room that the cells leave them. */
function namesOf({ x, y }: Pick<GridChart, "x" | "y">, width: number) {
  const longest = Math.max(0, ...y.labels.map((label) => textWidth(plain(label), 11)));
  const left = Math.min(longest + 16, width < 560 ? 0.34 * width : 150);
  const cellWidth = (width - left - 40) / Math.max(1, x.labels.length);
  return {
    left,
    cellWidth,
    across: brokenLabels(x.labels, Math.max(30, cellWidth - 6)),
    down: brokenLabels(y.labels, left - 12),
  };
}

export function gridOption(chart: GridChart, look: ChartLook): EChartsCoreOption {
  const { palette, narrow } = look;
  const { x, y, cells } = chart;
  const shared = frame(look);
  const means = cells.map(({ mean }) => mean);
  const { left, cellWidth, across, down } = namesOf(chart, look.width);
  const categories = (axis: GridAxis, labels: typeof across) => ({
    type: "category",
    data: axis.labels.map((_, place) => String(place)),
    axisLabel: {
      color: palette.ink,
      interval: 0,
      ...labels.style,
      formatter: (place: string) => labels.shown[Number(place)] ?? place,
    },
    axisLine: { lineStyle: { color: palette.soft } },
    axisTick: { show: false },
    nameTextStyle: { color: palette.soft, fontSize: 12 },
  });
  return {
    ...shared,
    grid: { left, right: 24, top: 76, bottom: 34 + across.height },
    tooltip: {
      ...tooltip(look),
      formatter: ({ value }: { readonly value?: unknown }) => {
        const cell = Array.isArray(value) ? cells.find(({ best }) => best === value[3]) : undefined;
        if (cell === undefined) return "";
        const of = `${cell.count} ${cell.count === 1 ? "design" : "designs"}`;
        return [
          `${x.name}: ${x.labels[cell.x]}`,
          `${y.name}: ${y.labels[cell.y]}`,
          `mean ${chart.format(cell.mean)} of ${of}; the best:`,
          ...chart.about(cell.best),
        ]
          .map((text) => plain(text))
          .join("\n");
      },
    },
    visualMap: scoreColours(means, { dimension: 2, format: chart.format }, look),
    title: {
      text: plain(y.name, narrow ? 24 : 60),
      left: 0,
      top: 50,
      padding: 0,
      textStyle: { color: palette.soft, fontSize: 12, fontWeight: "normal" },
    },
    xAxis: {
      ...categories(x, across),
      name: plain(x.name),
      nameLocation: "middle",
      nameGap: 14 + across.height,
    },
    yAxis: { ...categories(y, down), inverse: true },
    series: {
      type: "heatmap",
      // All at once, on one canvas, which is what is saved.
      progressive: 0,
      data: cells.map(({ x: column, y: row, mean, best }) => [column, row, mean, best]),
      itemStyle: { borderColor: palette.paper, borderWidth: 2 },
      label: {
        show: cellWidth > 44,
        color: palette.ink,
        backgroundColor: palette.paper,
        padding: [2, 4],
        borderRadius: 3,
        fontSize: 11,
        formatter: ({ value }: { readonly value?: unknown }) => {
          const cell = Array.isArray(value) ? cells.find(({ best }) => best === value[3]) : undefined;
          return cell === undefined
            ? ""
            : `${chart.format(cell.mean)}${cellWidth < 70 ? "\n" : " "}×${cell.count}`;
        },
      },
      emphasis: { itemStyle: { borderColor: palette.ink } },
    },
  };
}
