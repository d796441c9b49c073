// All runs as they are now, in a dense table that stays of use with hundreds: to search, filter, sort and group, to name and
// put away, and to open, stop, resume, start again and compare.
import { useId, useMemo, useState } from "react";
import type { About, RunState, RunSummary } from "../../../../src/dashboard/api.ts";
import { joinIds } from "../../../../src/dashboard/run-ids.ts";
import { post } from "../api/client.ts";
import { useRuns } from "../api/use-runs.ts";
import { plural } from "../format.ts";
import { linkTo } from "../router.ts";
import { Act, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";
import { runTitle, shortName, stateWords, waitsWords } from "../words.ts";
import { RunRow } from "./run-row.tsx";
import { type Group, grouped, isArchived, listed, type SortKey, type Wanted } from "./runs-order.ts";

interface RunsPageProps {
  readonly mayChange: boolean;
  readonly about: About | undefined;
}

const start: Wanted = {
  text: "",
  state: "any",
  dataset: undefined,
  showsArchived: false,
  sort: { key: "changed", isDown: true },
};

/** Rows that are shown before a person asks for all. */
const firstRows = 100;

export function RunsPage({ mayChange, about }: RunsPageProps) {
  const { runs, problem } = useRuns();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState(start);
  const [isGrouped, setGrouped] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  const [deleted, setDeleted] = useState<RunSummary>();
  const found = useMemo(() => (runs === undefined ? [] : listed(runs, wanted)), [runs, wanted]);
  const shown = showsAll ? found : found.slice(0, firstRows);
  const groups = isGrouped ? grouped(shown) : [{ name: "", runs: shown }];
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const ids = found.map(({ id }) => id).filter((id) => chosen.has(id));
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
            runs !== undefined &&
            runs.length > 1 && <span className="soft">Tick two or more to compare them.</span>
          )}
          <a className="button main" href={linkTo(["start"])}>
            Start a search
          </a>
        </div>
      </div>
      {problem !== undefined && <Notice>{problem}</Notice>}
      {deleted !== undefined && (
        <p className="notice actions" role="status">
          <span>
            Deleted <bdi>{runTitle(deleted)}</bdi> (<bdi>{deleted.id}</bdi>).
          </span>
          <Act
            label="Undo"
            act={async () => {
              await post("POST /api/trash/restore", { body: { id: deleted.id } });
              setDeleted(undefined);
            }}
          />
        </p>
      )}
      {runs === undefined && problem === undefined && (
        <p className="soft" role="status">
          Looking for runs…
        </p>
      )}
      {runs?.length === 0 && (
        <p>
          No runs yet in <bdi>{about?.folders.join(", ") ?? "the folders that are looked through"}</bdi>.
          Start one here, or on the command line with <code>genius search</code>.
        </p>
      )}
      {runs !== undefined && runs.length > 0 && (
        <>
          <Filters runs={runs} wanted={wanted} onChange={setWanted} {...{ isGrouped, setGrouped }} />
          <p className="soft" role="status">
            {found.length === runs.length
              ? plural(runs.length, "run")
              : `${found.length.toLocaleString("en")} of ${plural(runs.length, "run")}`}
          </p>
          <RunsTable
            groups={groups}
            sort={wanted.sort}
            onSort={(sort) => setWanted({ ...wanted, sort })}
            row={(run) => (
              <RunRow
                key={run.id}
                run={run}
                mayChange={mayChange}
                isChosen={chosen.has(run.id)}
                onChoose={(on) => choose(run.id, on)}
                onDeleted={setDeleted}
                columnCount={columns.length}
              />
            )}
          />
          {found.length > shown.length && (
            <p className="actions">
              <button type="button" onClick={() => setShowsAll(true)}>
                Show all {found.length.toLocaleString("en")}
              </button>
            </p>
          )}
        </>
      )}
    </>
  );
}

const states: readonly RunState[] = ["running", "stopped", "finished", "failed", "unreadable"];

interface FiltersProps {
  readonly runs: readonly RunSummary[];
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
  readonly isGrouped: boolean;
  readonly setGrouped: (on: boolean) => void;
}

