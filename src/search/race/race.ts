// The search by the clock, around any strategy: hand-designed references and the strategy's designs are trained for the
// same short time, the best third is trained for three times as long, and so on until the best reference meets the best
// design (synchronous successive halving, in seconds of training). What it proposes follows from the observed trials and
// the time that is left, so it is restored by replaying them, and other load means fewer networks, never a late end.
// It reads no clock.
import { GeniusError } from "../../base/errors.ts";
import type { Domain } from "../constraints/domain.ts";
import { experienceProposer, isFromExperience, isReference, referenceProposer } from "../proposed-network.ts";
import type { FittedReference } from "../references/reference.ts";
import type { ProposeContext, Strategy } from "../strategy.ts";
import { isEvaluated, isScored, type Proposal, type Trial } from "../trial.ts";
import {
  lastCount,
  manyPlaces,
  placesWithin,
  promotedCount,
  type RacePlan,
  type RaceSituation,
  secondsAbove,
  sliceSeconds,
  unearnedSeconds,
  usualOverhead,
} from "./race-plan.ts";
import { chosenOf, type Entry, isTwin, type Rung, standingsOf } from "./standings.ts";

export interface RaceSetting {
  readonly plan: RacePlan;
  /** Best first, each inside the limits. */
  readonly references: readonly FittedReference[];
  /** Networks that won before, fitted in the same way: designs that are tried before the strategy's own. */
  readonly experience?: readonly ProvenNetwork[];
  /** What the strategy proposes from, where that is narrower than the domain of the study. */
  readonly designs?: Domain;
}

export interface ProvenNetwork extends FittedReference {
  /** Where it won, as the end of a sentence that begins with its name. */
  readonly words: string;
  /** It won on the same data, so that no design is worth trying before it. */
  readonly isOfSameData?: boolean;
}

/** Trainings on the first rung from which on one of them is a twin. */
const placesForTwin = 5;
/** Proposals of the strategy in a row that could not be evaluated after which it is not asked any more. */
const patience = 25;
/** What a rung may take of the time of the final training, so that a network that took longer than planned meets the others. */
const grace01 = 0.05;

