// How a language model and a surrogate choose together. What the model offers stays on offer until it is tried; each of
// its forecasts is scored when the design is measured, regardless of who chose it; and both are trusted by their errors on the same
// designs. All of it is read from proposals and trials, so that a resumed search chooses the same.
import { normalCdf } from "../../../math/normal.ts";
import { mean, standardDeviation } from "../../../math/statistics.ts";
import type { ModelCandidate } from "../../prompt/hybrid-prompt.ts";
import type { Choices } from "../../space.ts";
import { type Acquired, beliefAt, outlookOf, promiseOf } from "../../surrogate/acquire.ts";
import { type Belief, combined } from "../../surrogate/model-trust.ts";
import type { Candidates } from "../../surrogate/surrogate.ts";
import { isRepeat, isScored, type ModelWord, type Proposal, type Trial } from "../../trial.ts";
import { ownTurnsOf, type Turns } from "./turns.ts";

export const byModel = "hybrid/model";

/** What the model has said so far, as it stands now. */
export interface Words {
  /** Designs that it offered and that are still free, in the order in which they were offered last. */
  readonly offers: readonly ModelWord[];
  /** Designs of the surrogate's of which it said what it expects, and that are still free. */
  readonly foreseen: readonly Choices[];
  /** What it said last that it expects of a design. */
  forecastOf(choices: Choices): number | undefined;
}

/** @param proposals in order of number, those under way included */
export function wordsOf(
  proposals: readonly Pick<Proposal, "modelSaid">[],
  isFree: (choices: Choices) => boolean,
): Words {
  const offers = new Map<string, ModelWord>();
  const foreseen = new Map<string, Choices>();
  const forecasts = new Map<string, number>();
  for (const word of proposals.flatMap(({ modelSaid = [] }) => modelSaid)) {
    // What it asks to measure again has a result, and is no design to choose among.
    if (word.kind === "again") continue;
    const key = word.choices.join();
    if (word.score !== undefined) forecasts.set(key, word.score);
    if (word.kind === "forecast") foreseen.set(key, word.choices);
    if (word.kind !== "offer") continue;
    offers.delete(key);
    offers.set(key, word);
  }
  return {
    offers: [...offers.values()].filter(({ choices }) => isFree(choices)),
    foreseen: [...foreseen.values()].filter(isFree),
    forecastOf: (choices) => forecasts.get(choices.join()),
  };
}

/**
 * What was said before anything was measured is an order and no level: a model that has not seen a figure can be seven points
 * off with all it says. It is moved to the level of the first such design that is measured, which then is no record.
 */
export function levelled(
  proposals: readonly Proposal[],
  trials: readonly Trial[],
): {
  readonly proposals: readonly Proposal[] /** Number of the trial that gave the level. */;
  readonly by?: number;
} {
  const first = trials.findIndex(isScored);
  if (first === -1) return { proposals };
  const early = proposals.slice(0, first + 1).flatMap(({ modelSaid = [] }) => modelSaid);
  const saidOf = (choices: Choices) =>
    early.findLast((word) => word.choices.join() === choices.join())?.score;
  const told = trials.filter(isScored).find(({ proposal }) => saidOf(proposal.choices) !== undefined);
  if (told === undefined) return { proposals };
  const level = told.outcome.score - (saidOf(told.proposal.choices) as number);
  const atLevel = (word: ModelWord) =>
    word.score === undefined ? word : { ...word, score: word.score + level };
  return {
    by: told.number,
    proposals: proposals.map((proposal, index) =>
      index > first || proposal.modelSaid === undefined
        ? proposal
        : { ...proposal, modelSaid: proposal.modelSaid.map(atLevel) },
    ),
  };
}

export const nothingUsable = "every candidate was tried before or cannot be brought within the limits";

