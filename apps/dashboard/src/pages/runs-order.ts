// Which runs are listed, and in which order: pure, so that hundreds of them are filtered, sorted and grouped alike.
import type { RunState, RunSummary } from "../../../../src/dashboard/api.ts";
import { modelName, runName, shortName } from "../words.ts";

export type SortKey = "run" | "result" | "params" | "macs" | "method" | "progress" | "time" | "changed";

export interface Wanted {
  /** Words that all must occur somewhere in what is said of the run. */
  readonly text: string;
  /** `waits`: running, and for a person. */
  readonly state: RunState | "waits" | "any";
  readonly dataset: string | undefined;
  readonly showsArchived: boolean;
  readonly sort: { readonly key: SortKey; readonly isDown: boolean };
}

export const methodOf = (run: RunSummary): string =>
  run.model === undefined
    ? run.strategy
    : `${run.strategy}, ${run.model.startsWith("replay/") ? "replay" : modelName(run.model)}`;

/** What the search for words looks through. */
const wordsOf = (run: RunSummary): string =>
  [
    ...[run.note?.label, run.note?.text, ...(run.note?.tags ?? []), runName(run), run.folder, methodOf(run)],
    ...[run.best?.name, run.best?.key, run.headline?.main, run.state, `seed ${run.seed}`],
  ]
    .join(" ")
    .toLowerCase();

export function listed(runs: readonly RunSummary[], wanted: Wanted): RunSummary[] {
  const { state, dataset, sort } = wanted;
  // Once nothing is put away any more, there is no switch to come back by.
  const showsArchived = wanted.showsArchived && runs.some(isArchived);
  const words = wanted.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const kept = runs.filter((run) => {
    if (isArchived(run) !== showsArchived) return false;
    if (state === "waits" ? run.waits !== true : state !== "any" && run.state !== state) return false;
    if (dataset !== undefined && run.dataset !== dataset) return false;
    const said = words.length === 0 ? "" : wordsOf(run);
    return words.every((word) => said.includes(word));
  });
  const value = sortValue[sort.key];
  return kept.sort((a, b) => {
    const order = compare(value(a), value(b));
    return sort.isDown ? -order : order;
  });
}

export const isArchived = ({ note }: RunSummary): boolean => note?.isArchived ?? false;

const sortValue: Readonly<Record<SortKey, (run: RunSummary) => string | number | undefined>> = {
  run: (run) => run.note?.label ?? runName(run),
  // Figures of different data are not comparable, but within a group they are.
  result: (run) => run.testScore ?? run.best?.score,
  params: (run) => run.best?.paramCount,
  macs: (run) => run.best?.macCount,
  method: methodOf,
  progress: (run) => run.evaluations / Math.max(1, run.budget),
  time: (run) => run.spent.elapsedMs,
  changed: (run) => run.changedAt,
};

/** What is not known comes last when sorted downwards. */
function compare(a: string | number | undefined, b: string | number | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
}

export interface Group {
  readonly name: string;
  readonly runs: readonly RunSummary[];
}

/** By data set, in the order in which their first run is listed. */
export function grouped(runs: readonly RunSummary[]): Group[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) groups.set(run.dataset, [...(groups.get(run.dataset) ?? []), run]);
  return [...groups].map(([dataset, own]) => ({ name: shortName(dataset), runs: own }));
}
