// All trials in a list that stays quick with ten thousand of them: any column, sorted, searched and bounded; whatever is known
// of the one that is open; how the best came to be; and what ran at once.
import { useMemo, useState } from "react";
import { useRunData } from "../api/use-run.ts";
import { metricTitle, plural } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { TrialPanel } from "../trial/trial-panel.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { Lineage } from "./lineage.tsx";
import { Timeline } from "./timeline.tsx";
import { columnsOf, firstColumns, rowsOf, type TrialsWanted } from "./trial-columns.ts";
import { TrialsFilter } from "./trials-filter.tsx";
import { Troubles } from "./troubles.tsx";

const narrowBelow = 760;

interface TrialsTabProps {
  readonly query: URLSearchParams;
  readonly mayChange: boolean;
}

export function TrialsTab({ query, mayChange }: TrialsTabProps) {
  const { detail, trials } = useRunData();
  const [wanted, setWanted] = useState<TrialsWanted>({
    ...{ sort: { key: "trial", isDown: false }, outcome: "all", text: "", ranges: {} },
  });
  const [shown, setShown] = useState<ReadonlySet<string>>(
    () => new Set(firstColumns(innerWidth < narrowBelow)),
  );
  const columns = useMemo(() => columnsOf(detail, trials), [detail, trials]);
  const rows = useMemo(() => rowsOf(trials, columns, wanted), [trials, columns, wanted]);
  const inList = columns.filter(({ key }) => shown.has(key));
  const open = Number(query.get("trial") ?? Number.NaN);
  const { number } = trials.columns;
  const openRow = useMemo(() => rows.findIndex((row) => number[row] === open), [rows, number, open]);
  const { sort } = wanted;
  return (
    <>
      <TrialsFilter columns={columns} wanted={wanted} onChange={setWanted} shown={shown} onShown={setShown} />
      <p className="soft" role="status">
        {rows.length === trials.count
          ? plural(rows.length, "trial")
          : `${rows.length.toLocaleString("en")} of ${plural(trials.count, "trial")}`}
      </p>
      <p className="soft">
        {metricTitle(detail.metric)} is that on {detail.selectedOn} data, by which designs are selected.
      </p>
      <div className="columns aside">
        <VirtualList
          className="trials"
          label="Trials"
          header={inList.map(({ words }) => words)}
          widths={inList.map(({ width }) => width).join(" ")}
          sorted={{ column: inList.findIndex(({ key }) => key === sort.key), isDown: sort.isDown }}
          onSort={(column) => {
            const { key } = inList[column]!;
            setWanted({
              ...wanted,
              sort: { key, isDown: key === sort.key ? !sort.isDown : key === "score" },
            });
          }}
          count={rows.length}
          rowHeight={36}
          open={openRow}
          onOpen={(index) =>
            goTo(
              linkTo(["run", detail.id, "trials"], { trial: number[rows[index]!]! }),
              Number.isFinite(open),
            )
          }
          cells={(index) => inList.map(({ text }) => text(rows[index]!))}
        />
        <section aria-label="The open trial">
          {Number.isFinite(open) ? (
            <TrialPanel trial={open} mayChange={mayChange} />
          ) : (
            <p className="soft">Open a trial to see its reason, its network and what came of it.</p>
          )}
        </section>
      </div>
      <Lineage />
      <Timeline />
      <h3>Rejected, failed or changed proposals</h3>
      <Troubles />
    </>
  );
}
