// The run beside other strategies after the same evaluations, or why nothing can be said of that.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { formatScore } from "../format.ts";
import { DataTable } from "../ui/data-table.tsx";
import { randomFirst } from "./best-so-far.ts";

export function Standing({ detail }: { readonly detail: RunDetail }) {
  const { baselines, best, metric } = detail;
  if (baselines.length === 0) return null;
  return (
    <>
      <h3>Beside other strategies after the same evaluations</h3>
      <DataTable
        label="Beside other strategies"
        data={{
          columns: ["strategy", "runs", "median best", "nine of ten runs", "this run's best"],
          rows: randomFirst(baselines).map((band) => {
            const last = band.evaluation.length - 1;
            return [
              band.strategy,
              band.runs,
              formatScore(metric, band.median01[last]!),
              band.runs === 1
                ? "–"
                : `${formatScore(metric, band.low01[last]!)} to ${formatScore(metric, band.high01[last]!)}`,
              best === undefined ? "none yet" : formatScore(metric, best.score),
            ];
          }),
        }}
      />
    </>
  );
}
