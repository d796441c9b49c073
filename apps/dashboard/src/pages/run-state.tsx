// How a run stands, and what can be done about it now.
import type { RunSummary } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { formatDuration, formatTime, formatWhen, plural, together } from "../format.ts";
import { linkTo } from "../router.ts";
import { Act } from "../ui/pieces.tsx";
import { TimeLeft } from "../ui/time-left.tsx";
import { runName, stateWords, waitsWords } from "../words.ts";

export function StateBadge({ run }: { readonly run: RunSummary }) {
  const look =
    run.state === "running" ? "good" : run.state === "failed" || run.state === "unreadable" ? "warn" : "";
  return <span className={`badge ${look}`}>{stateWords[run.state]}</span>;
}

/** For a list: the state, and when it will be done, was done, or how far it came and when. */
export function Standing({ run }: { readonly run: RunSummary }) {
  return (
    <>
      {run.waits ? (
        <a className="badge warn" href={linkTo(["run", run.id, "turn"])}>
          {waitsWords}
        </a>
      ) : (
        <StateBadge run={run} />
      )}
      <p className="soft">
        <StandingWords run={run} />
      </p>
    </>
  );
}

function StandingWords({ run }: { readonly run: RunSummary }) {
  const { state, waits, endsAt, endedAt, changedAt } = run;
  switch (state) {
    case "running":
      if (endedAt !== undefined) return "more is run beside it";
      return waits || endsAt === undefined ? progressWords(run) : <TimeLeft endsAt={endsAt} />;
    case "finished":
      return (
        <>
          {run.minutes === undefined && run.evaluations < run.budget && `${progressWords(run)}, `}
          <When iso={endedAt ?? changedAt} />
        </>
      );
    case "stopped":
    case "failed":
      return (
        <>
          {progressWords(run)}, <When iso={changedAt} />
        </>
      );
    case "unreadable":
      return changedAt === "" ? null : <When iso={changedAt} />;
    default:
      return state satisfies never;
  }
}

/** "after 4 of 10 evaluations", "after 3 min of 10 min". */
const progressWords = ({ minutes, spent, evaluations, budget }: RunSummary) =>
  minutes === undefined
    ? `after ${evaluations.toLocaleString("en")} of ${plural(budget, "evaluation")}`
    : together(`after ${formatDuration(spent.elapsedMs)} of ${minutes} min`);

function When({ iso }: { readonly iso: string }) {
  return (
    <time dateTime={iso} title={formatTime(iso)}>
      {formatWhen(iso, new Date())}
    </time>
  );
}

/** Whatever can be done with the run now. */
export function StopOrResume({ run, mayChange }: { readonly run: RunSummary; readonly mayChange: boolean }) {
  const name = <span className="hidden"> {runName(run)}</span>;
  if (!mayChange) return null;
  if (run.state === "running")
    return (
      <Act
        key="stop"
        label={<>Stop{name}</>}
        act={() => post("POST /api/runs/:id/stop", { places: [run.id], body: {} })}
        done="stops after what is under way"
      />
    );
  if (run.state === "stopped" || run.state === "failed")
    return (
      <Act
        key="resume"
        label={<>Resume{name}</>}
        act={() => post("POST /api/runs/:id/resume", { places: [run.id], body: {} })}
        done="running"
      />
    );
  return null;
}
