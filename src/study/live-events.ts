// Turns a study's events into what its live file shows.

import type { EpochPoint } from "../search/trial.ts";
import type { LiveFile, LiveWriter } from "./live-file.ts";
import type { StudyEvent } from "./run-study.ts";

export interface Follower {
  event(event: StudyEvent): void;
  /** The final training begins, or continues, with its total number of epochs. */
  finalBegins(number: number, epochs?: number): void;
  /** Called after each epoch of the final training. */
  finalEpoch(number: number, point: EpochPoint): void;
}

export function followLive(live: LiveWriter, clock: () => Date = () => new Date()): Follower {
  return {
    event(event) {
      live.update((before) => after(before, event, clock));
    },
    finalBegins(number, epochs) {
      const now = clock().toISOString();
      const begun = { number, since: now, changed: now, ...(epochs !== undefined && { epochs }), curve: [] };
      live.update((before) => ({ ...before, finalTraining: begun }));
    },
    finalEpoch(number, point) {
      const changed = clock().toISOString();
      live.update((before) => {
        const { since = changed, curve = [], ...rest } = before.finalTraining ?? {};
        return { ...before, finalTraining: { ...rest, number, since, changed, curve: [...curve, point] } };
      });
    },
  };
}

function after(live: LiveFile, event: StudyEvent, clock: () => Date): LiveFile {
  const { proposing, ...rest } = live;
  switch (event.kind) {
    case "proposing":
      return { ...rest, proposing: { number: event.number, since: clock().toISOString() } };
    case "evaluating": {
      const { number, proposal, cost } = event;
      const started = { number, proposal, cost, since: clock().toISOString(), curve: [] };
      return { ...rest, evaluating: [...live.evaluating, started] };
    }
    case "epoch":
      return {
        ...live,
        evaluating: live.evaluating.map((entry) =>
          entry.number === event.number ? { ...entry, curve: [...entry.curve, event.point] } : entry,
        ),
      };
    case "trial": {
      const evaluating = live.evaluating.filter(({ number }) => number !== event.trial.number);
      return proposing?.number === event.trial.number ? { ...rest, evaluating } : { ...live, evaluating };
    }
    default:
      return event satisfies never;
  }
}
