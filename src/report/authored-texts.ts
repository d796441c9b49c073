// The texts of the spaces that a model wrote in a run: before the search, as its journal has it, or during it, as its trials have
// them. For every surface.
import { bestOf, type ScoredTrial, type Trial } from "../search/trial.ts";
import type { JournalState } from "../study/fold.ts";

export interface AuthoredText {
  readonly text: string;
  readonly reasons: string;
  /** How many of its designs were tried. */
  readonly trials: number;
  readonly best: ScoredTrial | undefined;
}

/** In the order in which they were searched; none where no model wrote a space. */
export function authoredTexts({
  trials,
  writtenSpace,
}: Pick<JournalState, "trials" | "writtenSpace">): readonly AuthoredText[] {
  const of = (text: string, reasons: string, own: readonly Trial[]): AuthoredText => ({
    ...{ text, reasons },
    trials: new Set(own.map(({ proposal }) => (proposal.authored ?? proposal).choices.join())).size,
    best: bestOf(own),
  });
  if (writtenSpace !== undefined) {
    const own = trials.filter(({ proposal }) => proposal.network === undefined);
    return [of(writtenSpace.text, writtenSpace.reasons, own)];
  }
  const groups = Map.groupBy(
    trials.filter(({ proposal }) => proposal.authored !== undefined),
    ({ proposal }) => proposal.authored?.text as string,
  );
  return [...groups].map(([text, own]) => of(text, own[0]?.proposal.authored?.reasons ?? "", own));
}
