// Several runs beside each other. Those that were asked the same are compared, by the report's rules; those that were not
// are listed together, and it is said what they differ in.
import { useCallback, useState } from "react";
import type { ComparedQuestion, ComparedRun, Comparison } from "../../../../src/dashboard/api.ts";
import { joinIds } from "../../../../src/dashboard/run-ids.ts";
import { minRuns } from "../../../../src/report/few-runs.ts";
import { get, useAsked } from "../api/client.ts";
import { type CurveChart, curveOption } from "../charts/curves.ts";
import { intervalHeight, intervalOption } from "../charts/intervals.ts";
import {
  formatBareScore,
  formatCount,
  formatDuration,
  formatScore,
  formatUsd,
  metricWords,
  plural,
  together,
  withUnit,
} from "../format.ts";
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
  const { runs, differences, questions } = comparison;
  return (
    <>
      {questions.length > 1 && (
        <Notice>
          These runs were asked different questions: they differ in {listed(differences)}. Only runs that were
          asked the same are compared, each group below.
        </Notice>
      )}
      <DataTable
        label="The runs"
        data={{
          columns: [
            "run",
            ...(questions.length > 1 ? ["searched"] : []),
            ...["best result", "parameters", "MACs", "evaluations", "time", "time to the best"],
          ],
          rows: runs.map((run) => [
            { show: <a href={linkTo(["run", run.id])}>{run.name}</a> },
            ...(questions.length > 1
              ? [questions.find(({ runs: own }) => own.includes(run.id))?.about ?? ""]
              : []),
            together(run.headline ?? "none yet"),
            run.paramCount === undefined ? "" : formatCount(run.paramCount),
            run.macCount === undefined ? "" : formatCount(run.macCount),
            run.evaluations,
            formatDuration(run.elapsedMs),
            run.ended.length === 0 ? "" : formatDuration(run.ended.at(-1)!.ms),
          ]),
        }}
      />
      {questions.map((question) => (
        <QuestionPart
          key={question.name}
          question={question}
          runs={runs.filter(({ id }) => question.runs.includes(id))}
        />
      ))}
    </>
  );
}

const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

interface QuestionProps {
  readonly question: ComparedQuestion;
  readonly runs: readonly ComparedRun[];
}

function QuestionPart({ question, runs }: QuestionProps) {
  const [measure, setMeasure] = useState<Measure>("evaluations");
  const { metric, selectedOn, groups, pairs } = question;
  const words = metricWords(metric);
  const option = useCallback(
    (look: ChartLook) => curveOption(chartOf({ question, runs }, measure), look),
    [question, runs, measure],
  );
  const hasMoney = runs.some(({ ended }) => ended.some(({ usd }) => usd !== null));
  const offered = measures.filter(([name]) => name !== "money" || hasMoney);
  const isEmpty = runs.every(({ risen }) => risen.length === 0);
  return (
    <section aria-label={question.name}>
      <h2>{question.name}</h2>
      {!isEmpty && <Pick label="over" options={offered} value={measure} onPick={setMeasure} />}
      <Chart
        title="Best network so far"
        caption={`The best ${words} of each run as it went on, on ${selectedOn} data.`}
        option={option}
        log={measure === "money" ? undefined : "x"}
        empty={isEmpty ? "No design has been scored yet." : undefined}
        table={() =>
          measure === "evaluations"
            ? {
                columns: ["run", "evaluation", words],
                rows: runs.flatMap((run) =>
                  run.risen.map(({ evaluation, score }) => [
                    run.name,
                    evaluation,
                    formatScore(metric, score),
                  ]),
                ),
              }
            : {
                columns: ["run", "time", words, "money"],
                rows: runs.flatMap((run) =>
                  run.ended.map(({ ms, score, usd }) => [
                    run.name,
                    formatDuration(ms),
                    formatScore(metric, score),
                    usd === null ? "" : formatUsd(usd),
                  ]),
                ),
              }
        }
      />
      {runs.length > 1 && groups.length > 0 && <Methods question={question} />}
      {runs.length > 1 && groups.length === 0 && <p>Not every run has scored a design yet.</p>}
      {groups.length > 1 && pairs.length === 0 && (
        <p className="soft">
          To say which method is better takes at least {minRuns} runs of each, with different seeds.
        </p>
      )}
      {pairs.length > 0 && (
        <DataTable
          label="Methods against each other"
          data={{
            columns: ["a", "b", "a run of a ends above a run of b (ties half)"],
            rows: pairs.map(({ a, b, words }) => [a, b, words]),
          }}
        />
      )}
    </section>
  );
}

function Methods({ question }: Pick<QuestionProps, "question">) {
  const { metric, groups } = question;
  const words = metricWords(metric);
  const at = groups[0]!.evaluations;
  const when =
    at === undefined ? "at the end of each run" : `after the ${plural(at, "evaluation")} that every run had`;
  const option = useCallback(
    (look: ChartLook) =>
      intervalOption(
        {
          x: scoreAxis(metric, "mean of the best"),
          mark: "dot",
          rows: groups.map(({ method, runs, mean01, ci95 }) => ({
            name: `${method} (${plural(runs, "run")})`,
            value: mean01,
            low: ci95?.[0],
            high: ci95?.[1],
          })),
        },
        look,
      ),
    [groups, metric],
  );
  const table = () => ({
    columns: ["method", "runs", withUnit(metric, "mean best"), "95 % interval"],
    rows: groups.map(({ method, runs, mean01, interval }) => [
      method,
      runs,
      formatBareScore(metric, mean01),
      together(interval),
    ]),
  });
  // A chart of intervals without an interval would draw a certainty that is not there.
  if (groups.every(({ ci95 }) => ci95 === undefined))
    return (
      <>
        <h3>Methods {when}</h3>
        <DataTable label="Methods" data={table()} />
      </>
    );
  return (
    <Chart
      title={`Methods ${when}`}
      caption={`The mean of the best ${words} of each method's runs, with 95 % intervals over runs. A method with one run has none. Intervals that overlap much are no proof of a difference.`}
      height={intervalHeight(groups.length)}
      option={option}
      table={table}
    />
  );
}

function chartOf({ question, runs }: QuestionProps, measure: Measure): CurveChart {
  const { metric, selectedOn } = question;
  const axis = measureAxis(measure, Math.max(0, ...runs.map(({ elapsedMs }) => elapsedMs)));
  return {
    x: axis,
    y: scoreAxis(metric, `${metricWords(metric)} on ${selectedOn} data`),
    references: [],
    curves: runs.map((run, series) => {
      const points =
        measure === "evaluations"
          ? run.risen.map(({ evaluation, score }) => ({ x: evaluation, y: score }))
          : run.ended.flatMap(({ ms, score, usd }) => {
              const x = measure === "time" ? ms / axis.unit : usd;
              return x === null ? [] : [{ x, y: score }];
            });
      const last = points.at(-1);
      const end = measure === "evaluations" ? run.evaluations : run.elapsedMs / axis.unit;
      // The last level holds to the end of the run.
      if (measure !== "money" && last !== undefined && last.x < end) points.push({ x: end, y: last.y });
      return { name: run.name, series, steps: true, points };
    }),
  };
}
