// The texts of the spaces that a model wrote in a run, read from its trials. For every surface.
import { bestOf, type ScoredTrial, type Trial } from "../search/trial.ts";

export interface AuthoredText {
  readonly text: string;
  readonly reasons: string;
  /** How many of its designs were proposed. */
  readonly trials: number;
  readonly best: ScoredTrial | undefined;
}

/** In the order in which they were searched; none where no model wrote a space. */
export function authoredTexts(trials: readonly Trial[]): readonly AuthoredText[] {
  const groups = Map.groupBy(
    trials.filter(({ proposal }) => proposal.authored !== undefined),
    ({ proposal }) => proposal.authored?.text as string,
  );
  return [...groups].map(([text, own]) => ({
    text,
    reasons: own[0]?.proposal.authored?.reasons ?? "",
    trials: own.length,
    best: bestOf(own),
  }));
}
