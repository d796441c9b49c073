// The run beside other strategies after the same evaluations, beside searches by others that were as long, and beside a
// hand-designed network that was trained as long.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { formatCount, formatScore, metricTitle, metricWords } from "../format.ts";
import { DataTable } from "../ui/data-table.tsx";
import { randomFirst } from "./best-so-far.ts";

export function Standing({ detail }: { readonly detail: RunDetail }) {
  return (
    <>
      <BesideStrategies detail={detail} />
      <BesideSearches detail={detail} />
      <BesideReference detail={detail} />
    </>
  );
}

function BesideStrategies({ detail }: { readonly detail: RunDetail }) {
  const { baselines, best, metric } = detail;
  if (baselines.length === 0) return null;
  return (
    <>
      <h3>Beside other strategies after the same evaluations</h3>
      <p className="soft">
        {metricTitle(metric)} on {detail.selectedOn} data.
      </p>
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

function BesideSearches({ detail }: { readonly detail: RunDetail }) {
  const { searches, best, testScore, metric, evaluations, strategy } = detail;
  if (searches.length === 0 || best === undefined) return null;
  const own = { strategy, evaluations, testScore, paramCount: best.paramCount, macCount: best.macCount };
  return (
    <>
      <h3>Beside searches by other strategies that were as long</h3>
      <DataTable
        label="Beside searches by other strategies"
        data={{
          columns: ["strategy", "evaluations", `${metricWords(metric)} on test data`, "parameters", "MACs"],
          rows: [own, ...searches].map((search) => [
            search.strategy,
            search.evaluations,
            search.testScore === undefined ? "not measured" : formatScore(metric, search.testScore),
            search.paramCount === undefined ? "none" : formatCount(search.paramCount),
            search.macCount === undefined ? "none" : formatCount(search.macCount),
          ]),
        }}
      />
    </>
  );
}

function BesideReference({ detail }: { readonly detail: RunDetail }) {
  const { reference, best, testScore, metric } = detail;
  if (reference === undefined || best === undefined) return null;
  const figure = (score: number | undefined) =>
    score === undefined ? "not measured" : formatScore(metric, score);
  return (
    <>
      <h3>Beside a known network, trained alone for as long</h3>
      <DataTable
        label="Beside a known network"
        data={{
          columns: ["network", `${metricWords(metric)} on test data`, "parameters", "MACs"],
          rows: [
            [
              best.name ?? `trial ${best.trial}`,
              figure(testScore),
              formatCount(best.paramCount),
              formatCount(best.macCount),
            ],
            [
              reference.name,
              figure(reference.score),
              formatCount(reference.paramCount),
              formatCount(reference.macCount),
            ],
          ],
        }}
      />
    </>
  );
}
