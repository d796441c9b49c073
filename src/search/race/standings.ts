// Who stands on which rung of a race, read from its trials alone, so that a race can be restored from a journal.
import { stoppedTrials, stopsSaid } from "../model-stops.ts";
import { isReference } from "../proposed-network.ts";
import { isEvaluated, isScored, type Proposal, type Trial } from "../trial.ts";

/** A network on a rung. */
export interface Entry {
  readonly key: string;
  /** As it was proposed for this rung. */
  readonly proposal: Proposal;
  readonly isReference: boolean;
  /** Undefined while it is being trained, and for good when that failed. */
  readonly score?: number;
  readonly trialNumber?: number;
  readonly isDone: boolean;
  /** A model does not want it trained longer. */
  readonly isStopped: boolean;
}

export type ScoredEntry = Entry & { readonly score: number };

/** Entries in the order of proposing. Repeats of a network (twins) are none. */
export type Rung = readonly Entry[];

/** The network of a proposal, whatever its fidelity: one from outside the space by its name, a design by its choices. */
export const networkKey = ({ network, choices }: Proposal): string =>
  network === undefined ? choices.join(",") : `network ${network.name}`;

export const isTwin = ({ repeat = 0 }: Proposal): boolean => repeat > 0;

const rungOf = (rungs: readonly number[], { fidelity }: Proposal) =>
  fidelity.seconds === undefined ? -1 : rungs.indexOf(fidelity.seconds);

/** The rungs, with the networks that are being trained among their entries. Proposals that cost nothing are none. */
export function standingsOf(
  rungs: readonly number[],
  { trials, pending }: { readonly trials: readonly Trial[]; readonly pending: readonly Proposal[] },
): readonly Rung[] {
  const done = trials
    .filter(isEvaluated)
    .map((trial) => ({ proposal: trial.proposal, trial: trial as Trial | undefined }));
  const all = [...done, ...pending.map((proposal) => ({ proposal, trial: undefined }))];
  const stopped = stoppedTrials(stopsSaid([...trials.map(({ proposal }) => proposal), ...pending]));
  return rungs.map((_, rung) =>
    all
      .filter(({ proposal }) => rungOf(rungs, proposal) === rung && !isTwin(proposal))
      .map(({ proposal, trial }) => ({
        key: networkKey(proposal),
        proposal,
        isReference: isReference(proposal),
        ...(trial !== undefined && { trialNumber: trial.number }),
        ...(trial !== undefined && isScored(trial) && { score: trial.outcome.score }),
        isDone: trial !== undefined,
        isStopped: trial !== undefined && !isReference(proposal) && stopped.has(trial.number),
      })),
  );
}

/** Scored entries, best first; equals in the order of proposing. */
export function ranked(rung: Rung): readonly ScoredEntry[] {
  return rung
    .filter((entry): entry is ScoredEntry => entry.score !== undefined)
    .sort((a, b) => b.score - a.score);
}

/**
 * Those of a rung that advance: the best reference, the best design, then by score, up to `count`. A stopped one gives its
 * place to the next; where all designs are stopped the best goes on, since a race without one would have no end.
 */
export function chosenOf(rung: Rung, count: number): readonly ScoredEntry[] {
  const scored = ranked(rung);
  const isOpen = scored.some((entry) => !entry.isReference && !entry.isStopped);
  const best = scored.find(({ isReference }) => !isReference);
  const all = scored.filter((entry) => !entry.isStopped || (!isOpen && entry === best));
  const first = [all.find(({ isReference }) => isReference), all.find(({ isReference }) => !isReference)]
    .filter((entry) => entry !== undefined)
    .sort((a, b) => b.score - a.score);
  return [...first, ...all.filter((entry) => !first.includes(entry))].slice(0, count);
}
