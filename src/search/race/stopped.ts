// What became of the trials that a model did not want trained longer, in sentences: what it asked, why, and whether it made a
// difference. Read from the trials, so that terminal, log and report say the same.
import type { ModelStop, Trial } from "../trial.ts";
import { chosenOf, type Rung, standingsOf } from "./standings.ts";

/** What a model said of one trial, in a sentence. */
export function stopInWords({ trial, reason, refused }: ModelStop): string {
  return refused === undefined
    ? `The model does not want trial ${trial} trained longer: ${reason}${/[.!?…]$/.test(reason) ? "" : "."}`
    : `The model does not want trial ${trial} trained longer (${reason || "no reason"}), which does not count: ${refused}.`;
}

/** All that a model said of a finished search or of one under way, each with what came of it. */
export function stopsInWords(trials: readonly Trial[]): readonly string[] {
  const rungs = [...new Set(trials.flatMap(({ proposal }) => proposal.fidelity.seconds ?? []))].sort(
    (a, b) => a - b,
  );
  const [first = [], second = []] = standingsOf(rungs, { trials, pending: [] });
  return trials.flatMap(({ number, proposal: { stops = [] } }) =>
    stops.map((stop) => {
      const came = stop.refused === undefined ? cameOf(stop.trial, first, second) : "";
      return `With trial ${number}: ${stopInWords(stop)}${came}`;
    }),
  );
}

function cameOf(trial: number, first: Rung, second: Rung): string {
  if (second.length === 0) return " No network was trained longer yet.";
  const usual = chosenOf(
    first.map((entry) => ({ ...entry, isStopped: false })),
    second.length,
  );
  return usual.some(({ trialNumber }) => trialNumber === trial)
    ? " By its score it would have been; another had its place."
    : " By its score it would not have been either.";
}
