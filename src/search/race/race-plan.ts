// How a search by the clock divides its time: the search and the final training, the lengths of training that networks are
// compared at (rungs), and how many networks there is time for. Pure: it reads no clock, and knows no strategy.
// (docs/decisions: by the clock)

export interface RacePlan {
  /** Wall time of the whole run, in seconds: opening the data, search, final training, test, files. */
  readonly totalSeconds: number;
  /** The part of it until the final training begins, in seconds. */
  readonly searchSeconds: number;
  /** Seconds of training in all on each rung, shortest first. A longer one continues the shorter. */
  readonly rungs: readonly number[];
  /** Trainings at once. */
  readonly slots: number;
  /** About how many trainings there is time for on the first rung. */
  readonly places: number;
}

/** Trainings on the first rung from which on the references come first, all that have a place. */
export const manyPlaces = 10;

/** Networks that won before that are tried: in a short race one, so that designs of its own have places too. */
export const provenCount = ({ places }: Pick<RacePlan, "places">): number => (places < manyPlaces ? 1 : 2);

/** How much of a rung advances to the next: the best third. */
const factor = 3;
/** Trainings on the first rung without which that many rungs (one, two, …) are not worth their time. */
const enoughPlaces = [0, 6, 14, 14] as const;
/** Wall time over the time of training: starting, measuring, keeping. A first guess, until it is measured. */
export const usualOverhead = 1.1;

/** A quarter of the time up to ten minutes, rising with its logarithm to two fifths at an hour and more. */
function searchShare01(minutes: number): number {
  const rise = Math.log(Math.max(1, minutes / 10)) / Math.log(6);
  return 0.25 + 0.15 * Math.min(1, rise);
}

/** The shortest training: 12.5 s of ten minutes, 44 s of an hour, 3 min of a night. A longer run compares more networks, each longer. */
function baseSeconds(minutes: number, { slots, searchSeconds }: Pick<RacePlan, "slots" | "searchSeconds">) {
  const wanted = Math.max(5, 12.5 * (minutes / 10) ** 0.7);
  // However short the run, four networks can be compared.
  const bearable = searchSeconds / (usualOverhead * Math.ceil(4 / slots));
  return tenths(Math.min(wanted, bearable));
}

const tenths = (seconds: number) => Math.max(0.1, Math.floor(seconds * 10) / 10);

export function planRace({ minutes, slots }: { readonly minutes: number; readonly slots: number }): RacePlan {
  const totalSeconds = minutes * 60;
  const searchSeconds = totalSeconds * searchShare01(minutes);
  const base = baseSeconds(minutes, { slots, searchSeconds });
  const rungsOf = (count: number) =>
    Array.from({ length: count }, (_, rung) => tenths(base * factor ** rung));
  const planned = (count: number) => {
    const rungs = rungsOf(count);
    const situation = { rungs, slots, overhead: usualOverhead };
    return { rungs, places: placesWithin(searchSeconds, situation, { networks: 0, running: 0 }) };
  };
  const chosen = enoughPlaces
    .map((enough, index) => ({ enough, ...planned(index + 1) }))
    .findLast(({ places, enough }) => places >= enough) as ReturnType<typeof planned>;
  return { totalSeconds, searchSeconds, slots, rungs: chosen.rungs, places: chosen.places };
}

/** Passes through the training data, in all the time, from which on a search may have its whole share. */
const passesForAll = 40;

/**
 * What a search has to leave of its share, in seconds, where the whole time is enough for few passes through the data only:
 * a short training then says little of a network, and each pass that the last one loses costs accuracy. On CIFAR-10
 * ten minutes were 16 passes, and a search that took its quarter ended one point below the reference that it had begun with.
 * @param epochsASecond of one training; undefined as long as it is not known, which leaves all
 */
export function unearnedSeconds(
  { totalSeconds, searchSeconds, slots }: Pick<RacePlan, "totalSeconds" | "searchSeconds" | "slots">,
  epochsASecond: number | undefined,
): number {
  if (epochsASecond === undefined) return 0;
  const passes = epochsASecond * totalSeconds * slots;
  return searchSeconds * (1 - Math.min(1, passes / passesForAll));
}

export interface RaceSituation {
  readonly rungs: readonly number[];
  readonly slots: number;
  /** Wall time over the time of training, as measured. */
  readonly overhead: number;
}

/** Wall seconds of a training that is on this rung and comes from the one below. */
export function sliceSeconds({ rungs, overhead }: RaceSituation, rung: number): number {
  return ((rungs[rung] as number) - (rungs[rung - 1] ?? 0)) * overhead;
}

/** How many networks the last rung has: the best reference and the best other, and more where that costs no time. */
export const lastCount = (slots: number): number => Math.max(2, slots);

/** How many of `count` networks on a rung advance to the next one. Slots that would idle are filled. */
export function promotedCount(
  count: number,
  next: number,
  { rungs, slots }: Pick<RaceSituation, "rungs" | "slots">,
) {
  const last = lastCount(slots);
  if (next === rungs.length - 1) return Math.min(count, last);
  return Math.min(count, Math.ceil(Math.max(last, count / factor) / slots) * slots);
}

/** Wall seconds of all rungs above `rung` when `count` networks stand on it. */
export function secondsAbove(count: number, rung: number, situation: RaceSituation): number {
  let seconds = 0;
  let standing = count;
  for (let next = rung + 1; next < situation.rungs.length; next += 1) {
    standing = promotedCount(standing, next, situation);
    seconds += Math.ceil(standing / situation.slots) * sliceSeconds(situation, next);
  }
  return seconds;
}

/** What stands on the first rung. A network that is measured twice is one network. */
export interface Started {
  readonly networks: number;
  /** Trainings under way, which are counted as if they had just begun. */
  readonly running: number;
}

/** How many further trainings on the first rung there is time for, if all rungs above are to be run. */
export function placesWithin(
  secondsLeft: number,
  situation: RaceSituation,
  { networks, running }: Started,
): number {
  const needed = (more: number) =>
    Math.ceil((more + running) / situation.slots) * sliceSeconds(situation, 0) +
    secondsAbove(networks + more, 0, situation);
  let more = 0;
  while (more < 1000 && needed(more + 1) <= secondsLeft) more += 1;
  return more;
}
