// Everything the figures stand on: settings, provenance, notes, how to repeat the run, and the run's files.
import type { Routes } from "../../../../src/dashboard/api.ts";
import { addressWithToken } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { formatTime } from "../format.ts";
import { Command } from "../ui/command.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { TrainedFiles } from "./downloads.tsx";

type File = Routes["GET /api/runs/:id/download"]["query"]["what"];

const files: readonly (readonly [File, string])[] = [
  ["report.html", "the report: one page that needs no network"],
  ["report.md", "the report as Markdown"],
  ["trials.csv", "the trials as a table"],
  ["journal.jsonl", "the journal: everything that happened, line by line"],
  ["conversation.jsonl", "every call to the model, whole"],
];

export function AboutTab() {
  const { detail } = useRunData();
  const ofTrials = detail.notes.some(({ trialNumber }) => trialNumber !== undefined);
  const offered = files.filter(([what]) => what !== "conversation.jsonl" || detail.callCount > 0);
  return (
    <div className="about">
      <h3>Files</h3>
      {detail.trained !== undefined && (
        <>
          <p>The trained network, trial {detail.trained.trial}:</p>
          <TrainedFiles trained={detail.trained} />
          <p>The run:</p>
        </>
      )}
      <ul>
        {offered.map(([what, words]) => (
          <li key={what}>
            <a href={addressWithToken("GET /api/runs/:id/download", [detail.id], { what })} download>
              {what}
            </a>{" "}
            <span className="soft">– {words}</span>
          </li>
        ))}
      </ul>
      <h3>How to repeat it</h3>
      <pre>
        <Command text={detail.command} />
      </pre>
      <p className="soft wrap">
        It makes a new run. The journal in <bdi>{detail.folder}</bdi> has all settings of this one.
      </p>
      {detail.spaceSummary !== undefined && (
        <>
          <h3>The space</h3>
          <p>{detail.spaceSummary}</p>
        </>
      )}
      <h3>Notes in the journal</h3>
      {detail.notes.length === 0 ? (
        <p>None.</p>
      ) : (
        <DataTable
          label="Notes in the journal"
          data={{
            columns: ["time", "about", ...(ofTrials ? ["trial"] : []), "note"],
            rows: detail.notes.map(({ time, about, trialNumber, text }) => [
              formatTime(time),
              about,
              ...(ofTrials ? [trialNumber] : []),
              text,
            ]),
          }}
        />
      )}
      <h3>All settings and provenance</h3>
      <DataTable
        label="All settings and provenance"
        data={{
          columns: ["setting", "value"],
          rows: detail.settings.map(({ name, value }) => [name, value]),
        }}
      />
    </div>
  );
}
