// What all charts of the page share: axes, legend and tooltip in the report's colours. A tooltip is drawn as text on
// the canvas ("richText"), never as HTML: the names in it come from journals and models.
import type { ChartLook } from "../ui/chart.tsx";
import { endsOf, logTicks } from "./scale.ts";
import { family, textWidth } from "./text-width.ts";

export interface AxisSpec {
  /** With the unit. */
  readonly name: string;
  /** A figure as it is said in a tooltip. */
  readonly format: (value: number) => string;
  /** A tick, with all its digits: `format` may round neighbours to one text. */
  readonly tick?: (value: number) => string;
  /** Only whole values have ticks. */
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Distance of ticks, where round ones are known. */
  readonly step?: number;
  /** Room on either side of a single value. */
  readonly room?: number;
  /** Share of the range that is free at either end; 0 for a line from end to end. */
  readonly air01?: number;
}

export const seriesColour = ({ palette }: ChartLook, index: number): string =>
  palette.series[index % palette.series.length]!;

/** Of the name of the vertical axis, below the legend. */
const nameHeight = 22;

/** Of the legend: a mark, a gap, the name, and a gap to the next. */
const mark = { width: 18, height: 9, gap: 5, apart: 8, line: 18, fontSize: 12 } as const;

/** The names of a legend as they are written: a name may take a whole line, and is cut only beyond. */
function legendName(name: string, { width }: ChartLook): string {
  const room = Math.max(120, width - mark.width - mark.gap - 4);
  let shown = plain(name, 80);
  while (shown.length > 8 && textWidth(shown, mark.fontSize) > room) shown = plain(shown, shown.length - 1);
  return shown;
}

/** The height of a legend, whose names go on in another line where one is full: none is left out. */
function legendHeight(names: readonly string[], look: ChartLook): number {
  if (names.length === 0) return 0;
  let [lines, used] = [1, 0];
  for (const name of names) {
    const own = mark.width + mark.gap + textWidth(legendName(name, look), mark.fontSize);
    if (used > 0 && used + own > look.width) [lines, used] = [lines + 1, 0];
    used += own + mark.apart;
  }
  return lines * (mark.line + mark.apart);
}

/** `names`: of the legend; none without it. */
export function frame(look: ChartLook, names: readonly string[] = []) {
  const { palette, narrow } = look;
  return {
    animation: false,
    color: [...palette.series],
    textStyle: { fontFamily: family, color: palette.ink },
    grid: {
      left: 8,
      right: narrow ? 16 : 24,
      top: 12 + nameHeight + legendHeight(names, look),
      bottom: 34,
      containLabel: true,
    },
    legend: {
      show: names.length > 0,
      type: "plain",
      data: names,
      top: 3,
      left: 0,
      right: 0,
      padding: 0,
      itemWidth: mark.width,
      itemHeight: mark.height,
      itemGap: mark.apart,
      formatter: (name: string) => legendName(name, look),
      textStyle: { color: palette.ink, fontSize: mark.fontSize, lineHeight: mark.line },
    },
  };
}

/** The name of the vertical axis, above the plot from its left edge on: as wide as the chart, so that it is never clipped. */
export function verticalName({ name }: AxisSpec, look: ChartLook, names: readonly string[] = []) {
  return {
    text: name,
    left: 0,
    top: legendHeight(names, look) + 4,
    padding: 0,
    textStyle: {
      color: look.palette.soft,
      fontSize: 12,
      fontWeight: "normal",
      fontFamily: family,
      width: Math.max(120, look.width - 8),
      overflow: "truncate",
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

/** An axis that holds these values. */
export function axis(spec: AxisSpec, look: ChartLook, side: "x" | "y", values: Iterable<number>) {
  const { palette, narrow } = look;
  const isLog = side === look.log;
  const ends = endsOf(values, { ...spec, isLog });
  const isRound = (end: number) =>
    spec.step !== undefined || end === 0 || end === 1 || (spec.whole === true && Number.isInteger(end));
  return {
    type: isLog ? "log" : "value",
    ...ends,
    ...(side === "x" && {
      name: isLog ? `${spec.name}, logarithmic` : spec.name,
      nameLocation: "middle",
      nameGap: 30,
      nameTruncate: { maxWidth: Math.max(120, look.width - 24), ellipsis: "…" },
      nameTextStyle: { color: palette.soft, fontSize: 12, align: "center" },
    }),
    axisLabel: {
      color: palette.soft,
      formatter: spec.tick ?? spec.format,
      hideOverlap: true,
      // The ends of the range are no round figures.
      showMinLabel: isRound(ends.min),
      showMaxLabel: isRound(ends.max),
      ...(isLog && { customValues: logTicks(ends) }),
    },
    axisLine: { show: true, lineStyle: { color: palette.soft } },
    axisTick: {
      show: side === "x",
      lineStyle: { color: palette.soft },
      ...(isLog && { customValues: logTicks(ends) }),
    },
    splitLine: { lineStyle: { color: palette.grid }, showMinLine: false, showMaxLine: false },
    splitNumber: narrow ? 3 : 6,
    ...(spec.whole && !isLog && { minInterval: 1 }),
    ...(spec.step !== undefined && !isLog && { interval: spec.step }),
  };
}

/** Zoom by the wheel with Ctrl held, by two fingers, or by the chart's own buttons. */
export const zoom = [
  { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
];
