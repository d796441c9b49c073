// What a running search does at this moment: the trial it thinks of, and the trainings with their curves as they grow.
import { useRunData } from "../api/use-run.ts";
import { formatCount, formatScore } from "../format.ts";
import { linkTo } from "../router.ts";
import { Sparkline } from "../ui/sparkline.tsx";
import { isThinking, isWaiting } from "../words.ts";
import { NoticesSwitch } from "./notices.tsx";
import { RunTime } from "./run-time.tsx";

/** Where a training goes by the clock, it is mostly between two epochs. */
const shownEpoch = (epoch: number) => (Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(1));

export function LivePanel() {
  const { detail, live } = useRunData();
  if (detail.state !== "running" || live === undefined) return null;
  const { proposing, evaluating, finalTraining, question, held, time, beside } = live;
  return (
    <section aria-label="Right now" className="live">
      <div className="title">
        <h2>Right now</h2>
        <div className="actions">
          <NoticesSwitch />
        </div>
      </div>
      {time !== undefined && <RunTime time={time} waits={isWaiting(live)} />}
      <ul>
        {beside !== undefined && <li>Beside the run: {beside.words}</li>}
        {isThinking(live) && <li>Thinking of trial {proposing?.trial}…</li>}
        {(question !== undefined || held !== undefined) && (
          <li>
            <strong>
              {question !== undefined ? "A question waits for you." : "A proposal waits for you."}
            </strong>{" "}
            <a href={linkTo(["run", detail.id, "turn"])}>Your turn</a>
          </li>
        )}
        {evaluating.map(({ trial, key, curve, by, paramCount, macCount, rationale }) => (
          <li key={trial}>
            Evaluating trial {trial}: <code>{key}</code>, {formatCount(paramCount)} parameters,{" "}
            {formatCount(macCount)} MACs, proposed by <bdi>{by}</bdi>
            {curve.length > 0 && (
              <span className="wrap">
                {" "}
                · epoch {shownEpoch(curve.at(-1)!.epoch)}:{" "}
                {formatScore(detail.metric, curve.at(-1)!.validation)}{" "}
                <Sparkline values={curve.map((point) => point.validation)} />
              </span>
            )}
            {rationale !== undefined && <blockquote>{rationale}</blockquote>}
          </li>
        ))}
        {finalTraining !== undefined && (
          <li>
            Training the best, trial {finalTraining.trial} (<code>{finalTraining.key}</code>), to its end
            {finalTraining.curve.length > 0 && (
              <>
                : epoch {shownEpoch(finalTraining.curve.at(-1)!.epoch)}
                {finalTraining.epochs !== undefined && ` of ${finalTraining.epochs}`}, validation{" "}
                {formatScore(detail.metric, finalTraining.curve.at(-1)!.validation)}{" "}
                <Sparkline values={finalTraining.curve.map((point) => point.validation)} />
              </>
            )}
          </li>
        )}
      </ul>
    </section>
  );
}