export function withRace(strategy: Strategy, { plan, references, experience = [] }: RaceSetting): Strategy {
  const { rungs, slots, totalSeconds, searchSeconds } = plan;
  const [base] = rungs as readonly [number, ...number[]];
  const grace = grace01 * (totalSeconds - searchSeconds);
  const trials: Trial[] = [];

  /** Whether the strategy knows of it: its own designs, once each, on the first rung. */
  const isOwn = (proposal: Proposal) =>
    !isReference(proposal) &&
    !isFromExperience(proposal) &&
    !isTwin(proposal) &&
    proposal.fidelity.seconds === base;
  const isObserved = (proposal: Proposal) =>
    isOwn(proposal) ||
    (strategy.observesReferences === true &&
      !isTwin(proposal) &&
      isReference(proposal) &&
      proposal.fidelity.seconds === base);

  const ownProposal = async (context: ProposeContext): Promise<Proposal | undefined> => {
    if (isStuck(trials.filter(({ proposal }) => isOwn(proposal)))) return undefined;
    const own = await strategy.propose({ ...context, pending: context.pending.filter(isOwn) });
    return own && { ...own, fidelity: { seconds: base } };
  };

  const proposeFirst = async (context: ProposeContext, at: State): Promise<Proposal | undefined> => {
    const { isFirst, places, started } = at;
    const [reference] = references.slice(at.references);
    const twins = places.total >= placesForTwin ? 1 : 0;
    // References take at most half of the places: a search that had no time for designs of its own would be none. Where
    // places are few, designs take turns with them, since a slow machine may have fewer still, and what won on other data waits
    // for the first of the strategy's own.
    const designs = started - at.references - at.experience - (at.hasTwin ? 1 : 0);
    const due = places.total < manyPlaces ? designs + 1 : Math.floor((places.total - twins) / 2);
    const twin = twins > 0 && !at.hasTwin ? twinOf(at.rungs[0] as Rung, base) : undefined;
    if (isFirst && reference !== undefined) return referenceProposal(reference, base);
    // The first of the strategy's own is tried while there is time for its training alone: a search designs at least once.
    const isOwed = designs === 0 && at.secondsLeft > sliceSeconds(at.situation, 0);
    if (places.more < 1 && started > 0) return isOwed ? ownProposal(context) : undefined;
    const [proven] = experience.slice(at.experience);
    if (proven !== undefined && (places.total >= manyPlaces || designs > 0 || proven.isOfSameData))
      return experienceProposal(proven, base);
    if (twin !== undefined) return twin;
    if (reference !== undefined && at.references < due) return referenceProposal(reference, base);
    const own = await ownProposal(context);
    if (own !== undefined) return own;
    // The strategy may have more once it has observed what is being trained.
    if (reference !== undefined && context.pending.length === 0) return referenceProposal(reference, base);
    return undefined;
  };

  /** The next network to train longer; undefined when there is none, or none yet. */
  const promote = (at: State): Proposal | undefined => {
    for (let next = 1; next < rungs.length; next += 1) {
      const [from, to] = [at.rungs[next - 1] as Rung, at.rungs[next] as Rung];
      if (from.some(({ isDone }) => !isDone)) return undefined;
      const count = affordableCount(from, to, { next, left: at.left + grace, situation: at.situation });
      const missing = chosenOf(from, count).find(({ key }) => to.every((entry) => entry.key !== key));
      if (missing !== undefined && to.length < count) return longer(missing, rungs[next] as number);
    }
    return undefined;
  };

  const stateAt = ({ secondsLeft, pending }: ProposeContext): State => {
    if (secondsLeft === undefined)
      throw new GeniusError("internal", "A race needs to know the time that is left.");
    const standings = standingsOf(rungs, { trials, pending });
    const first = standings[0] as Rung;
    const twins = [...trials.filter(isEvaluated).map(({ proposal }) => proposal), ...pending].filter(isTwin);
    const started = first.length + twins.length;
    const situation = { rungs, slots, overhead: overheadOf(trials, rungs) };
    const left = secondsLeft - unearnedSeconds(plan, epochsASecond(trials));
    const more = placesWithin(left, situation, { networks: first.length, running: pending.length });
    return {
      secondsLeft,
      left,
      situation,
      rungs: standings,
      started,
      hasTwin: twins.length > 0,
      references: first.filter(({ isReference }) => isReference).length,
      experience: first.filter(({ proposal }) => isFromExperience(proposal)).length,
      places: { more, total: started + more },
      isFirst: started === 0,
      isClosed: standings.slice(1).some((rung) => rung.length > 0),
    };
  };

  return {
    ...strategy,
    async propose(context) {
      const at = stateAt(context);
      const proposal = at.isClosed ? undefined : await proposeFirst(context, at);
      return proposal ?? promote(at);
    },
    observe(trial) {
      trials.push(trial);
      if (isObserved(trial.proposal)) strategy.observe(trial);
    },
  };
}

/** The strategy with numbers of its own: trials of references and longer trainings are none of its. */
export function withOwnNumbers(strategy: Strategy): Strategy {
  let observed = 0;
  return {
    ...strategy,
    propose: (context) =>
      strategy.propose({
        ...context,
        trialNumber: observed + context.pending.length + 1,
        trialInRun: context.trialNumber,
      }),
    observe(trial) {
      observed += 1;
      strategy.observe(trial);
    },
  };
}

interface State {
  /** Of the search, and less what it has not earned. */
  readonly secondsLeft: number;
  readonly left: number;
  readonly situation: RaceSituation;
  readonly rungs: readonly Rung[];
  /** Trainings on the first rung, the twin among them. */
  readonly started: number;
  readonly references: number;
  readonly experience: number;
  readonly hasTwin: boolean;
  readonly places: { readonly more: number; readonly total: number };
  readonly isFirst: boolean;
  /** Whether a network has advanced, so that no further one is added. */
  readonly isClosed: boolean;
}

