// How a run stands, and what can be done about it now.
import type { RunSummary } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { Act } from "../ui/pieces.tsx";
import { runName, stateWords } from "../words.ts";

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
