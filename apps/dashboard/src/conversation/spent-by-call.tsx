// What each call took: tokens read and written, and the money by then.
import { useCallback, useMemo } from "react";
import { useRunData } from "../api/use-run.ts";
import { curveOption } from "../charts/curves.ts";
import { formatCount, formatCountExactly, formatUsd, plural } from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { isUnanswered } from "./call-worth.ts";

export function SpentByCall() {
  const { calls } = useRunData();
  const answered = useMemo(
    () => calls.flatMap((call, place) => (isUnanswered(call) ? [] : [{ ...call, number: place + 1 }])),
    [calls],
  );
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: { name: "call", format: String, whole: true },
          y: { name: "tokens", format: formatCount, tick: formatCountExactly, min: 0 },
          references: [],
          curves: [
            {
              name: "read",
              series: 0,
              points: answered.map(({ inputTokens, number }) => ({ x: number, y: inputTokens })),
            },
            {
              name: "written",
              series: 1,
              points: answered.map(({ outputTokens, number }) => ({ x: number, y: outputTokens })),
            },
          ],
        },
        look,
      ),
    [answered],
  );
  if (answered.length < 2) return null;
  const failed = calls.length - answered.length;
  const spent = answered.reduce<number | undefined>(
    (sum, { usd }) => (sum === undefined || usd === undefined ? undefined : sum + usd),
    0,
  );
  const tokens = calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  return (
    <Chart
      title="Tokens of each call"
      caption={`Tokens that the model read and wrote in each call: ${formatCount(tokens)} in all, ${spent === undefined ? "at a price that is not known" : formatUsd(spent)}.${failed === 0 ? "" : ` ${plural(failed, "call")} without an answer ${failed === 1 ? "is" : "are"} left out.`}`}
      height={260}
      option={option}
      table={() => {
        let usd = 0;
        return {
          columns: ["call", "for", "read", "written", "cost", "cost by then"],
          rows: calls.map((call, place) => {
            usd += call.usd ?? 0;
            return [
              place + 1,
              call.purpose,
              isUnanswered(call) ? "" : call.inputTokens,
              isUnanswered(call) ? "" : call.outputTokens,
              call.usd === undefined ? "" : formatUsd(call.usd),
              spent === undefined ? "" : formatUsd(usd),
            ];
          }),
        };
      }}
    />
  );
}
