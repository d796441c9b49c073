// Whose turn it is in `hybrid`: the model's best candidate among what it has said, and how many evaluations were its own so far.
// Both are read from the proposals in one pass, so that a resumed search counts the same. (decision 036)
import type { Choices } from "../../space.ts";
import type { ModelWord, Proposal } from "../../trial.ts";

/**
 * Which evaluations are the model's own. `record`: its best candidate, as often as its record is likely to be the better one,
 * and at least every third time. `offers`: every third is one of its offers, whoever preferred it – the rule of records of
 * November 2026.
 */
export const turnRules = ["record", "offers"] as const;
export type Turns = (typeof turnRules)[number];

/** A word of the model that stands: what it offered, or wants measured again, with what it expects of it by now. */
interface Standing {
  readonly word: ModelWord;
  readonly score: number;
  readonly reply: number;
  readonly place: number;
}

/** What stands after a proposal: what was said in its reply, without the design that it took. A wish to repeat lapses with the next reply. */
function hear(
  standing: Map<string, Standing>,
  { modelSaid = [] }: Pick<Proposal, "modelSaid">,
  reply: number,
): void {
  if (modelSaid.length > 0)
    for (const [key, { word }] of standing) if (word.kind === "again") standing.delete(key);
  for (const [place, word] of modelSaid.entries()) {
    const key = word.choices.join();
    const before = standing.get(key);
    const score = word.score ?? before?.score ?? Number.NEGATIVE_INFINITY;
    if (word.kind !== "forecast") standing.set(key, { word, score, reply, place });
    else if (before !== undefined) standing.set(key, { ...before, score });
  }
}

/** The highest forecast; of equal ones that of the latest reply, and there the first, since it is asked to name the best first. */
function bestOf(standing: Iterable<Standing>): ModelWord | undefined {
  let best: Standing | undefined;
  for (const one of standing) if (best === undefined || isBefore(one, best)) best = one;
  return best?.word;
}

function isBefore(a: Standing, b: Standing): boolean {
  if (a.score !== b.score) return a.score > b.score;
  return a.reply === b.reply ? a.place < b.place : a.reply > b.reply;
}

/**
 * The model's best candidate: among what it offered and is free, and what it has asked in its latest reply to measure again.
 * @param proposals in order of number, those under way included, each with what the model said and the design that it took
 */
export function modelsBest(
  proposals: readonly (Pick<Proposal, "modelSaid"> & Partial<Pick<Proposal, "choices">>)[],
  isFree: (choices: Choices) => boolean,
): ModelWord | undefined {
  const standing = new Map<string, Standing>();
  for (const [reply, proposal] of proposals.entries()) {
    hear(standing, proposal, reply);
    if (proposal.choices !== undefined) standing.delete(proposal.choices.join());
  }
  return bestOf([...standing.values()].filter(({ word }) => word.kind === "again" || isFree(word.choices)));
}

/** How many of the proposals so far were the model's best candidate when they were chosen. */
export function ownTurnsOf(proposals: readonly Pick<Proposal, "modelSaid" | "choices">[]): number {
  const standing = new Map<string, Standing>();
  const tried = new Set<string>();
  let turns = 0;
  for (const [reply, proposal] of proposals.entries()) {
    hear(standing, proposal, reply);
    const key = proposal.choices.join();
    const said = proposal.modelSaid ?? [];
    // What was tried stays out, however often it is offered.
    for (const { kind, choices } of said)
      if (kind !== "again" && tried.has(choices.join())) standing.delete(choices.join());
    if (standing.has(key) && bestOf(standing.values())?.choices.join() === key) turns += 1;
    standing.delete(key);
    tried.add(key);
  }
  return turns;
}
