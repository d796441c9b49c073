// Learning curves: of finished trainings the best ones, and those under way as they grow.
import { useCallback, useMemo } from "react";
import type { Curve as CurveOfTrial } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { type Curve, curveOption } from "../charts/curves.ts";
import { formatScore, metricWords } from "../format.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { Answer } from "../ui/pieces.tsx";
import { scoreAxis } from "./axes.ts";
import { LivePanel } from "./live-panel.tsx";

const maxCurves = 60;

export function LearningTab() {
  const { detail, trials } = useRunData();
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/curves", { places: [detail.id], query: { most: maxCurves }, signal }),
    [detail.id, trials.count],
  );
  return (
    <>
      <LivePanel />
      <Answer asked={asked}>
        {({ curves, total, final }) => (
          <>
            {final !== undefined && <FinalCurve curve={final} />}
            <Curves curves={curves} total={total} />
          </>
        )}
      </Answer>
    </>
  );
}

/** The training of the selected network to its end, which is another than those that the search compared. */
function FinalCurve({ curve }: { readonly curve: CurveOfTrial }) {
  const { metric } = useRunData().detail;
  const { trial, key, points } = curve;
  const seconds = points.every((point) => point.seconds !== undefined);
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: { name: seconds ? "seconds" : "epochs", format: String, whole: !seconds },
          y: scoreAxis(metric, `${metricWords(metric)} on validation data`),
          references: [],
          hasLegend: false,
          curves: [
            {
              name: `final training of trial ${trial}: ${key}`,
              series: 1,
              points: points.map((point) => ({
                x: seconds ? (point.seconds ?? 0) : point.epoch,
                y: point.validation,
              })),
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
  const option = useCallback(
    (look: ChartLook) =>
      curveOption(
        {
          x: { name: "epochs", format: String, whole: true },
          y: scoreAxis(detail.metric, `${metricWords(detail.metric)} on validation data`),
          references: [],
          curves: [
            ...curves.map(({ trial, key, points }): Curve => {
              const isBest = trial === best;
              return {
                name: `trial ${trial}${isBest ? " (selected)" : ""}: ${key}`,
                points: points.map((point) => ({ x: point.epoch, y: point.validation })),
                series: isBest ? 1 : 0,
                faint: !isBest,
              };
            }),
            ...growing.map(
              ({ trial, key, curve }): Curve => ({
                name: `trial ${trial}, training now: ${key}`,
                points: curve.map((point) => ({ x: point.epoch, y: point.validation })),
                series: 2,
              }),
            ),
          ],
        },
        look,
      ),
    [curves, growing, best, detail.metric],
  );
  if (curves.length === 0 && growing.length === 0)
    return (
      <p>
        {detail.tabular
          ? "None: the accuracies of this run were looked up in a table, not trained."
          : "None yet: the first training has not ended its first epoch."}
      </p>
    );
  const which = total > curves.length ? `the ${curves.length} best of ${total} trainings` : "each training";
  return (
    <Chart
      title="Learning curves"
      caption={`Validation ${metricWords(detail.metric)} after each epoch, of ${which}. The selected one is drawn in full colour${growing.length > 0 ? ", those under way in green" : ""}.`}
      height={420}
      option={option}
      table={() => ({
        columns: ["trial", "epoch", `validation ${metricWords(detail.metric)}`, "training loss"],
        rows: curves.flatMap(({ trial, points }) =>
          points.map((point) => [
            trial,
            point.epoch,
            formatScore(detail.metric, point.validation),
            point.trainLoss.toPrecision(4),
          ]),
        ),
      })}
    />
  );
}
