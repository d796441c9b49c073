// The trainings of different length that multi-fidelity searches compare: rungs of a ladder, each a few times longer
// than the one below, and who stands on which. What is on it is read from trials alone, so a ladder can be rebuilt.

import type { Choices } from "../space.ts";
import { isScored, type Proposal, type Trial } from "../trial.ts";

export interface Standing {
  readonly choices: Choices;
  /** Undefined while it is being evaluated, and for good when the training failed. */
  score?: number;
  isDone: boolean;
}

/** Designs that were trained for a number of epochs, by their choices joined, in the order of proposing. */
export interface Rung {
  readonly epochs: number;
  readonly standings: Map<string, Standing>;
}

/** Epochs of each rung, shortest first: `max`, and down by factors of `factor` to not less than `min`. */
export function rungEpochs(
  { min, max }: { readonly min: number; readonly max: number },
  factor: number,
): readonly number[] {
  const epochs = [max];
  for (let next = max / factor; next >= min; next /= factor) {
    const whole = Math.max(1, Math.round(next));
    if (whole < (epochs[0] as number)) epochs.unshift(whole);
  }
  return epochs;
}

export function createRungs(epochs: readonly number[]): readonly Rung[] {
  return epochs.map((each) => ({ epochs: each, standings: new Map() }));
}

/** Puts a design on a rung: being evaluated, or with what came of it. */
export function stand(rung: Rung, proposal: Proposal, trial?: Trial): void {
  const standing: Standing = { choices: proposal.choices, isDone: trial !== undefined };
  if (trial !== undefined && isScored(trial)) standing.score = trial.outcome.score;
  rung.standings.set(proposal.choices.join(), standing);
}

/** Scored designs of a rung, best first; equals in the order of proposing. */
export function ranked({ standings }: Rung): readonly (Standing & { readonly score: number })[] {
  return [...standings.values()].filter(hasScore).sort((a, b) => b.score - a.score);
}

function hasScore(standing: Standing): standing is Standing & { score: number } {
  return standing.score !== undefined;
}

/** The best design of `from` that was never put on `to`, if there is one. */
export function bestNotOn(from: Rung, to: Rung): Choices | undefined {
  return ranked(from).find(({ choices }) => !to.standings.has(choices.join()))?.choices;
}
