// Scores as colours, with a scale above the chart whose ends a person can move to leave designs out.
import type { ChartLook } from "../ui/chart.tsx";

/** ECharts' `visualMap`. `dimension`: where the score stands in a row of the data. */
export function scoreColours(
  scores: readonly number[],
  { dimension, format }: { readonly dimension: number; readonly format: (score: number) => string },
  { palette, narrow }: ChartLook,
) {
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  return {
    type: "continuous",
    dimension,
    min: least,
    // Equal scores still need a colour; a scale of one value says nothing.
    max: most === least ? least + 1e-6 : most,
    show: most > least,
    precision: 4,
    calculable: true,
    orient: "horizontal",
    left: "center",
    top: 0,
    itemWidth: 12,
    itemHeight: narrow ? 100 : 180,
    formatter: (value: unknown) => format(Number(value)),
    textStyle: { color: palette.ink },
    inRange: { color: [palette.series[7], palette.series[0], palette.series[1]] },
  };
}
