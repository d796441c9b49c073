// Named values in rows, each with its interval: what decisions were worth, and how runs compare.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartLook } from "../ui/chart.tsx";
import { type AxisSpec, axis, frame, plain, seriesColour, tooltip } from "./frame.ts";

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  /** Absent where there is no interval, as of a single run. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export const intervalHeight = (rows: number) => 70 + rows * 24;

interface IntervalChart {
  readonly x: AxisSpec;
  readonly rows: readonly IntervalRow[];
  /** Bars start at 0; dots are for values of which only the difference counts. */
  readonly mark: "bar" | "dot";
}

export function intervalOption({ x, rows, mark }: IntervalChart, look: ChartLook): EChartsCoreOption {
  const shared = frame(look);
  const ends = rows.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const value = axis(x, look, "x", ends);
  const held = rows.flatMap(({ low, high }, index) =>
    low === undefined || high === undefined ? [] : [[low, high, index]],
  );
  return {
    ...shared,
    grid: { ...shared.grid, top: 8 },
    tooltip: {
      ...tooltip(look),
      trigger: "item",
      formatter: ({ dataIndex, value }: { readonly dataIndex: number; readonly value?: unknown }) => {
        const row = rows[Array.isArray(value) && value.length > 2 ? Number(value[2]) : dataIndex]!;
        const { low, high } = row;
        const interval =
          low === undefined || high === undefined
            ? ""
            : `\n95 % interval ${x.format(low)} to ${x.format(high)}`;
        return `${plain(row.name)}: ${x.format(row.value)}${interval}`;
      },
    },
    xAxis: value,
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLabel: {
        color: look.palette.ink,
        width: look.narrow ? 90 : 200,
        overflow: "truncate",
        interval: 0,
      },
      axisLine: { lineStyle: { color: look.palette.soft } },
      axisTick: { show: false },
    },
    series: [
      mark === "bar"
        ? {
            type: "bar",
            data: rows.map((row) => row.value),
            barWidth: 12,
            itemStyle: { color: seriesColour(look, 0), opacity: 0.8 },
          }
        : {
            type: "scatter",
            data: rows.map((row, index) => [row.value, index]),
            symbolSize: 11,
            itemStyle: { color: seriesColour(look, 0) },
          },
      {
        type: "custom",
        data: held,
        encode: { x: [0, 1], y: 2 },
        z: 3,
        renderItem: (
          _params: unknown,
          api: { value(dimension: number): number; coord(point: readonly number[]): number[] },
        ): object => {
          const [x1, y] = api.coord([api.value(0), api.value(2)]) as [number, number];
          const [x2] = api.coord([api.value(1), api.value(2)]) as [number, number];
          const stroke = { stroke: look.palette.ink, lineWidth: 1.5 };
          const line = (from: readonly number[], to: readonly number[]) => ({
            type: "line",
            shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
            style: stroke,
          });
          return {
            type: "group",
            children: [
              line([x1, y], [x2, y]),
              line([x1, y - 5], [x1, y + 5]),
              line([x2, y - 5], [x2, y + 5]),
            ],
          };
        },
      },
    ],
  };
}
