// A run in a row, with a name for its best network that says what it is. The name needs the run's space, which takes a moment
// to load: a list of hundreds of runs is shown without waiting for it, and the names follow.
import { bestName } from "../../report/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { summaryOf } from "../../runs/summary.ts";
import type { RunSummary } from "../api.ts";

/** By the key of the best design: most changes of a run leave it as it was. */
const names = new WeakMap<FollowedRun, { readonly key: string; readonly name: string | undefined }>();
const named = new WeakMap<object, { readonly at: readonly unknown[]; readonly summary: RunSummary }>();

/** With a person's note, and the name where it is known; else the name is looked for, and is there the next time. */
export function namedSummary(run: FollowedRun): RunSummary {
  const summary = summaryOf(run);
  const { best } = summary;
  const known = best && names.get(run);
  const isKnown = best === undefined || known?.key === keyOf(run, best.trial);
  if (!isKnown) void lookUp(run);
  const name = isKnown ? known?.name : undefined;
  const at = [summary, name, run.note, run.waits];
  const earlier = named.get(run);
  if (earlier?.at.every((value, index) => value === at[index])) return earlier.summary;
  const made: RunSummary = {
    ...summary,
    ...(best !== undefined && name !== undefined && { best: { ...best, name } }),
    ...(run.waits && { waits: true as const }),
    ...(Object.keys(run.note).length > 0 && { note: run.note }),
  };
  named.set(run, { at, summary: made });
  return made;
}

/** The summary with its name, once that is known. */
export async function summaryWithName(run: FollowedRun): Promise<RunSummary> {
  await lookUp(run);
  return namedSummary(run);
}

const keyOf = ({ journal, programs }: FollowedRun, trial: number) =>
  `${trial} ${programs.length} ${journal.rowOf.get(trial)?.key}`;

async function lookUp(run: FollowedRun): Promise<void> {
  const { best } = summaryOf(run);
  if (best === undefined) return;
  const key = keyOf(run, best.trial);
  if (names.get(run)?.key === key) return;
  const kept = run.journal.rowOf.get(best.trial);
  const space = (await run.domain())?.space;
  let name: string | undefined;
  try {
    name = kept && bestName(space, kept.trial.proposal);
  } catch {
    // A design that its space no longer takes has no name.
  }
  names.set(run, { key, name });
}
