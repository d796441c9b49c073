// All trials in a list that stays quick with ten thousand of them, and whatever is known of the one that is open.
import { useMemo, useState } from "react";
import { isScored, rowsByNumber, type TrialTable } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { formatCount, formatScore, metricWords } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { TrialPanel } from "../trial/trial-panel.tsx";
import { Pick } from "../ui/pieces.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { changedWords, outcomeWords } from "../words.ts";
import { nameAt } from "./trial-words.ts";
import { Troubles } from "./troubles.tsx";

const orders = [
  ["number", "in order"],
  ["latest", "latest first"],
  ["best", "best first"],
] as const;
type Order = (typeof orders)[number][0];

const filters = [
  ["all", "all"],
  ["scored", "scored"],
  ["trouble", "not scored as proposed"],
] as const;
type Filter = (typeof filters)[number][0];

const headerFor = (figure: string) => [
  "trial",
  "design",
  "outcome",
  figure,
  "expected",
  "parameters",
  "MACs",
  "proposed by",
];

export function TrialsTab({ query }: { readonly query: URLSearchParams }) {
  const { detail, trials } = useRunData();
  const [order, setOrder] = useState<Order>("number");
  const [filter, setFilter] = useState<Filter>("all");
  const rows = useMemo(() => rowsOf(trials, order, filter), [trials, order, filter]);
  const open = Number(query.get("trial") ?? Number.NaN);
  const { columns } = trials;
  const openRow = useMemo(() => rows.findIndex((row) => columns.number[row] === open), [rows, columns, open]);
  return (
    <>
      <div className="actions">
        <Pick label="order" options={orders} value={order} onPick={setOrder} />
        <Pick label="show" options={filters} value={filter} onPick={setFilter} />
        <span className="soft" role="status">
          {rows.length.toLocaleString("en")} trials
        </span>
      </div>
      <div className="columns aside">
        <VirtualList
          className="trials"
          label="Trials"
          header={headerFor(metricWords(detail.metric))}
          count={rows.length}
          rowHeight={36}
          open={openRow}
          onOpen={(index) =>
            goTo(
              linkTo(["run", detail.id, "trials"], { trial: columns.number[rows[index]!]! }),
              Number.isFinite(open),
            )
          }
          cells={(index) => {
            const row = rows[index]!;
            const score = columns.score[row] ?? null;
            const predicted01 = columns.predicted01[row] ?? null;
            const changed = changedWords[columns.changed[row]!];
            const outcome = outcomeWords[columns.outcome[row]!];
            return [
              columns.number[row]!,
              nameAt(detail, trials, row),
              changed === "" ? outcome : `${outcome}, ${changed}`,
              score === null ? "" : formatScore(detail.metric, score),
              predicted01 === null ? "" : formatScore(detail.metric, predicted01),
              formatCount(columns.paramCount[row]!),
              formatCount(columns.macCount[row]!),
              columns.by[row]!,
            ];
          }}
        />
        <section aria-label="The open trial">
          {Number.isFinite(open) ? (
            <TrialPanel trial={open} />
          ) : (
            <p className="soft">Open a trial to see its reason, its network and what came of it.</p>
          )}
        </section>
      </div>
      <h3>Proposals that were not scored as proposed, and why</h3>
      <Troubles />
    </>
  );
}

function rowsOf(trials: TrialTable, order: Order, filter: Filter): number[] {
  const { columns } = trials;
  const rows = rowsByNumber(trials).filter((row) => {
    if (filter === "all") return true;
    const asProposed = isScored(trials, row) && columns.changed[row] === 0;
    return filter === "scored" ? isScored(trials, row) : !asProposed;
  });
  if (order === "latest") return rows.reverse();
  if (order === "best") return rows.sort((a, b) => (columns.score[b] ?? -1) - (columns.score[a] ?? -1));
  return rows;
}
