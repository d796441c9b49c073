// Several runs beside each other: best so far over evaluations, time or money, and the means of strategies whose seeds
// repeat. What must not be compared is said first.
import { useCallback, useState } from "react";
import type { Comparison } from "../../../../src/dashboard/api.ts";
import { joinIds } from "../../../../src/dashboard/run-ids.ts";
import { get, useAsked } from "../api/client.ts";
import { type CurveChart, curveOption } from "../charts/curves.ts";
import { intervalHeight, intervalOption } from "../charts/intervals.ts";
import { formatBare, formatDuration, formatScore, formatUsd, metricWords, withUnit } from "../format.ts";
import { linkTo } from "../router.ts";
import { type Measure, measureAxis, measures, scoreAxis } from "../run/axes.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Answer, Notice, Pick } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";

export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const runs = joinIds(ids);
  const asked = useAsked(
    ids.length === 0 ? undefined : (signal) => get("GET /api/compare", { query: { runs }, signal }),
    [runs],
  );
  return (
    <>
      <Title text="Compare runs" />
      <h1>Compare runs</h1>
      {ids.length === 0 ? (
        <p>
          Tick two or more in <a href={linkTo([])}>all runs</a>.
        </p>
      ) : (
        <Answer asked={asked}>{(comparison) => <Body comparison={named(comparison)} />}</Answer>
      )}
    </>
  );
}

/** Runs of the same name are distinguished by their folder. */
function named(comparison: Comparison): Comparison {
  const count = (name: string) => comparison.runs.filter((run) => run.name === name).length;
  const runs = comparison.runs.map((run) =>
    count(run.name) > 1 ? { ...run, name: `${run.name} (${run.id})` } : run,
  );
  return { ...comparison, runs };
}

function Body({ comparison }: { readonly comparison: Comparison }) {
  const [measure, setMeasure] = useState<Measure>("evaluations");
  const { runs, warnings, strategies, metric } = comparison;
  const words = metricWords(metric);
  const option = useCallback(
    (look: ChartLook) => curveOption(chartOf(comparison, measure), look),
    [comparison, measure],
  );
  const bars = useCallback(
    (look: ChartLook) =>
      intervalOption(
        {
          x: { name: withUnit(metric, "mean of the best"), format: (value) => formatBare(metric, value) },
          mark: "dot",
          rows: strategies.map(({ strategy, runs, mean01, ci95: [low, high] }) => ({
            name: `${strategy} (${runs} runs)`,
            value: mean01,
            low,
            high,
          })),
        },
        look,
      ),
    [strategies, metric],
  );
  return (
    <>
      {warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      <h2>The runs</h2>
      <DataTable
        label="The runs"
        data={{
          columns: [
            "run",
            "evaluations",
            `best ${words}`,
            "selected on",
            "time to the best",
            "money to the best",
          ],
          rows: runs.map((run) => [
            { show: <a href={linkTo(["run", run.id])}>{run.name}</a> },
            run.evaluations,
            run.score.length === 0 ? "none yet" : formatScore(metric, run.score.at(-1)!),
            `${run.selectedOn} data`,
            run.finishedMs.length === 0 ? "" : formatDuration(run.finishedMs.at(-1)!),
            run.usd.at(-1) === undefined || run.usd.at(-1) === null ? "" : formatUsd(run.usd.at(-1)),
          ]),
        }}
      />
      <Pick label="over" options={measures} value={measure} onPick={setMeasure} />
      <Chart
        title="Best network so far"
        caption={`The best ${words} of each run as it went on.`}
        option={option}
        table={() => ({
          columns: ["run", "evaluation", words, "time", "money"],
          rows: runs.flatMap((run) =>
            run.evaluation.map((evaluation, index) => [
              run.name,
              evaluation,
              formatScore(metric, run.score[index]!),
              formatDuration(run.finishedMs[index]!),
              run.usd[index] === null ? "" : formatUsd(run.usd[index]),
            ]),
          ),
        })}
      />
      {strategies.length > 0 && (
        <Chart
          title="Strategies at equal evaluations"
          caption={`The mean of the best ${words} after ${strategies[0]!.evaluations} evaluations, with 95 % intervals over runs. Intervals that overlap much are no proof of a difference.`}
          height={intervalHeight(strategies.length)}
          option={bars}
          table={() => ({
            columns: ["strategy", "runs", "evaluations", "mean best", "95 % interval"],
            rows: strategies.map(({ strategy, runs, evaluations, mean01, ci95 }) => [
              strategy,
              runs,
              evaluations,
              formatScore(metric, mean01),
              `${formatScore(metric, ci95[0])} to ${formatScore(metric, ci95[1])}`,
            ]),
          })}
        />
      )}
    </>
  );
}

function chartOf({ runs, metric }: Comparison, measure: Measure): CurveChart {
  return {
    x: measureAxis(measure),
    y: scoreAxis(
      metric,
      `${metricWords(metric)} on ${[...new Set(runs.map((run) => run.selectedOn))].join(" or ")} data`,
    ),
    references: [],
    curves: runs.map((run, series) => {
      const at = { evaluations: run.evaluation, time: run.finishedMs, money: run.usd }[measure];
      const points = run.score.flatMap((y, index) => {
        const x = at[index];
        return x === null || x === undefined ? [] : [{ x, y }];
      });
      const last = points.at(-1);
      // The last level holds to the end of the run.
      if (measure === "evaluations" && last !== undefined && last.x < run.evaluations)
        points.push({ x: run.evaluations, y: last.y });
      return { name: run.name, series, steps: true, points };
    }),
  };
}
