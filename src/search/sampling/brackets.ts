// Hyperband's schedule: brackets of successive halving that begin with many short trainings, with fewer longer ones,
// and so on to a few whole ones, over and over. Which bracket a trial belongs to follows from the order of trials, so
// that the schedule can be rebuilt from a journal. It does not know how new designs are found: that is told.
import type { Random } from "../../base/random.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Choices } from "../space.ts";
import type { Strategy, StrategySetting } from "../strategy.ts";
import type { Proposal, Trial } from "../trial.ts";
import { bestNotOn, createRungs, type Rung, rungEpochs, stand } from "./rungs.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "./unseen.ts";

interface Bracket {
  /** Designs that fit on each rung. */
  readonly capacities: number[];
  readonly rungs: readonly Rung[];
}

export interface BracketOptions {
  readonly by: string;
  readonly factor: number;
  /** A new design with the reason for it; absent or undefined: one is drawn at random. */
  readonly draw?: (
    context: DrawContext,
  ) => { readonly choices: Choices; readonly rationale: string } | undefined;
  readonly onObserve?: (trial: Trial) => void;
}

export interface DrawContext {
  readonly domain: Domain;
  readonly random: Random;
  readonly pending: readonly Proposal[];
  readonly isFree: (choices: Choices) => boolean;
}

/** A strategy that follows the schedule. Where there is one fidelity only, all designs are evaluated in full. */
export function createBracketStrategy(
  { domain, fidelity }: StrategySetting,
  options: BracketOptions,
): Strategy {
  const { by, factor } = options;
  const epochs = fidelity.epochs && rungEpochs(fidelity.epochs, factor);
  const known = createKnownDesigns(domain.space);
  const trials: Trial[] = [];
  return {
    async propose({ random, pending }) {
      const fresh = () => {
        const isFree = freeDesigns(known, pending);
        const found = options.draw?.({ domain, random, pending, isFree });
        if (found !== undefined) return found;
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, rationale: "drawn at random" };
      };
      if (epochs === undefined) {
        const found = fresh();
        const rationale = `${found?.rationale}; this evaluator has no shorter trainings`;
        return found && { ...found, rationale, fidelity: {}, by };
      }
      const brackets = scheduleOf(epochs, factor, { trials, pending });
      let isSpent = false;
      for (let index = 0; index <= brackets.length + epochs.length; index += 1) {
        if (index === brackets.length) brackets.push(bracketOf(epochs, factor, index));
        const bracket = brackets[index] as Bracket;
        const promoted = promotion(bracket);
        if (promoted !== undefined) return { ...promoted, by };
        const [first] = bracket.rungs;
        if (isSpent || first === undefined || first.standings.size >= (bracket.capacities[0] as number))
          continue;
        const found = fresh();
        if (found !== undefined) return { ...found, fidelity: { epochs: first.epochs }, by };
        isSpent = true;
      }
      return lastPromotion(brackets, by);
    },
    observe(trial) {
      known.observe(trial);
      const { unreadable, nominalScore, network } = trial.proposal;
      if (unreadable === undefined && nominalScore === undefined && network === undefined) {
        trials.push(trial);
        options.onObserve?.(trial);
      }
    },
  };
}

/**
 * The bracket of a place in the schedule: the first begins with the shortest trainings, then ever longer ones. Sizes
 * are those of the paper's Table 1.
 */
function bracketOf(epochs: readonly number[], factor: number, place: number): Bracket {
  const begin = place % epochs.length;
  const own = epochs.slice(begin);
  const halvings = own.length - 1;
  const count = Math.ceil(Math.floor(epochs.length / own.length) * factor ** halvings);
  return {
    capacities: own.map((_, rung) => Math.max(1, Math.floor(count / factor ** rung))),
    rungs: createRungs(own),
  };
}

/** All brackets that were begun, with every trial in the first one that has a place for it. */
function scheduleOf(
  epochs: readonly number[],
  factor: number,
  { trials, pending }: { readonly trials: readonly Trial[]; readonly pending: readonly Proposal[] },
): Bracket[] {
  const brackets: Bracket[] = [];
  const bracketOfDesign = new Map<string, Bracket>();
  const put = (proposal: Proposal, trial?: Trial) => {
    const key = proposal.choices.join();
    const given = proposal.fidelity.epochs;
    const begun = bracketOfDesign.get(key);
    if (begun !== undefined) {
      const rung = begun.rungs.find((each) => each.epochs === given);
      if (rung !== undefined) stand(rung, proposal, trial);
      return;
    }
    const hasPlace = ({ rungs, capacities }: Bracket) => {
      const first = rungs[0] as Rung;
      return first.epochs === given && first.standings.size < (capacities[0] as number);
    };
    let bracket = brackets.find(hasPlace);
    for (let step = 0; bracket === undefined && step < epochs.length; step += 1) {
      const next = bracketOf(epochs, factor, brackets.length);
      brackets.push(next);
      if (hasPlace(next)) bracket = next;
    }
    if (bracket === undefined) return;
    bracketOfDesign.set(key, bracket);
    stand(bracket.rungs[0] as Rung, proposal, trial);
  };
  for (const trial of trials) put(trial.proposal, trial);
  for (const proposal of pending) if (proposal.network === undefined) put(proposal);
  return brackets;
}

/** The next training of a design that survived: only when its rung is full and done. */
function promotion({ rungs, capacities }: Bracket): Omit<Proposal, "by"> | undefined {
  for (let index = 0; index + 1 < rungs.length; index += 1) {
    const [rung, next] = [rungs[index] as Rung, rungs[index + 1] as Rung];
    const standings = [...rung.standings.values()];
    const scored = standings.filter(({ score }) => score !== undefined).length;
    // A rung on which too few designs were scored is full with those that were.
    const isFull =
      standings.length >= Math.min(capacities[index] as number, expectedOn(rungs, capacities, index));
    if (!isFull || standings.some(({ isDone }) => !isDone)) return undefined;
    if (next.standings.size >= Math.min(capacities[index + 1] as number, scored)) continue;
    const choices = bestNotOn(rung, next);
    if (choices === undefined) continue;
    const rationale = `among the best ${capacities[index + 1]} of ${standings.length} after ${rung.epochs === 1 ? "1 epoch" : `${rung.epochs} epochs`}`;
    return { choices, fidelity: { epochs: next.epochs }, rationale };
  }
  return undefined;
}

/** How many designs can reach a rung: those that were scored on the one below. */
function expectedOn(rungs: readonly Rung[], capacities: readonly number[], index: number): number {
  if (index === 0) return capacities[0] as number;
  return [...(rungs[index - 1] as Rung).standings.values()].filter(({ score }) => score !== undefined).length;
}

/** When no new design is left: whatever can be trained longer, the best of the lowest rungs first. */
function lastPromotion(brackets: readonly Bracket[], by: string): Proposal | undefined {
  for (const { rungs } of brackets) {
    for (let index = 0; index + 1 < rungs.length; index += 1) {
      const [rung, next] = [rungs[index] as Rung, rungs[index + 1] as Rung];
      const choices = bestNotOn(rung, next);
      if (choices !== undefined)
        return { choices, fidelity: { epochs: next.epochs }, by, rationale: "no new design is left" };
    }
  }
  return undefined;
}
