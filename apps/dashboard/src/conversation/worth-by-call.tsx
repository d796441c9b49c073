// What the calls were worth for what they cost: the best so far over the tokens, or the money, that the model had taken by then.
import { useCallback, useMemo, useState } from "react";
import { useRunData } from "../api/use-run.ts";
import { curveOption } from "../charts/curves.ts";
import type { AxisSpec } from "../charts/frame.ts";
import {
  formatCount,
  formatCountExactly,
  formatDifference,
  formatScore,
  formatUsd,
  metricWords,
  plural,
} from "../format.ts";
import { measureAxis, scoreAxis } from "../run/axes.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Pick } from "../ui/pieces.tsx";
import type { CallWorth } from "./call-worth.ts";

type Price = "tokens" | "money";

const tokenAxis: AxisSpec = {
  name: "tokens read and written by then",
  format: formatCount,
  tick: formatCountExactly,
  min: 0,
};

export function WorthByCall({ worth }: { readonly worth: readonly CallWorth[] }) {
  const { detail, calls } = useRunData();
  const { metric } = detail;
  const [wanted, setPrice] = useState<Price>("tokens");
  const isPriced = calls.every(({ usd }) => usd !== undefined) && calls.some(({ usd }) => (usd ?? 0) > 0);
  const price = isPriced ? wanted : "tokens";
  const rows = useMemo(() => {
    let [tokens, usd] = [0, 0];
    return calls.map((call, place) => {
      tokens += call.inputTokens + call.outputTokens;
      usd += call.usd ?? 0;
      return { call, place, tokens, usd, ...worth[place]! };
    });
  }, [calls, worth]);
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: price === "money" ? measureAxis("money") : tokenAxis,
          y: scoreAxis(metric, `best ${metricWords(metric)} so far`),
          references: [],
          hasLegend: false,
          curves: [
            {
              name: "best so far",
              series: 1,
              steps: true,
              points: rows.flatMap(({ best, tokens, usd }) =>
                best === undefined ? [] : [{ x: price === "money" ? usd : tokens, y: best }],
              ),
            },
          ],
        },
        look,
      ),
    [rows, price, metric],
  );
  const scored = rows.filter(({ gain }) => gain !== undefined);
  if (scored.length < 2) return null;
  const raised = scored.filter(({ gain = 0 }) => gain > 0);
  const total = raised.reduce((sum, { gain = 0 }) => sum + gain, 0);
  return (
    <>
      {isPriced && (
        <Pick
          label="over"
          options={[
            ["tokens", "tokens"],
            ["money", "money"],
          ]}
          value={price}
          onPick={setPrice}
        />
      )}
      <Chart
        title="What the calls were worth"
        caption={`${raised.length} of ${plural(scored.length, "call")} whose designs were scored raised the best so far, by ${formatDifference(metric, total).slice(1)} in all after the first. What the surrogate or a person proposed in between is not counted here.`}
        height={260}
        option={option}
        table={() => ({
          columns: ["call", "for", "led to", "gain", "best after it", "tokens by then", "cost by then"],
          rows: rows.map(({ call, place, gain, best, tokens, usd }) => [
            place + 1,
            call.purpose,
            call.trials.join(", "),
            gain === undefined ? "" : formatDifference(metric, gain),
            best === undefined ? "" : formatScore(metric, best),
            tokens,
            isPriced ? formatUsd(usd) : "",
          ]),
        })}
      />
    </>
  );
}
