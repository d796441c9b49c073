// How far a running search is, for the page's bar: by the clock from its deadline, by trials from what they took so far.
import type { JsonObject } from "../../base/json.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { plannedEpochs, timeOfTrials } from "../../runs/run-time.ts";
import type { LiveFile } from "../../study/live-file.ts";
import type { LiveTime } from "../api.ts";

export function liveTime(
  { journal }: FollowedRun,
  live: LiveFile,
  now: Date = new Date(),
): LiveTime | undefined {
  const { header, spent, changedAt } = journal;
  if (header === undefined) return undefined;
  const { config, provenance } = header;
  if (live.beside !== undefined) return timeBeside(live.beside);
  const { clock, finalTraining: final } = live;
  if (clock !== undefined && config.minutes !== undefined) {
    const leftMs = Date.parse(clock.deadline) - now.getTime();
    const share01 = Math.min(1, Math.max(0, 1 - leftMs / (config.minutes * 60_000)));
    return { phase: clock.phase, share01, at: now.toISOString(), endsAt: clock.deadline };
  }
  const epochs = plannedEpochs(provenance.evaluator as JsonObject | undefined);
  const { share01, leftMs } = timeOfTrials({
    ...{ budget: config.trials, evaluated: spent.evaluations, parallel: config.parallel, epochs },
    paceMs: spent.evaluations === 0 ? undefined : spent.elapsedMs / spent.evaluations,
    final: final && finalWork(final),
  });
  // What was estimated at the last change holds until the next.
  const at = final?.changed ?? changedAt;
  return {
    phase: final === undefined ? "search" : "final",
    share01,
    at,
    ...(leftMs !== undefined && { endsAt: new Date(Date.parse(at) + leftMs).toISOString() }),
  };
}

function timeBeside({ share01, since, changed }: NonNullable<LiveFile["beside"]>): LiveTime {
  const [begun, at] = [Date.parse(since), Date.parse(changed)];
  const leftMs = share01 > 0 ? ((at - begun) * (1 - share01)) / share01 : undefined;
  return {
    phase: "beside",
    share01,
    at: changed,
    ...(leftMs !== undefined && { endsAt: new Date(at + leftMs).toISOString() }),
  };
}

function finalWork({ since, changed, curve }: NonNullable<LiveFile["finalTraining"]>) {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return { epoch: 0, paceMs: undefined };
  // What this sitting has done: an interrupted training continues from an epoch of its own.
  const done = last.epoch - Math.max(0, Math.ceil(first.epoch) - 1);
  return { epoch: last.epoch, paceMs: (Date.parse(changed) - Date.parse(since)) / Math.max(1e-9, done) };
}
