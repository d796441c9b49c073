// All runs, newest first, as they are now: state, best network, budget and cost. From here they are opened, stopped,
// resumed and compared.
import { useEffect, useState } from "react";
import type { About, ListEvent, RunSummary } from "../../../../src/dashboard/api.ts";
import { joinIds } from "../../../../src/dashboard/run-ids.ts";
import { addressWithToken, get, messageOf, post } from "../api/client.ts";
import { readReply } from "../api/read-reply.ts";
import { formatCount, formatTime } from "../format.ts";
import { linkTo } from "../router.ts";
import { Act, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";
import { limitsInWords, modelName, runName, spentInWords, stateWords } from "../words.ts";

export function RunsPage({
  mayChange,
  about,
}: {
  readonly mayChange: boolean;
  readonly about: About | undefined;
}) {
  const { runs, problem } = useRuns();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const ids = runs?.map(({ id }) => id).filter((id) => chosen.has(id)) ?? [];
  return (
    <>
      <Title text="All runs" />
      <div className="title">
        <h1>All runs</h1>
        <div className="actions">
          {ids.length >= 2 ? (
            <a className="button" href={linkTo(["compare"], { runs: joinIds(ids) })}>
              Compare {ids.length} runs
            </a>
          ) : (
            <span className="soft">Tick two or more to compare them.</span>
          )}
          <a className="button" href={linkTo(["start"])}>
            Start a search
          </a>
        </div>
      </div>
      {problem !== undefined && <Notice>{problem}</Notice>}
      {runs === undefined && problem === undefined && (
        <p className="soft" role="status">
          Looking for runs…
        </p>
      )}
      {runs?.length === 0 && (
        <p>
          No runs yet in {about?.folders.join(", ") ?? "the folders that are looked through"}. Start one here,
          or on the command line with <code>genius search</code>.
        </p>
      )}
      <ul className="runs">
        {runs?.map((run) => (
          <RunItem
            key={run.id}
            run={run}
            mayChange={mayChange}
            isChosen={chosen.has(run.id)}
            onChoose={(on) => choose(run.id, on)}
          />
        ))}
      </ul>
    </>
  );
}

interface RunItemProps {
  readonly run: RunSummary;
  readonly mayChange: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (on: boolean) => void;
}

function RunItem({ run, mayChange, isChosen, onChoose }: RunItemProps) {
  const { best } = run;
  return (
    <li>
      <input
        type="checkbox"
        aria-label={`Compare ${runName(run)}, seed ${run.seed}`}
        checked={isChosen}
        onChange={(event) => onChoose(event.target.checked)}
      />
      <div className="what">
        <a href={linkTo(["run", run.id])}>{runName(run)}</a> <StateBadge run={run} />
        <p className="soft wrap">
          <bdi>{run.folder}</bdi> · seed {run.seed}
          {run.model !== undefined && ` · ${modelName(run.model)}`} · {formatTime(run.changedAt)}
        </p>
        {run.problem !== undefined && <p className="error">{run.problem}</p>}
      </div>
      <div>
        <span className="term">best network</span>
        {best === undefined ? (
          <span className="soft">none yet</span>
        ) : (
          <>
            <strong className="number">{run.headline?.main}</strong> <code>{best.key}</code>
            <p className="soft">
              {formatCount(best.paramCount)} parameters, {formatCount(best.macCount)} MACs
            </p>
          </>
        )}
      </div>
      <div>
        <span className="term">budget</span>
        <progress
          max={Math.max(1, run.budget)}
          value={run.evaluations}
          aria-label={`Evaluations of ${runName(run)}`}
        />
        <p className="soft">
          {run.evaluations.toLocaleString("en")} of {run.budget.toLocaleString("en")} evaluations; limits:{" "}
          {limitsInWords(run.limits)}
        </p>
      </div>
      <div>
        <span className="term">spent</span>
        {spentInWords(run)}
      </div>
      <div className="actions">
        <StopOrResume run={run} mayChange={mayChange} />
      </div>
    </li>
  );
}

export function StateBadge({ run }: { readonly run: RunSummary }) {
  const look =
    run.state === "running" ? "good" : run.state === "failed" || run.state === "unreadable" ? "warn" : "";
  return <span className={`badge ${look}`}>{stateWords[run.state]}</span>;
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

function useRuns(): {
  readonly runs: readonly RunSummary[] | undefined;
  readonly problem: string | undefined;
} {
  const [runs, setRuns] = useState<readonly RunSummary[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const controller = new AbortController();
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const { runs } = await get("GET /api/runs", { signal: controller.signal });
      setRuns(runs);
      setProblem(undefined);
      source = new EventSource(addressWithToken("GET /api/events", [], {}));
      source.onmessage = ({ data }: MessageEvent<string>) => {
        const event = readReply(data) as ListEvent;
        setRuns((before) => (before === undefined ? before : applyEvent(before, event)));
      };
      source.onerror = () => {
        source?.close();
        retry();
      };
    };
    const retry = () => {
      again = setTimeout(start, 2000);
    };
    const start = () => {
      load().catch((thrown: unknown) => {
        if (controller.signal.aborted) return;
        setProblem(messageOf(thrown));
        retry();
      });
    };
    start();
    return () => {
      controller.abort();
      clearTimeout(again);
      source?.close();
    };
  }, []);
  return { runs, problem };
}

function applyEvent(runs: readonly RunSummary[], event: ListEvent): readonly RunSummary[] {
  if (event.kind === "gone") return runs.filter(({ id }) => id !== event.id);
  const known = runs.some(({ id }) => id === event.run.id);
  return known ? runs.map((run) => (run.id === event.run.id ? event.run : run)) : [event.run, ...runs];
}