function Filters({ runs, wanted, onChange, isGrouped, setGrouped }: FiltersProps) {
  const id = useId();
  const datasets = [...new Set(runs.map(({ dataset }) => dataset))].sort();
  const hasArchived = runs.some(isArchived);
  return (
    <search className="filters">
      <div className="field">
        <label htmlFor={`${id}-text`}>search</label>
        <input
          id={`${id}-text`}
          type="search"
          placeholder="name, tag, network, folder…"
          value={wanted.text}
          onChange={(event) => onChange({ ...wanted, text: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-state`}>state</label>
        <select
          id={`${id}-state`}
          value={wanted.state}
          onChange={(event) => onChange({ ...wanted, state: event.target.value as Wanted["state"] })}
        >
          <option value="any">any</option>
          <option value="waits">{waitsWords}</option>
          {states.map((state) => (
            <option key={state} value={state}>
              {stateWords[state]}
            </option>
          ))}
        </select>
      </div>
      {datasets.length > 1 && (
        <div className="field">
          <label htmlFor={`${id}-data`}>data set</label>
          <select
            id={`${id}-data`}
            value={wanted.dataset ?? ""}
            onChange={(event) => onChange({ ...wanted, dataset: event.target.value || undefined })}
          >
            <option value="">any</option>
            {datasets.map((dataset) => (
              <option key={dataset} value={dataset}>
                {shortName(dataset)}
              </option>
            ))}
          </select>
        </div>
      )}
      {datasets.length > 1 && (
        <label className="check">
          <input type="checkbox" checked={isGrouped} onChange={(event) => setGrouped(event.target.checked)} />{" "}
          group by data set
        </label>
      )}
      {hasArchived && (
        <label className="check">
          <input
            type="checkbox"
            checked={wanted.showsArchived}
            onChange={(event) => onChange({ ...wanted, showsArchived: event.target.checked })}
          />{" "}
          archived
        </label>
      )}
    </search>
  );
}

const columns: readonly {
  readonly words: string;
  readonly key?: SortKey;
  readonly className?: string;
  readonly isHidden?: true;
}[] = [
  { words: "chosen", className: "tick", isHidden: true },
  { words: "run", key: "run" },
  { words: "when", key: "changed", className: "when" },
  { words: "best network", key: "result", className: "found" },
  { words: "parameters", key: "params" },
  { words: "MACs", key: "macs" },
  { words: "method", key: "method", className: "mid" },
  { words: "evaluations", key: "progress", className: "mid" },
  { words: "time", key: "time", className: "mid" },
  { words: "actions", className: "do", isHidden: true },
];

interface RunsTableProps {
  readonly groups: readonly Group[];
  readonly sort: Wanted["sort"];
  readonly onSort: (sort: Wanted["sort"]) => void;
  readonly row: (run: RunSummary) => React.ReactNode;
}

function RunsTable({ groups, sort, onSort, row }: RunsTableProps) {
  return (
    <table className="runs">
      <thead>
        <tr>
          {columns.map(({ words, key, className, isHidden }) => (
            <th
              key={words}
              scope="col"
              className={className}
              aria-sort={key === sort.key ? (sort.isDown ? "descending" : "ascending") : undefined}
            >
              {key === undefined ? (
                <span className={isHidden ? "hidden" : undefined}>{words}</span>
              ) : (
                <button
                  type="button"
                  onClick={() => onSort({ key, isDown: key === sort.key ? !sort.isDown : key !== "run" })}
                >
                  {words}
                  <span aria-hidden="true">{key === sort.key ? (sort.isDown ? " ↓" : " ↑") : ""}</span>
                </button>
              )}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map(({ name, runs }) => (
        <tbody key={name}>
          {name !== "" && (
            <tr className="group">
              <th scope="rowgroup" colSpan={columns.length}>
                <bdi>{name}</bdi> <span className="soft">{plural(runs.length, "run")}</span>
              </th>
            </tr>
          )}
          {runs.map(row)}
        </tbody>
      ))}
    </table>
  );
}
