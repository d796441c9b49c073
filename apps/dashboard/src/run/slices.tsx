// How designs scored by their option of one decision, and by two decisions at once.
import { useCallback, useId, useMemo, useState } from "react";
import type { DecisionInfo } from "../../../../src/dashboard/api.ts";
import { useRunData } from "../api/use-run.ts";
import { gridHeight, gridOption } from "../charts/grid.ts";
import { sliceOption } from "../charts/slice.ts";
import { formatBareScore, formatScore, metricWords } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { scoreAxis } from "./axes.ts";
import { gathered, type ScoredDesign } from "./option-scores.ts";
import { trialInLines } from "./trial-words.ts";

interface SlicesProps {
  readonly designs: readonly ScoredDesign[];
  /** The decision that was worth most, where that is known. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

const notAnEffect =
  "The designs differ in their other decisions too, so the difference of two means is not the effect of the option alone.";

export function Slices({ designs, first, second }: SlicesProps) {
  const { detail } = useRunData();
  const { decisions = [] } = detail;
  const [a, pickA] = useState<number>();
  const [b, pickB] = useState<number>();
  const placeOf = (name: string | undefined, fallback: number) => {
    const place = decisions.findIndex((decision) => decision.name === name);
    return place === -1 ? fallback : place;
  };
  const one = a ?? placeOf(first, 0);
  const other = b ?? placeOf(second, one === 0 ? 1 : 0);
  if (designs.length === 0 || decisions.length === 0) return null;
  return (
    <>
      <div className="filters even">
        <DecisionSelect label="decision" value={one} onPick={pickA} />
        {decisions.length > 1 && <DecisionSelect label="and" value={other} onPick={pickB} />}
      </div>
      <div className="columns">
        <Slice designs={designs} decision={decisions[one]!} place={one} />
        {decisions.length > 1 && one !== other && <Grid designs={designs} first={one} second={other} />}
      </div>
    </>
  );
}

function DecisionSelect({
  label,
  value,
  onPick,
}: {
  readonly label: string;
  readonly value: number;
  readonly onPick: (place: number) => void;
}) {
  const id = useId();
  const { decisions = [] } = useRunData().detail;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onPick(Number(event.target.value))}>
        {decisions.map(({ name }, place) => (
          <option key={name} value={place}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Slice({
  designs,
  decision,
  place,
}: {
  readonly designs: readonly ScoredDesign[];
  readonly decision: DecisionInfo;
  readonly place: number;
}) {
  const { detail, trials } = useRunData();
  const { metric } = detail;
  const means = useMemo(() => gathered(designs, [place]), [designs, place]);
  const option = useCallback(
    (look: ChartLook) =>
      sliceOption(
        {
          name: decision.name,
          labels: decision.options,
          y: scoreAxis(metric, `${metricWords(metric)} on ${detail.selectedOn} data`),
          points: designs.map(({ id, choices, score }) => ({ id, option: choices[place]!, score })),
          means: means.map(({ options, mean, count }) => ({ option: options[0]!, mean, count })),
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [designs, decision, place, means, metric, detail, trials],
  );
  return (
    <Chart
      title={`By ${decision.name}`}
      caption={`Each dot is a scored design, above its option of ${decision.name}. ${notAnEffect}`}
      option={option}
      onPick={(trial) => goTo(linkTo(["run", detail.id, "trials"], { trial }))}
      table={() => ({
        columns: ["option", "designs", `mean ${metricWords(metric)}`, "best", "trial of the best"],
        rows: means.map(({ options, count, mean, best }) => [
          decision.options[options[0]!] ?? options[0],
          count,
          formatScore(metric, mean),
          formatScore(metric, best.score),
          best.id,
        ]),
      })}
    />
  );
}

function Grid({
  designs,
  first,
  second,
}: {
  readonly designs: readonly ScoredDesign[];
  readonly first: number;
  readonly second: number;
}) {
  const { detail, trials } = useRunData();
  const { metric, decisions = [] } = detail;
  const [x, y] = [decisions[first]!, decisions[second]!];
  const axes = useMemo(
    () => ({ x: { name: x.name, labels: x.options }, y: { name: y.name, labels: y.options } }),
    [x, y],
  );
  const cells = useMemo(() => gathered(designs, [first, second]), [designs, first, second]);
  const option = useCallback(
    (look: ChartLook) =>
      gridOption(
        {
          ...axes,
          cells: cells.map(({ options, mean, count, best }) => ({
            ...{ x: options[0]!, y: options[1]!, mean, count, best: best.id },
          })),
          format: (score) => formatBareScore(metric, score, metric.unit === "share" ? 1 : 2),
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [cells, axes, metric, detail, trials],
  );
  return (
    <Chart
      title={`${x.name} and ${y.name}`}
      caption={`Mean ${metricWords(metric)} of the designs that have both options, and how many they are (×). ${notAnEffect}`}
      height={(width) => gridHeight(axes, width)}
      option={option}
      onPick={(trial) => goTo(linkTo(["run", detail.id, "trials"], { trial }))}
      table={() => ({
        columns: [x.name, y.name, "designs", `mean ${metricWords(metric)}`, "best", "trial of the best"],
        rows: cells.map(({ options, count, mean, best }) => [
          x.options[options[0]!] ?? options[0],
          y.options[options[1]!] ?? options[1],
          count,
          formatScore(metric, mean),
          formatScore(metric, best.score),
          best.id,
        ]),
      })}
    />
  );
}