/** A reply as words: candidates brought within the limits, and forecasts of the surrogate's own designs. */
export function saidIn(
  candidates: readonly ModelCandidate[],
  forecasts: readonly (number | undefined)[],
  at: {
    readonly own: readonly Acquired[];
    readonly isFree: (choices: Choices) => boolean;
    readonly repair: (choices: Choices) => Choices | undefined;
    /** Whether a design may be measured once more. */
    readonly mayRepeat: (choices: Choices) => boolean;
  },
): readonly ModelWord[] {
  const offered = candidates.flatMap(({ choices: asked, score, reason }): ModelWord[] => {
    const said = { ...(score !== undefined && { score }), ...(reason !== undefined && { reason }) };
    if (at.mayRepeat(asked)) return [{ choices: asked, kind: "again", ...said }];
    const choices = at.repair(asked);
    if (choices === undefined || !at.isFree(choices)) return [];
    return [{ choices, kind: "offer", ...said, ...(choices !== asked && { repairedFrom: asked }) }];
  });
  const foreseen = at.own.flatMap(({ choices }, index): ModelWord[] => {
    const score = forecasts[index];
    return score === undefined ? [] : [{ choices, kind: "forecast", score }];
  });
  return [...foreseen, ...offered];
}

/** Whether the model is to be asked now: at first, every few proposals, and again after an answer that told nothing. */
export function isCallDue(proposals: readonly Proposal[], every: number): boolean {
  const since = proposals.filter(isChosen).toReversed();
  const last = since.findIndex(({ call }) => call !== undefined);
  return last === -1 || last + 1 >= every || since[last]?.modelSaid === undefined;
}

/** Not what a search was told to begin with, nor a reference. */
const isChosen = ({ by }: Proposal) => by === byModel || by === "hybrid/surrogate";

export interface Trust {
  /** What is added to the model's forecasts, and how far they then miss: in units of the surrogate. */
  readonly model: { readonly bias: number; readonly deviation: number };
  /** How many times as far as it says the surrogate misses. */
  readonly surrogateScale: number;
  /** Designs that both had forecast when they were measured. */
  readonly common: number;
  /** How likely it is that the model misses by more than the surrogate, on the same designs; 0.5 for no difference. */
  readonly modelIsWorse01: number;
}

/** Both begin as if they had missed by as much in this many forecasts. */
const priorForecasts = 3;

/**
 * The posterior of either's errors. The prior is an error of one unit – a tenth of what a network gets wrong – and, once
 * three results exist, no more than half of their spread.
 */
