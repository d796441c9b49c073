// The trade-off by hand: sliders for what a network may cost, the designs that are left drawn against one of the costs, and the
// front of them as a table from which each can be trained to its end: by a button, or by the command where the page may not.
import { useCallback, useMemo, useState } from "react";
import { useApart } from "../api/use-apart.ts";
import { useRunData } from "../api/use-run.ts";
import { scatterOption } from "../charts/scatter.ts";
import { formatScore, metricTitle, metricWords } from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Notice, Pick } from "../ui/pieces.tsx";
import { type Quantity, quantityAxis, quantityUnits, quantityWords, scoreAxis } from "./axes.ts";
import { FinishTrial } from "./finish-trial.tsx";
import { type Caps, choicesOf, frontWithin, isWithin, paidWith, stopsOf } from "./trade-off.ts";
import { nameAt, nothingScored, sentence, trialInLines } from "./trial-words.ts";

const groups = ["outside the limits", "within the limits"];

export function TradeOffPart({ mayChange }: { readonly mayChange: boolean }) {
  const { detail, trials } = useRunData();
  const apart = useApart();
  const { metric } = detail;
  const quantities = useMemo(() => paidWith(trials), [trials]);
  const choices = useMemo(() => choicesOf(trials, quantities), [trials, quantities]);
  const [caps, setCaps] = useState<Caps>({});
  const [wanted, setWanted] = useState<Quantity>();
  const shown = wanted !== undefined && quantities.includes(wanted) ? wanted : quantities[0]!;
  const front = useMemo(() => frontWithin(choices, caps), [choices, caps]);
  const option = useCallback(
    (look: ChartLook) =>
      scatterOption(
        {
          x: quantityAxis(shown),
          y: scoreAxis(metric, `${metricWords(metric)} on ${detail.selectedOn} data`),
          groups,
          points: choices.map((choice) => ({
            id: choice.trial,
            x: choice.costs.get(shown)!,
            y: choice.score,
            group: isWithin(choice, caps) ? 1 : 0,
          })),
          limits: caps[shown] === undefined ? [] : [{ name: "your limit", x: caps[shown] }],
          marked: front[0]?.trial,
          markedAs: "best within the limits",
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [choices, caps, shown, front, metric, detail, trials],
  );
  if (choices.length === 0) return <p>{nothingScored(detail)}</p>;
  const said = (quantity: Quantity, value: number) =>
    `${quantityAxis(quantity).format(value)}${quantity === "latencyMs" ? quantityUnits.latencyMs : ""}`;
  return (
    <>
      <div className="sliders">
        {quantities.map((quantity) => (
          <Cap
            key={quantity}
            words={quantityWords[quantity].replace(" (ms)", "")}
            stops={stopsOf(choices, quantity)}
            value={caps[quantity]}
            said={(value) => said(quantity, value)}
            onChange={(value) => setCaps({ ...caps, [quantity]: value })}
          />
        ))}
      </div>
      <p role="status">
        {front[0] === undefined
          ? "No design is within these limits."
          : `Best within these limits: trial ${front[0].trial}, ${formatScore(metric, front[0].score)}, ${quantities.map((quantity) => `${said(quantity, front[0]!.costs.get(quantity)!)} ${quantityWords[quantity].replace(" (ms)", "")}`).join(", ")}.`}
      </p>
      {quantities.length > 1 && (
        <Pick
          label="against"
          options={quantities.map((quantity) => [quantity, quantityWords[quantity]] as const)}
          value={shown}
          onPick={setWanted}
        />
      )}
      <Chart
        title={`${metricTitle(metric)} under limits of your own`}
        caption="Every scored design, once; the ring is the best one within the limits above. The limits here only choose among what was evaluated: the search keeps its own."
        height={360}
        option={option}
        log="x"
        table={() => ({
          columns: ["trial", "design", metricWords(metric), ...quantities.map((each) => quantityWords[each])],
          rows: front.map(({ trial, score, costs }) => [
            trial,
            nameAt(detail, trials, trials.columns.rowOf.get(trial)!),
            formatScore(metric, score),
            ...quantities.map((quantity) => said(quantity, costs.get(quantity)!)),
          ]),
        })}
      />
      <h3>To choose from</h3>
      <p className="soft">
        Of the designs within the limits those that no other beats in all of these figures.
        {!detail.tabular &&
          " Each can be trained to its end, with the data and settings of the run, which stays as it is."}
        {(apart.of?.size ?? 0) > 1 && " Each was tested once: the best of several such figures is flattered."}
      </p>
      {detail.notes
        .filter(({ about }) => about === "trained")
        .map(({ text, time }) => (
          <Notice key={time}>{sentence(text)}</Notice>
        ))}
      <DataTable
        label="Designs to choose from"
        data={{
          columns: [
            "trial",
            `${detail.selectedOn} ${metricWords(metric)}`,
            ...quantities.map((each) => quantityWords[each]),
            ...(detail.tabular ? [] : ["trained to its end"]),
          ],
          rows: front.map(({ trial, score, costs }) => [
            trial,
            formatScore(metric, score),
            ...quantities.map((quantity) => said(quantity, costs.get(quantity)!)),
            ...(detail.tabular
              ? []
              : [{ show: <FinishTrial trial={trial} apart={apart} mayChange={mayChange} isShort /> }]),
          ]),
        }}
      />
    </>
  );
}

interface CapProps {
  readonly words: string;
  /** The values that designs have. */
  readonly stops: readonly number[];
  readonly value: number | undefined;
  readonly said: (value: number) => string;
  readonly onChange: (value: number | undefined) => void;
}

/** A limit that moves from design to design; at its end there is none. */
function Cap({ words, stops, value, said, onChange }: CapProps) {
  const last = stops.length - 1;
  const found = value === undefined ? last : stops.findLastIndex((stop) => stop <= value);
  const at = Math.max(0, found);
  const text = value === undefined ? "any" : `at most ${said(value)}`;
  return (
    <label>
      {words}: {text}
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-valuetext={text}
        disabled={last < 1}
        onChange={(event) => {
          const next = Number(event.target.value);
          onChange(next >= last ? undefined : stops[next]);
        }}
      />
    </label>
  );
}
