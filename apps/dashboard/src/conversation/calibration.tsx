// Predicted against measured: how well the proposer predicted its designs.
import { useCallback, useMemo } from "react";
import { isScored, type TrialTable } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { type ScatterPoint, scatterOption } from "../charts/scatter.ts";
import { formatBare, formatScore, metricWords, valueOfScore } from "../format.ts";
import { scoreAxis } from "../run/axes.ts";
import { nameAt, trialInLines } from "../run/trial-words.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";

export function Calibration() {
  const { detail, trials } = useRunData();
  const { points, groups } = useMemo(() => predictionsOf(trials), [trials]);
  const option = useCallback(
    (look: ChartLook) =>
      scatterOption(
        {
          x: scoreAxis(detail.metric, `predicted ${metricWords(detail.metric)}`),
          y: scoreAxis(detail.metric, `measured ${metricWords(detail.metric)}`),
          groups,
          points,
          diagonal: true,
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [points, groups, detail, trials],
  );
  if (points.length < 2) return null;
  const errors = points.map(({ x, y }) => y - x);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bias = valueOfScore(detail.metric, mean(errors));
  return (
    <Chart
      title="Predicted and measured"
      caption={`What the proposer expected of a design before it was evaluated, against what it had. Points above the line did better than expected. Over ${points.length} trials the expectation was off by ${formatBare(detail.metric, mean(errors.map(Math.abs)))}${detail.metric.unit === "share" ? " points" : ""} on average, and ${bias > 0 ? "too low" : "too high"} by ${formatBare(detail.metric, Math.abs(bias))}.`}
      option={option}
      table={() => ({
        columns: ["trial", "design", "predicted", "measured", "proposed by"],
        rows: points.map(({ id, x, y, group }) => [
          id,
          nameAt(detail, trials, trials.columns.rowOf.get(id)!),
          formatScore(detail.metric, x),
          formatScore(detail.metric, y),
          groups[group]!,
        ]),
      })}
    />
  );
}

function predictionsOf(trials: TrialTable): { readonly points: ScatterPoint[]; readonly groups: string[] } {
  const { columns, count } = trials;
  const groups: string[] = [];
  const points: ScatterPoint[] = [];
  for (let row = 0; row < count; row += 1) {
    const [x, y] = [columns.predicted01[row] ?? null, columns.score[row] ?? null];
    if (!isScored(trials, row) || x === null || y === null) continue;
    const by = columns.by[row]!;
    let group = groups.indexOf(by);
    if (group === -1) group = groups.push(by) - 1;
    points.push({ id: columns.number[row]!, x, y, group });
  }
  return { points, groups };
}
