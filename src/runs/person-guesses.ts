// A person's own predictions, `guesses.jsonl` in a run's folder: one a trial, made before its figures are shown. They
// stand beside the journal, not in it: a finished run can be guessed too, and the search never sees them.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { openLineAppender, parseJsonLines } from "../base/json-lines.ts";

const guess = z.object({ trial: z.int().min(1), score: z.number().min(0).max(1), time: z.string() });
/** A line of the first release: accuracy was the only metric. */
const firstGuess = guess
  .omit({ score: true })
  .extend({ accuracy01: guess.shape.score })
  .transform(({ accuracy01, ...rest }) => ({ ...rest, score: accuracy01 }));
const anyGuess = z.union([guess, firstGuess]);
export type RecordedGuess = z.output<typeof guess>;

const guessesPath = (folder: string) => join(folder, "guesses.jsonl");

/** In the order of making; lines that hold none are left out. */
export async function readGuesses(folder: string): Promise<readonly RecordedGuess[]> {
  const path = guessesPath(folder);
  const bytes = await readFile(path).catch(() => new Uint8Array());
  return parseJsonLines(bytes, path).lines.flatMap(({ value }) => {
    const read = anyGuess.safeParse(value);
    return read.success ? [read.data] : [];
  });
}

/** @throws GeniusError `wrong-use` when the trial has a guess: a second one would be made with the answer in view. */
export async function addGuess(folder: string, made: Omit<RecordedGuess, "time">): Promise<RecordedGuess> {
  if ((await readGuesses(folder)).some(({ trial }) => trial === made.trial))
    throw new GeniusError("wrong-use", `Trial ${made.trial} has your guess already: the first one counts.`);
  const recorded = { ...made, time: new Date().toISOString() };
  const appender = await openLineAppender(guessesPath(folder));
  try {
    await appender.append(recorded);
  } finally {
    await appender.close();
  }
  return recorded;
}
