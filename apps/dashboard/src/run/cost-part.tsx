// The score against what a network costs to run, with the Pareto front. Resting on a point, or picking one from the list
// of the front, draws its network beside the chart.
import { useCallback, useMemo, useState } from "react";
import type { Limits } from "../../../../src/dashboard/api.ts";
import { isScored, type TrialTable } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { paretoFront, type ScatterPoint, scatterOption } from "../charts/scatter.ts";
import { formatScore, metricTitle, metricWords } from "../format.ts";
import { NetworkOfTrial } from "../network/network-of-trial.tsx";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Pick } from "../ui/pieces.tsx";
import { type Quantity, quantityAxis, quantityUnits, quantityWords, scoreAxis } from "./axes.ts";
import { nameAt, nothingScored, trialInLines } from "./trial-words.ts";

export function CostPart() {
  const { detail, trials } = useRunData();
  const { metric } = detail;
  const [quantity, setQuantity] = useState<Quantity>("macCount");
  const [shown, setShown] = useState<number>();
  const isMeasured = (name: Quantity) => trials.columns[name].some((value) => value !== null);
  const { points, groups } = useMemo(() => pointsOf(trials, quantity), [trials, quantity]);
  const front = useMemo(() => paretoFront(points), [points]);
  const marked = shown ?? detail.best?.trial;
  const option = useCallback(
    (look: ChartLook) =>
      scatterOption(
        {
          x: quantityAxis(quantity),
          y: scoreAxis(detail.metric, `${metricWords(detail.metric)} on ${detail.selectedOn} data`),
          groups,
          points,
          front: true,
          limits: limitsOn(detail.limits, quantity),
          marked: detail.best?.trial,
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [points, groups, quantity, detail, trials],
  );
  const better = metric.name === "accuracy" ? "more accurate" : `better in ${metricWords(metric)}`;
  const offered = (Object.keys(quantityWords) as Quantity[])
    .filter(isMeasured)
    .map((name) => [name, quantityWords[name]] as const);
  if (points.length === 0) return <p>{nothingScored(detail)}</p>;
  return (
    <div className="columns aside">
      <div>
        <Pick label="against" options={offered} value={quantity} onPick={setQuantity} />
        <Chart
          title={`${metricTitle(metric)} against ${quantityWords[quantity]}`}
          caption={`Every evaluated design, by who proposed it. ${front.length > 1 ? `On the Pareto front (dotted) no design is both cheaper and ${better}.` : `No design is cheaper or ${better} than trial ${front[0]?.id}.`} Rest on a point to see its network; the ring is the selected one.`}
          height={430}
          option={option}
          log="x"
          onPick={setShown}
          onRest={setShown}
          table={() => ({
            columns: [
              "trial",
              "design",
              quantityWords[quantity],
              metricWords(metric),
              "proposed by",
              "on the front",
            ],
            rows: points.map(({ id, x, y, group }) => [
              id,
              nameAt(detail, trials, trials.columns.rowOf.get(id)!),
              x,
              formatScore(metric, y),
              groups[group]!,
              front.some((point) => point.id === id) ? "yes" : "",
            ]),
          })}
        />
        <h3>On the Pareto front</h3>
        <ul className="front">
          {front.map(({ id, x, y }) => (
            <li key={id}>
              <button type="button" aria-pressed={id === marked} onClick={() => setShown(id)}>
                trial {id}: {formatScore(metric, y)}, {quantityAxis(quantity).format(x)}
                {quantityUnits[quantity]}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <section aria-label="The network of the chosen trial">
        {marked !== undefined && <NetworkOfTrial trial={marked} />}
      </section>
    </div>
  );
}

/** The bounds that designs had to keep in this quantity. */
function limitsOn(limits: Limits, quantity: Quantity): { readonly name: string; readonly x: number }[] {
  const bounds: Readonly<Record<Quantity, readonly (readonly [string, number | undefined])[]>> = {
    macCount: [
      ["min. MACs", limits.minMacCount],
      ["max. MACs", limits.maxMacCount],
    ],
    paramCount: [
      ["min. parameters", limits.minParamCount],
      ["max. parameters", limits.maxParamCount],
    ],
    ramBytes: [["max. RAM", limits.maxRamBytes]],
    flashBytes: [["max. flash", limits.maxFlashBytes]],
    latencyMs: [],
  };
  return bounds[quantity].flatMap(([name, x]) => (x === undefined ? [] : [{ name, x }]));
}

function pointsOf(
  trials: TrialTable,
  quantity: Quantity,
): { readonly points: ScatterPoint[]; readonly groups: string[] } {
  const { columns, count } = trials;
  const groups: string[] = [];
  const points: ScatterPoint[] = [];
  for (let row = 0; row < count; row += 1) {
    const [x, y] = [columns[quantity][row] ?? null, columns.score[row] ?? null];
    if (!isScored(trials, row) || x === null || y === null) continue;
    const by = columns.by[row]!;
    let group = groups.indexOf(by);
    if (group === -1) group = groups.push(by) - 1;
    points.push({ id: columns.number[row]!, x, y, group });
  }
  return { points, groups };
}
