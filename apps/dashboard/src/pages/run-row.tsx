// One run in the list: what it is, what it found, how far it is, and what can be done with it.
import { useState } from "react";
import type { RunSummary } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { formatCount, formatDuration, together } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { Act } from "../ui/pieces.tsx";
import { runName, runTitle } from "../words.ts";
import { RunEdit } from "./run-edit.tsx";
import { Standing, StopOrResume } from "./run-state.tsx";
import { methodOf } from "./runs-order.ts";

interface RunRowProps {
  readonly run: RunSummary;
  readonly mayChange: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (on: boolean) => void;
  readonly onDeleted: (run: RunSummary) => void;
  readonly columnCount: number;
}

const marks = { better: "✓", unclear: "≈", worse: "✗", none: "–" } as const;

export function RunRow({ run, mayChange, isChosen, onChoose, onDeleted, columnCount }: RunRowProps) {
  const [isEditing, setEditing] = useState(false);
  const { best, headline, note, verdict } = run;
  const title = runTitle(run);
  const kind = verdict?.kind ?? "none";
  return (
    <>
      <tr className={isChosen ? "chosen" : undefined}>
        <td className="tick">
          <input
            type="checkbox"
            aria-label={`Choose ${title}, seed ${run.seed}`}
            checked={isChosen}
            onChange={(event) => onChoose(event.target.checked)}
          />
        </td>
        <td className="what">
          <a href={linkTo(["run", run.id])}>{title}</a>{" "}
          {note?.tags?.map((tag) => (
            <span key={tag} className="badge tag">
              <bdi>{tag}</bdi>
            </span>
          ))}
          <p className="soft wrap">
            {note?.label !== undefined && <>{runName(run)} · </>}
            <bdi>{run.id}</bdi> · seed {run.seed}
          </p>
          {note?.text !== undefined && (
            <p className="wrap">
              <bdi>{note.text}</bdi>
            </p>
          )}
          {run.problem !== undefined && <p className="error">{run.problem}</p>}
        </td>
        <td className="when">
          <Standing run={run} />
        </td>
        <td className="found">
          {best === undefined ? (
            <span className="soft">none yet</span>
          ) : (
            <>
              <strong>{together(headline?.main ?? "")}</strong>
              {best.name !== undefined && (
                <p className="soft">
                  <bdi>{together(best.name)}</bdi>
                </p>
              )}
              {verdict !== undefined && (
                <p className="soft" title={verdict.words}>
                  <span className={`mark ${kind}`} aria-hidden="true">
                    {marks[kind]}
                  </span>{" "}
                  {together(verdict.short)}
                </p>
              )}
            </>
          )}
        </td>
        <td className="fact number" data-unit="parameters">
          {best && formatCount(best.paramCount)}
        </td>
        <td className="fact number" data-unit="MACs">
          {best && formatCount(best.macCount)}
        </td>
        <td className="fact mid">
          <bdi className="method">{methodOf(run)}</bdi>
        </td>
        <td className="fact mid" data-unit="evaluations">
          {run.state === "running" && run.minutes === undefined && (
            <progress
              max={Math.max(1, run.budget)}
              value={run.evaluations}
              aria-label={`Evaluations of ${title}`}
            />
          )}
          <span className="number">
            {run.minutes === undefined
              ? `${run.evaluations.toLocaleString("en")} of ${run.budget.toLocaleString("en")}`
              : run.evaluations.toLocaleString("en")}
          </span>
        </td>
        <td className="fact number mid">
          {run.spent.elapsedMs > 0 && formatDuration(run.spent.elapsedMs)}
          {run.spent.elapsedMs > 0 && run.minutes !== undefined && (
            <span className="soft"> of {together(`${run.minutes} min`)}</span>
          )}
        </td>
        <td className="do">
          {mayChange && (
            <details className="menu">
              <summary aria-label={`What to do with ${title}, seed ${run.seed}`}>⋯</summary>
              <div>
                <StopOrResume run={run} mayChange={mayChange} />
                <button
                  type="button"
                  onClick={(event) => {
                    event.currentTarget.closest("details")?.removeAttribute("open");
                    setEditing(!isEditing);
                  }}
                >
                  Rename, tag, note
                </button>
                <button type="button" onClick={() => goTo(linkTo(["start"], { like: run.id }))}>
                  Start another like it
                </button>
                <Act
                  label={note?.isArchived ? "Back to the list" : "Archive"}
                  act={() =>
                    post("POST /api/runs/:id/note", {
                      places: [run.id],
                      body: { ...note, isArchived: !(note?.isArchived ?? false) },
                    })
                  }
                />
                {run.state !== "running" && (
                  <Act
                    label="Delete"
                    act={async () => {
                      await post("POST /api/runs/:id/delete", { places: [run.id], body: {} });
                      onDeleted(run);
                    }}
                  />
                )}
              </div>
            </details>
          )}
        </td>
      </tr>
      {isEditing && (
        <tr className="editing">
          <td colSpan={columnCount}>
            <RunEdit run={run} onDone={() => setEditing(false)} />
          </td>
        </tr>
      )}
    </>
  );
}
