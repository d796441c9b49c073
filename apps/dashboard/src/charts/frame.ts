// What all charts of the page share: axes, legend and tooltip in the report's colours. A tooltip is drawn as text on
// the canvas ("richText"), never as HTML: the names in it come from journals and models.
import type { ChartLook } from "../ui/chart.tsx";

export interface AxisSpec {
  /** With the unit. */
  readonly name: string;
  readonly format: (value: number) => string;
  /** Only whole values have ticks. */
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Distance of ticks, where round ones are known. */
  readonly step?: number;
}

const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export const seriesColour = ({ palette }: ChartLook, index: number): string =>
  palette.series[index % palette.series.length]!;

export function frame(look: ChartLook) {
  const { palette, narrow } = look;
  return {
    animation: false,
    color: [...palette.series],
    textStyle: { fontFamily: family, color: palette.ink },
    grid: { left: 12, right: narrow ? 12 : 24, top: 44, bottom: 34, containLabel: true },
    legend: {
      type: "scroll",
      top: 3,
      left: 0,
      right: 0,
      itemWidth: 18,
      itemHeight: 9,
      textStyle: { color: palette.ink, fontSize: 12, width: narrow ? 200 : 420, overflow: "truncate" },
      pageIconColor: palette.ink,
      pageIconInactiveColor: palette.grid,
      pageTextStyle: { color: palette.soft },
    },
  };
}

export function tooltip({ palette }: ChartLook) {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: palette.paper,
    borderColor: palette.soft,
    textStyle: { color: palette.ink, fontSize: 12, fontFamily: family },
    axisPointer: { lineStyle: { color: palette.soft }, label: { show: false } },
  };
}

/** Braces mean styles in rich text, and a long line would leave the canvas. */
export const plain = (text: string, length = 60): string => {
  const flat = text.replaceAll("{", "(").replaceAll("}", ")").replace(/\s+/g, " ");
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
};

export function axis(spec: AxisSpec, look: ChartLook, side: "x" | "y") {
  const { palette, narrow } = look;
  return {
    type: "value",
    scale: true,
    name: spec.name,
    nameLocation: side === "x" ? "middle" : "end",
    nameGap: side === "x" ? 30 : 12,
    nameTextStyle: {
      color: palette.soft,
      fontSize: 12,
      align: side === "x" ? "center" : "left",
      ...(side === "y" && { padding: [0, 0, 0, -32] }),
    },
    axisLabel: { color: palette.soft, formatter: spec.format, hideOverlap: true },
    axisLine: { lineStyle: { color: palette.soft } },
    axisTick: { lineStyle: { color: palette.soft } },
    splitLine: { lineStyle: { color: palette.grid } },
    splitNumber: narrow ? 3 : 6,
    ...(spec.whole && { minInterval: 1 }),
    ...(spec.step !== undefined && { interval: spec.step }),
    ...(spec.min !== undefined && { min: spec.min }),
    ...(spec.max !== undefined && { max: spec.max }),
  };
}
