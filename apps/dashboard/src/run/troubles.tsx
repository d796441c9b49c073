// Proposals that broke a limit, were repaired, repeated, unreadable or failed, with the reason, newest first.
import { useState } from "react";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { linkTo } from "../router.ts";
import { DataTable } from "../ui/data-table.tsx";
import { Answer } from "../ui/pieces.tsx";

const rowsAtOnce = 50;

export function Troubles() {
  const { detail, trials } = useRunData();
  const [from, setFrom] = useState(0);
  const asked = useAsked(
    (signal) =>
      get("GET /api/runs/:id/troubles", { places: [detail.id], query: { from, limit: rowsAtOnce }, signal }),
    [detail.id, from, trials.count],
  );
  return (
    <Answer asked={asked}>
      {({ rows, total }) =>
        total === 0 ? (
          <p>None: every proposal was scored as it was proposed.</p>
        ) : (
          <>
            <DataTable
              label="Proposals that were not scored as proposed"
              data={{
                columns: ["trial", "design", "proposed by", "what happened", "why"],
                rows: rows.map(({ trial, key, by, what, why }) => [
                  { show: <a href={linkTo(["run", detail.id, "trials"], { trial })}>{trial}</a> },
                  key,
                  by,
                  what,
                  why,
                ]),
              }}
            />
            {total > rowsAtOnce && (
              <p className="actions">
                <button
                  type="button"
                  disabled={from === 0}
                  onClick={() => setFrom(Math.max(0, from - rowsAtOnce))}
                >
                  Newer
                </button>
                <button
                  type="button"
                  disabled={from + rowsAtOnce >= total}
                  onClick={() => setFrom(from + rowsAtOnce)}
                >
                  Older
                </button>
                <span className="soft">
                  {from + 1} to {Math.min(total, from + rowsAtOnce)} of {total.toLocaleString("en")}
                </span>
              </p>
            )}
          </>
        )
      }
    </Answer>
  );
}
