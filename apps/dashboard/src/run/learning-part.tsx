// Learning curves: of finished trainings the best ones, and those under way as they grow.
import { useCallback, useMemo } from "react";
import type { Curve as CurveOfTrial, EpochPoint } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { type Curve, curveOption } from "../charts/curves.ts";
import { formatScore, metricWords } from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Answer } from "../ui/pieces.tsx";
import { scoreAxis } from "./axes.ts";

const maxCurves = 60;

export function LearningPart() {
  const { detail, trials } = useRunData();
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/curves", { places: [detail.id], query: { most: maxCurves }, signal }),
    [detail.id, trials.count],
  );
  return (
    <Answer asked={asked}>
      {({ curves, total, final }) => (
        <>
          {final !== undefined && <FinalCurve curve={final} />}
          <Curves curves={curves} total={total} />
        </>
      )}
    </Answer>
  );
}

/** Of a run by the clock all points have their time: what trainings are compared at. */
const isByTime = (points: readonly EpochPoint[]) =>
  points.length > 0 && points.every(({ seconds }) => seconds !== undefined);

const axisOf = (byTime: boolean) => ({
  name: byTime ? "seconds of training" : "epochs",
  format: String,
  whole: !byTime,
  ...(byTime && { min: 0 }),
});

const placed = ({ epoch, seconds, validation }: EpochPoint, byTime: boolean) => ({
  x: byTime ? (seconds ?? 0) : epoch,
  y: validation,
});

/** The training of the selected network to its end, which is another than those that the search compared. */
function FinalCurve({ curve }: { readonly curve: CurveOfTrial }) {
  const { metric } = useRunData().detail;
  const { trial, key, points } = curve;
  const seconds = isByTime(points);
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: axisOf(seconds),
          y: scoreAxis(metric, `${metricWords(metric)} on validation data`),
          references: [],
          hasLegend: false,
          curves: [
            {
              name: `final training of trial ${trial}: ${key}`,
              series: 1,
              points: points.map((point) => placed(point, seconds)),
            },
          ],
        },
        look,
      ),
    [metric, trial, key, points, seconds],
  );
  return (
    <Chart
      title="The final training"
      caption={`Validation ${metricWords(metric)} while trial ${trial} was trained to its end, ${seconds ? "by seconds of training" : "after each epoch"}.`}
      height={300}
      option={option}
      table={() => ({
        columns: [seconds ? "seconds" : "epoch", `validation ${metricWords(metric)}`, "training loss"],
        rows: points.map((point) => [
          seconds ? Math.round(point.seconds ?? 0) : point.epoch,
          formatScore(metric, point.validation),
          point.trainLoss.toPrecision(4),
        ]),
      })}
    />
  );
}

function Curves({ curves, total }: { readonly curves: readonly CurveOfTrial[]; readonly total: number }) {
  const { detail, live } = useRunData();
  const best = detail.best?.trial;
  const growing = useMemo(
    () =>
      [
        ...(live?.evaluating ?? []),
        ...(live?.finalTraining === undefined ? [] : [{ ...live.finalTraining, key: "at full length" }]),
      ].filter(({ curve }) => curve.length > 0),
    [live],
  );
  const byTime = isByTime(
    [...curves.map(({ points }) => points), ...growing.map(({ curve }) => curve)].flat(),
  );
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: axisOf(byTime),
          y: scoreAxis(detail.metric, `${metricWords(detail.metric)} on validation data`),
          references: [],
          curves: [
            ...curves.map(({ trial, key, points }): Curve => {
              const isBest = trial === best;
              return {
                name: `trial ${trial}${isBest ? " (selected)" : ""}: ${key}`,
                points: points.map((point) => placed(point, byTime)),
                series: isBest ? 1 : 0,
                faint: !isBest,
              };
            }),
            ...growing.map(
              ({ trial, key, curve }): Curve => ({
                name: `trial ${trial}, training now: ${key}`,
                points: curve.map((point) => placed(point, byTime)),
                series: 2,
              }),
            ),
          ],
        },
        look,
      ),
    [curves, growing, best, byTime, detail.metric],
  );
  if (curves.length === 0 && growing.length === 0)
    return (
      <p>
        {detail.tabular
          ? "None: the accuracies of this run were looked up in a table, not trained."
          : "None yet: the first training has not ended its first epoch."}
      </p>
    );
  // One point is no curve: a chart of such points would look empty.
  if (
    [...curves.map(({ points }) => points), ...growing.map(({ curve }) => curve)].every(
      ({ length }) => length < 2,
    )
  )
    return (
      <>
        <h3>Trainings of the search</h3>
        <p>
          {total === 1 ? "The training was" : `The ${total} trainings were`} measured once each, so there is
          no curve to draw: their figures are the dots of “Best network so far”.
        </p>
      </>
    );
  const which = total > curves.length ? `the ${curves.length} best of ${total} trainings` : "each training";
  return (
    <Chart
      title="Trainings of the search"
      caption={`Validation ${metricWords(detail.metric)} ${byTime ? "by seconds of training" : "after each epoch"}, of ${which}. The selected one is drawn in full colour${growing.length > 0 ? ", those under way in green" : ""}.`}
      height={420}
      option={option}
      table={() => ({
        columns: [
          "trial",
          byTime ? "seconds" : "epoch",
          `validation ${metricWords(detail.metric)}`,
          "training loss",
        ],
        rows: curves.flatMap(({ trial, points }) =>
          points.map((point) => [
            trial,
            byTime ? Math.round(point.seconds ?? 0) : point.epoch,
            formatScore(detail.metric, point.validation),
            point.trainLoss.toPrecision(4),
          ]),
        ),
      })}
    />
  );
}
