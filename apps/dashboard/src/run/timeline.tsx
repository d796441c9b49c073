// What ran when: a bar for each trial from its start to its end, those at the same time in lanes of their own. Gaps are time
// in which nothing was trained.
import { useCallback, useMemo } from "react";
import { useRunData } from "../api/use-run.ts";
import { inLanes, timelineOption } from "../charts/timeline.ts";
import { formatDuration, formatScore } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { outcomeWords } from "../words.ts";
import { measureAxis } from "./axes.ts";
import { trialInLines } from "./trial-words.ts";

const maxBars = 2000;

export function Timeline() {
  const { detail, trials } = useRunData();
  const { columns, count } = trials;
  const bars = useMemo(() => {
    const all = [];
    for (let row = Math.max(0, count - maxBars); row < count; row += 1) {
      const end = columns.finishedMs[row]!;
      const start = Math.max(0, end - columns.spentMs[row]!);
      if (end > start)
        all.push({ id: columns.number[row]!, start, end, isGood: columns.outcome[row] === "scored" });
    }
    return inLanes(all);
  }, [columns, count]);
  const lanes = 1 + Math.max(0, ...bars.map(({ lane }) => lane));
  const axis = measureAxis("time", Math.max(0, ...bars.map(({ end }) => end)));
  const option = useCallback(
    (look: ChartLook) =>
      timelineOption({ axis, bars, lanes, about: (id) => trialInLines(detail, trials, id) }, look),
    [axis, bars, lanes, detail, trials],
  );
  if (detail.tabular || bars.length < 2) return null;
  return (
    <Chart
      title="What ran when"
      caption={`A bar is a trial, from its start to its end${count > maxBars ? `; the last ${maxBars}` : ""}. At most ${lanes} ran at once. Other colours did not end with a score.`}
      height={110 + lanes * 26}
      option={option}
      onPick={(trial) => goTo(linkTo(["run", detail.id, "trials"], { trial }))}
      table={() => ({
        columns: ["trial", "began after", "took", "outcome", "score"],
        rows: bars.map(({ id, start, end }) => {
          const row = columns.rowOf.get(id)!;
          const score = columns.score[row] ?? null;
          return [
            id,
            formatDuration(start),
            formatDuration(end - start),
            outcomeWords[columns.outcome[row]!],
            score === null ? "" : formatScore(detail.metric, score),
          ];
        }),
      })}
    />
  );
}
