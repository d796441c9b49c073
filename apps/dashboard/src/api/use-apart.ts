// Trials that were trained to their end apart from the search. The run's notes tell when there is another one.
import type { Apart } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "./client.ts";
import { useRunData } from "./use-run.ts";

export interface ApartTrials {
  /** By number; undefined until the first answer. */
  readonly of: ReadonlyMap<number, Apart> | undefined;
}

export function useApart(): ApartTrials {
  const { detail } = useRunData();
  const told = detail.notes.filter(({ about }) => about === "trained").length;
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/apart", { places: [detail.id], signal }),
    [detail.id, told],
  );
  const trials = asked.state === "there" ? asked.reply.trials : undefined;
  return { of: trials && new Map(trials.map((each) => [each.trial, each])) };
}
