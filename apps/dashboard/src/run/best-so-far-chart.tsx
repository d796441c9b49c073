// The best network so far over evaluations, time or money, beside random search at the same evaluations and the best that
// any design has.
import { useCallback, useMemo, useState } from "react";
import { useRunData } from "../api/use-run.ts";
import { curveOption } from "../charts/curves.ts";
import { formatDuration, formatScore, formatUsd, metricWords } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Pick } from "../ui/pieces.tsx";
import { type Measure, measures } from "./axes.ts";
import { bestChart, improvements } from "./best-so-far.ts";
import { nothingScored } from "./trial-words.ts";

export function BestSoFar() {
  const { detail, trials } = useRunData();
  const { metric } = detail;
  const [measure, setMeasure] = useState<Measure>("evaluations");
  const steps = useMemo(() => improvements(trials, measure), [trials, measure]);
  const { chart, caption } = useMemo(
    () => bestChart(detail, trials, { steps, measure }),
    [detail, trials, steps, measure],
  );
  const option = useCallback((look: ChartLook) => curveOption(chart, look), [chart]);
  const hasMoney = trials.columns.usd.some((usd) => usd !== null);
  const offered = measures.filter(([name]) => name !== "money" || hasMoney);
  const isEmpty = steps.length === 0;
  return (
    <>
      {!isEmpty && <Pick label="over" options={offered} value={measure} onPick={setMeasure} />}
      <Chart
        title="Best network so far"
        caption={caption}
        height={400}
        option={option}
        log={measure === "money" ? undefined : "x"}
        empty={isEmpty ? nothingScored(detail) : undefined}
        onPick={(trial) => goTo(linkTo(["run", detail.id, "trials"], { trial }))}
        table={() => ({
          columns: ["evaluation", "trial", `best ${metricWords(metric)} so far`, "time", "money"],
          rows: steps.map(({ evaluation, trial, score, finishedMs, usd }) => [
            evaluation,
            trial,
            formatScore(metric, score),
            formatDuration(finishedMs),
            usd === null ? "" : formatUsd(usd),
          ]),
        })}
      />
    </>
  );
}
