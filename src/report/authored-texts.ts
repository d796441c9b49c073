// The texts of the spaces that a model wrote in a run: before the search, as its journal has it, or during it, as its trials have
// them. For every surface.
import { spaceOfText } from "../language/index.ts";
import { effectWords } from "../search/option-effects.ts";
import type { Space } from "../search/space.ts";
import { bestOf, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import type { JournalState, RunRecord } from "../study/fold.ts";

export interface AuthoredText {
  readonly text: string;
  readonly reasons: string;
  /** How many of its designs were tried. */
  readonly trials: number;
  readonly best: ScoredTrial | undefined;
  /** All of them, with their choices in it. */
  readonly own: readonly { readonly trial: Trial; readonly choices: readonly number[] }[];
}

/** Scored designs below which nothing is said of alternatives. */
const fewest = 4;

/**
 * What each alternative of a text brought, a line a decision: a space that was written during a search is not the run's, so that nothing else
 * says it. Empty where too little was measured, and where the text is read no more.
 */
export function alternativesInWords(
  { text, own }: AuthoredText,
  { record, space }: { readonly record: RunRecord; readonly space: Space | undefined },
): readonly string[] {
  // By the clock the best are trained again for longer: alternatives are compared after equal time.
  const secondsOf = ({ proposal }: Trial) => proposal.fidelity.seconds ?? 0;
  const shortest = Math.min(...own.map(({ trial }) => secondsOf(trial)));
  const scored = own.flatMap(({ trial, choices }) =>
    isScored(trial) && secondsOf(trial) === shortest ? [{ choices, score: trial.outcome.score }] : [],
  );
  if (space === undefined || scored.length < fewest) return [];
  const { input, classCount } = space;
  const images = { channels: input[0], imageSize: [input[1], input[2]], classCount } as const;
  try {
    const definition = spaceOfText(text, "the model's text");
    const options = definition.options.parse(definition.fit?.(images, {}));
    return effectWords(definition.create(options), scored, record.header.config.metric);
  } catch {
    // Written by a version with another language.
    return [];
  }
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
    own: own.map((trial) => ({ trial, choices: (trial.proposal.authored ?? trial.proposal).choices })),
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