/** The proposal of a reference; without seconds it is trained as designs are. */
export function referenceProposal(
  { name, width, network, own }: FittedReference,
  seconds?: number,
): Proposal {
  const size =
    width === 1
      ? "as it was published"
      : `its width fitted to the limits and the space (× ${width.toFixed(2)})`;
  return {
    choices: [],
    network,
    fidelity: seconds === undefined ? {} : { seconds },
    by: referenceProposer,
    rationale:
      own === undefined
        ? `${name}, designed by people, ${size}`
        : `${name}, the network that the search starts from`,
    ...(own === "outside" && { comparedOnly: true }),
  };
}

function experienceProposal({ name, width, network, words }: ProvenNetwork, seconds: number): Proposal {
  const size = width === 1 ? "at its own width" : `its width fitted to the limits (× ${width.toFixed(2)})`;
  return {
    choices: [],
    network,
    fidelity: { seconds },
    by: experienceProposer,
    rationale: `${name}, ${words}; ${size}`,
  };
}

/** The first network once more, from other random numbers: what differs between the two is noise. */
function twinOf([first]: Rung, seconds: number): Proposal | undefined {
  if (first === undefined || (!first.isReference && first.score === undefined)) return undefined;
  const { choices, network, authored, comparedOnly } = first.proposal;
  return {
    choices,
    ...(network !== undefined && { network }),
    ...(authored !== undefined && { authored }),
    fidelity: { seconds },
    by: first.proposal.by,
    rationale: "the same network once more with another seed, to measure the noise",
    ...(comparedOnly && { comparedOnly }),
    repeat: 1,
  };
}

function longer({ proposal }: Entry, seconds: number): Proposal {
  const { choices, network, authored, by, fidelity, comparedOnly } = proposal;
  return {
    choices,
    ...(network !== undefined && { network }),
    ...(authored !== undefined && { authored }),
    fidelity: { seconds },
    by,
    rationale: `among the best after ${fidelity.seconds} s of training`,
    ...(comparedOnly && { comparedOnly }),
  };
}

/** How many of `from` can stand on `to`, when what is left must be enough for them and for the rungs above. */
function affordableCount(
  from: Rung,
  to: Rung,
  at: { readonly next: number; readonly left: number; readonly situation: RaceSituation },
): number {
  const { next, left, situation } = at;
  const { slots } = situation;
  const planned = promotedCount(from.filter(({ score }) => score !== undefined).length, next, situation);
  const own = (count: number) => Math.ceil((count - to.length) / slots) * sliceSeconds(situation, next);
  const least = Math.min(planned, Math.max(to.length, lastCount(slots)));
  let count = planned;
  while (count > least && own(count) + secondsAbove(count, next, situation) > left) count -= 1;
  // Where not even these would end in time, none is begun.
  return own(count) > left ? to.length : count;
}

/** Passes through the training data in a second of training, of the quickest reference; undefined where none says it. */
function epochsASecond(trials: readonly Trial[]): number | undefined {
  const rates = trials.filter(isScored).flatMap(({ proposal, outcome }) => {
    const { seconds } = proposal.fidelity;
    const { epochs, milliseconds } = outcome.spent;
    if (proposal.network === undefined || seconds === undefined || epochs === undefined) return [];
    return [epochs / (milliseconds / 1000)];
  });
  return rates.length === 0 ? undefined : Math.max(...rates);
}

/** Wall time over time of training, of what was trained so far, with the usual as one measurement. */
function overheadOf(trials: readonly Trial[], rungs: readonly number[]): number {
  const ratios = trials.filter(isScored).flatMap(({ proposal, outcome }) => {
    const rung = rungs.indexOf(proposal.fidelity.seconds ?? Number.NaN);
    if (rung === -1) return [];
    const trained = (rungs[rung] as number) - (rungs[rung - 1] ?? 0);
    return [outcome.spent.milliseconds / 1000 / trained];
  });
  const all = [usualOverhead, ...ratios];
  return Math.max(1, all.reduce((sum, ratio) => sum + ratio, 0) / all.length);
}

function isStuck(own: readonly Trial[]): boolean {
  return own.length >= patience && own.slice(-patience).every((trial) => !isEvaluated(trial));
}