export function trustOf(trials: readonly Trial[], beliefs: Pick<Candidates, "valueOf">): Trust {
  const value = (score: number) => beliefs.valueOf(score);
  const atLevel = levelled(
    trials.map(({ proposal }) => proposal),
    trials,
  );
  const results = trials.filter(isScored).map(({ outcome }) => value(outcome.score));
  const prior = results.length < 3 ? 1 : Math.min(1, Math.max(0.05, standardDeviation(results) / 2));
  const said = new Map<string, number[]>();
  const misses: number[] = [];
  const both: { model: number; surrogate: number }[] = [];
  const standardised: number[] = [];
  for (const [index, trial] of trials.entries()) {
    for (const { choices, kind, score } of atLevel.proposals[index]?.modelSaid ?? []) {
      if (score !== undefined && kind !== "again")
        said.set(choices.join(), [...(said.get(choices.join()) ?? []), score]);
    }
    if (!isScored(trial) || trial.number === atLevel.by || isRepeat(trial)) continue;
    const { proposal, outcome } = trial;
    const measured = value(outcome.score);
    const own = (said.get(proposal.choices.join()) ?? []).map((score) => measured - value(score));
    misses.push(...own);
    const expected = proposal.surrogateExpected;
    if (expected === undefined) continue;
    const surrogate = measured - value(expected.score);
    const sd = Math.max(1e-3, value(expected.score) - value(expected.score - expected.sd));
    standardised.push(surrogate / sd);
    if (own.length > 0) both.push({ model: mean(own), surrogate });
  }
  const bias = sum(misses) / (misses.length + priorForecasts);
  const posterior = (errors: readonly number[]) =>
    (priorForecasts * prior ** 2 + sum(errors.map((error) => error ** 2))) / (priorForecasts + errors.length);
  const model = posterior(both.map((miss) => miss.model - bias));
  const surrogate = posterior(both.map((miss) => miss.surrogate));
  return {
    model: { bias, deviation: Math.sqrt(posterior(misses.map((miss) => miss - bias))) },
    surrogateScale: Math.sqrt(
      Math.max(
        1,
        (priorForecasts + sum(standardised.map((z) => z ** 2))) / (priorForecasts + standardised.length),
      ),
    ),
    common: both.length,
    // The logarithm of a variance from n errors has a variance of about 2 / n.
    modelIsWorse01: normalCdf(Math.log(model / surrogate) / Math.sqrt(4 / (both.length + priorForecasts))),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** A model's record is taken to be worse than the surrogate's from here on. */
const worseFrom01 = 0.8;
/** … and beyond doubt from here on. */
const hopelessFrom01 = 0.975;
const minCommon = 4;
/** Designs of the model in a row that were no better than the best. */
const patience = 4;

/** Why the model is not asked any more, by its own record alone; undefined while it is. */
export function letGo(trials: readonly Trial[], trust: Trust): string | undefined {
  if (trust.common < minCommon || trust.modelIsWorse01 < hopelessFrom01) return undefined;
  let best = Number.NEGATIVE_INFINITY;
  let inVain = 0;
  for (const trial of trials.filter((each) => !isRepeat(each))) {
    const improves = isScored(trial) && trial.outcome.score > best;
    if (improves) best = trial.outcome.score;
    if (trial.proposal.by === byModel) inVain = improves ? 0 : inVain + 1;
  }
  if (inVain < patience) return undefined;
  return `its ${trust.common} forecasts of measured designs missed by more than the surrogate's, and its last ${inVain} designs were no better than the best`;
}

export interface Choice {
  readonly choices: Choices;
  /** What the model said when it offered it; undefined for a design of the surrogate's own. */
  readonly word: ModelWord | undefined;
  readonly place: number;
  readonly why: string;
}

/** Weighted by either's record; how much is left to learn of a design is what the surrogate and the forecast say. */
function joint(own: Belief, forecast: number, { model, surrogateScale }: Trust): Belief {
  const weighted = { mean: own.mean, deviation: own.deviation * surrogateScale };
  return {
    mean: combined(weighted, forecast, model).mean,
    deviation: combined(own, forecast, model).deviation,
  };
}

/**
 * The next design. While the model's record is not worse, it is one of which both have said what they expect: what is on
 * offer, and the surrogate's designs that the model was asked about; the surrogate's newest only where nothing on offer
 * can be better than the best, since alone it tries what a model knows to be bad. Some of the evaluations are then the model's own (`Turns`); of
 * the others the one that promises most, both being believed by their records. What both expect to be worse than
 * something else at hand is never taken.
 */
export function choose(
  { offers, foreseen, forecastOf }: Words,
  at: {
    readonly beliefs: Candidates;
    readonly own: readonly Acquired[];
    readonly trust: Trust;
    /** Proposals so far, those under way included, with what the model said at the level of the results. */
    readonly proposals: readonly Proposal[];
    /** The model's best candidate now. */
    readonly favourite: ModelWord | undefined;
    readonly turns: Turns;
  },
): Choice | undefined {
  const { beliefs, trust, proposals, favourite, turns } = at;
  const isTrusted = trust.modelIsWorse01 < worseFrom01;
  const wordOf = new Map(offers.map((word) => [word.choices.join(), word]));
  // What the model itself expects to stay behind the best is nothing to wait for.
  const isHopeful = ({ score }: ModelWord) =>
    score === undefined ||
    beliefs.valueOf(score) + trust.model.bias + 2 * trust.model.deviation >= beliefs.best;
  const isJudged = isTrusted && offers.some(isHopeful);
  const others = isJudged ? foreseen : at.own.map(({ choices }) => choices);
  const all = [
    ...offers.map(({ choices }) => choices),
    ...others.filter((choices) => !wordOf.has(choices.join())),
  ];
  const known = all.flatMap((choices) => {
    const place = beliefs.placeOf(choices);
    if (place === undefined) return [];
    const said = isTrusted ? forecastOf(choices) : undefined;
    const believed = beliefAt(beliefs, place);
    const revised = said === undefined ? believed : joint(believed, beliefs.valueOf(said), trust);
    const word = wordOf.get(choices.join());
    return [{ choices, place, word, own: believed, said, promise: promiseOf(beliefs, place, revised) }];
  });
  // Before anything is measured levels mean nothing, but either's order does.
  const free = known.filter(
    (one) =>
      !known.some(
        (other) =>
          one.said !== undefined &&
          other.said !== undefined &&
          other.said > one.said &&
          other.own.mean > one.own.mean,
      ),
  );
  const models = free.filter(({ word }) => word !== undefined);
  const made = proposals.filter(isChosen);
  if (turns === "record" && favourite !== undefined) {
    const key = favourite.choices.join();
    const own =
      favourite.kind === "again"
        ? again(favourite, beliefs)
        : known.find(({ choices }) => choices.join() === key);
    const share01 = ownTurnsOf(made) / (made.length + 1);
    const isDue = isTrusted && share01 < Math.max(1 / 3, 1 - trust.modelIsWorse01);
    if (own?.word !== undefined && isDue && isHopeful(own.word)) return { ...own, why: modelsTurn };
  }
  const share01 = made.filter(({ by }) => by === byModel).length / (made.length + 1);
  if (turns === "offers" && models.length > 0 && share01 < 1 / 3 && isTrusted) {
    // A score may be negative; two without a forecast are equal.
    const saidOf = ({ said }: (typeof models)[number]) => said ?? Number.NEGATIVE_INFINITY;
    const [first] = [...models].sort((a, b) => saidOf(b) - saidOf(a) || b.own.mean - a.own.mean);
    return { ...first!, why: modelsTurn };
  }
  const [best] = [...free].sort((a, b) => b.promise - a.promise);
  const why = offers.length === 0 ? surrogateReason : "promises most, both being believed by their records";
  return best && { ...best, why };
}

function again(word: ModelWord, beliefs: Candidates): Omit<Choice, "why"> | undefined {
  const { choices } = word;
  const place = beliefs.placeOf(choices);
  return place === undefined ? undefined : { choices, place, word };
}

const modelsTurn = "the model's best candidate";
export const surrogateReason = "highest expected improvement";
export const unmeasuredReason = "predicted to be the best from its graph alone, before any result";
export const drawnReason = "drawn at random: nothing is believed of such a figure before it is measured";

/** The choice as a proposal, with what either expects of it. */
export function proposalFrom(
  { choices, word, place, why }: Choice,
  beliefs: Candidates,
  unmeasured = unmeasuredReason,
): Proposal {
  const isMeasured = beliefs.best > Number.NEGATIVE_INFINITY;
  const { mean: believed, deviation } = beliefAt(beliefs, place);
  const surrogateExpected = beliefs.scoreOf(believed, deviation);
  const expected = { ...outlookOf(beliefs, place), ...(isMeasured && { surrogateExpected }) };
  if (word === undefined) {
    const rationale = isMeasured ? why : unmeasured;
    const predicted = isMeasured && { predicted: surrogateExpected };
    return { choices, fidelity: {}, by: "hybrid/surrogate", rationale, ...predicted, ...expected };
  }
  return {
    ...{ choices, fidelity: {}, by: byModel },
    ...(word.reason !== undefined && { rationale: word.reason }),
    ...(word.score !== undefined && { predicted: { score: word.score } }),
    ...(word.repairedFrom !== undefined && { repairedFrom: word.repairedFrom }),
    ...expected,
  };
}
