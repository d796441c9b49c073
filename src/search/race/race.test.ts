import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { networkCost } from "../../graph/cost.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import type { FittedReference } from "../references/reference.ts";
import type { ProposeContext, Strategy } from "../strategy.ts";
import { bestOf, isScored, type ModelStop, type Outcome, type Proposal, type Trial } from "../trial.ts";
import { withRace } from "./race.ts";
import { planRace } from "./race-plan.ts";
import { isTwin, networkKey } from "./standings.ts";
import { stopsInWords } from "./stopped.ts";

// A simulated world: every network has a learning curve by seconds of training, slots work through what is proposed in
// the order that a study keeps to, and time passes only by what trainings take.

interface World {
  readonly minutes: number;
  readonly slots: number;
  readonly references: number;
  /** Networks that won in earlier measurements. */
  readonly experience?: number;
  /** They won on the same data. */
  readonly isOfSameData?: boolean;
  /** Designs that the strategy has. */
  readonly designs: number;
  /** Wall time of a training over its planned time. */
  readonly load: number;
  /** Seconds that are gone before the search begins. */
  readonly opening: number;
  readonly seed: number;
  readonly outcome?: (proposal: Proposal) => "scored" | "diverged" | "chance";
  /** What is stopped with a proposal of the strategy's, by the trials that it has seen. */
  readonly stop?: (seen: readonly Trial[]) => readonly ModelStop[];
  /** Designs are those of a space that a model wrote. */
  readonly authored?: boolean;
  /** Passes through the training data that all the time would be enough for. */
  readonly passes?: number;
}

const usual: World = { minutes: 10, slots: 2, references: 9, designs: 1000, load: 1.05, opening: 3, seed: 1 };

function referenceAt(index: number): FittedReference {
  const name = `reference-${index}`;
  const build = createNetworkBuilder(name, [1, 4, 4]);
  build.add("linear", { kind: "linear", outFeatures: 2 + index, bias: false }, "input");
  const network = build.build();
  const { paramCount, macCount } = networkCost(network);
  return { name, width: 1, network, paramCount, macCount };
}

/** Designs 0, 1, 2, …, as many as the world has; and what it was shown. */
function countingStrategy({ designs, stop, authored = false }: World): Strategy & { readonly seen: Trial[] } {
  const seen: Trial[] = [];
  return {
    seen,
    async propose({ pending }: ProposeContext) {
      const next = seen.length + pending.length;
      const stops = stop?.(seen) ?? [];
      return next < designs
        ? {
            ...{ choices: [next], fidelity: {}, by: "counting" },
            ...(stops.length > 0 && { stops }),
            ...(authored && { authored: { text: "conv {8|16}", reasons: "", choices: [next] } }),
          }
        : undefined;
    },
    observe: (trial) => void seen.push(trial),
  };
}

/** Rises from 0.1 to what the network can reach, quickly or slowly, with noise of its own. */
function scoreAt(world: World, proposal: Proposal): number {
  const own = createRandom(world.seed, networkKey(proposal));
  const [ceiling, pace] = [0.6 + 0.3 * own.next(), 0.02 + 0.2 * own.next()];
  const noise = createRandom(world.seed, networkKey(proposal), proposal.repeat ?? 0).next() - 0.5;
  const seconds = proposal.fidelity.seconds as number;
  return 0.1 + (ceiling - 0.1) * (1 - Math.exp(-pace * seconds)) + 0.005 * noise;
}

interface Slice {
  readonly trial: Trial;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Runs it as a study does: trial k is proposed once the trials up to k − slots were observed. */
async function run(world: World, recorded: readonly Trial[] = []) {
  const plan = planRace({ minutes: world.minutes, slots: world.slots });
  const searchEnd =
    world.opening + (plan.searchSeconds / plan.totalSeconds) * (plan.totalSeconds - world.opening);
  const inner = countingStrategy(world);
  const references = Array.from({ length: world.references }, (_, index) => referenceAt(index));
  const experience = Array.from({ length: world.experience ?? 0 }, (_, index) => ({
    ...referenceAt(20 + index),
    words: "kept from somewhere",
    isOfSameData: world.isOfSameData === true,
  }));
  const race = withRace(inner, { plan, references, experience });
  const slices: Slice[] = [];
  const lefts: number[] = [];
  let now = world.opening;
  let observed = 0;
  const longest = new Map<string, number>();
  const pending = () => slices.slice(observed).map(({ trial }) => trial.proposal);
  const observeNext = () => {
    const slice = slices[observed] as Slice;
    now = Math.max(now, slice.endsAt);
    observed += 1;
    race.observe(slice.trial);
  };
  const propose = (number: number) => {
    lefts.push(searchEnd - now);
    const random = createRandom(world.seed, "trial", number);
    const signal = new AbortController().signal;
    return race.propose({
      trialNumber: number,
      random,
      pending: pending(),
      secondsLeft: searchEnd - now,
      signal,
    });
  };
  for (let number = 1; number < 5000; number += 1) {
    while (observed < number - world.slots) observeNext();
    let proposal = recorded[number - 1]?.proposal ?? (await propose(number));
    while (proposal === undefined && observed < slices.length) {
      observeNext();
      proposal = await propose(number);
    }
    if (proposal === undefined) break;
    const key = networkKey(proposal) + (proposal.repeat ?? 0);
    const seconds = proposal.fidelity.seconds as number;
    const spent = (seconds - (longest.get(key) ?? 0)) * world.load;
    longest.set(key, seconds);
    slices.push({
      trial: {
        number,
        proposal,
        outcome: outcomeOf(world, proposal, spent * 1000),
        cost: { paramCount: 1, macCount: 1 },
      },
      startsAt: now,
      endsAt: now + spent,
    });
  }
  return { plan, searchEnd, slices, trials: slices.map(({ trial }) => trial), seen: inner.seen, lefts };
}

function outcomeOf(world: World, proposal: Proposal, milliseconds: number): Outcome {
  const kind = world.outcome?.(proposal) ?? "scored";
  const { minutes, slots, passes } = world;
  const epochs = passes && (passes * milliseconds) / (minutes * 60_000 * slots);
  const spent = { milliseconds, ...(epochs !== undefined && { epochs }) };
  if (kind === "diverged") return { kind: "failed", reason: "diverged", detail: "", spent };
  const score = kind === "chance" ? 0.1 : scoreAt(world, proposal);
  return { kind: "scored", metrics: { accuracy: score }, score, spent };
}

const rungOf = ({ proposal }: Trial) => proposal.fidelity.seconds;
const onRung = (trials: readonly Trial[], seconds: number | undefined) =>
  trials.filter((trial) => rungOf(trial) === seconds && !isTwin(trial.proposal));
const isReference = ({ proposal }: Trial) => proposal.network !== undefined;

test("a design that goes on is still one of the space that a model wrote", async () => {
  const { plan, trials } = await run({ ...usual, authored: true });
  const own = trials.filter((trial) => !isReference(trial));
  expect(own.some((trial) => rungOf(trial) !== plan.rungs[0])).toBe(true);
  for (const { proposal } of own) expect(proposal.authored).toMatchObject({ choices: proposal.choices });
});

test("ten minutes: references and a twin first, then designs; the best third continues; two finish at equal time", async () => {
  const { plan, trials, seen } = await run(usual);
  const [base, last] = plan.rungs;
  expect(plan.rungs.length).toBe(2);
  expect(networkKey(trials[0]!.proposal)).toBe("network reference-0");
  expect(trials[1]!.proposal).toMatchObject({ repeat: 1, network: { name: "reference-0" } });
  const first = onRung(trials, base);
  expect(first.length).toBeGreaterThanOrEqual(12);
  expect(first.filter(isReference).length).toBeLessThanOrEqual(first.length / 2 + 1);
  // The strategy is shown its own designs at the first rung, and nothing else.
  expect(seen).toEqual(first.filter((trial) => !isReference(trial)));
  const finalists = onRung(trials, last);
  expect(finalists.length).toBe(2);
  expect(finalists.filter(isReference).length).toBe(1);
  for (const kind of [true, false]) {
    const best = bestOf(first.filter((trial) => isReference(trial) === kind));
    const finalist = finalists.find((trial) => isReference(trial) === kind);
    expect(networkKey(finalist!.proposal)).toBe(networkKey(best!.proposal));
  }
  expect(bestOf(trials)).toBe(bestOf(finalists));
});

test("an hour has three rungs, a night four; each promotes the best of the one below", async () => {
  for (const [minutes, rungs] of [
    [60, 3],
    [480, 4],
  ] as const) {
    const { plan, trials } = await run({ ...usual, minutes });
    expect(plan.rungs.length).toBe(rungs);
    const counts = plan.rungs.map((seconds) => onRung(trials, seconds).length);
    expect(counts.at(-1)).toBe(2);
    for (const [index, count] of counts.entries())
      if (index > 0) expect(count).toBeLessThanOrEqual(counts[index - 1]! / 2);
    for (let index = 1; index < rungs; index += 1) {
      const below = onRung(trials, plan.rungs[index - 1]);
      const above = new Set(onRung(trials, plan.rungs[index]).map(({ proposal }) => networkKey(proposal)));
      expect(above).toContain(networkKey(bestOf(below)!.proposal));
    }
  }
});

test("other load means fewer networks, and no later end", async () => {
  const calm = await run(usual);
  const busy = await run({ ...usual, load: 1.6 });
  expect(busy.trials.length).toBeLessThan(calm.trials.length);
  expect(onRung(busy.trials, busy.plan.rungs.at(-1)).length).toBe(2);
});

test("where the time is enough for few passes through the data, the search leaves most of its share to the final training", async () => {
  const searchTime = async (passes: number) => {
    const { slices, trials, plan } = await run({ ...usual, passes });
    const counts = plan.rungs.map((seconds) => onRung(trials, seconds).length);
    return { counts, share01: Math.max(...slices.map(({ endsAt }) => endsAt)) / plan.searchSeconds };
  };
  const many = await searchTime(1000);
  expect(many.share01).toBeGreaterThan(0.8);
  expect((await searchTime(50)).share01).toBeGreaterThan(0.8);
  const few = await searchTime(16);
  expect(few.share01).toBeLessThan(0.45);
  expect(few.counts[0]).toBeGreaterThanOrEqual(2);
  expect(few.counts.at(-1)).toBe(2);
  const fewest = await searchTime(2);
  expect(fewest.share01).toBeLessThan(0.3);
  expect(fewest.counts[0]).toBeGreaterThanOrEqual(1);
});

test("without references the first design has the twin, and two designs finish", async () => {
  const { plan, trials } = await run({ ...usual, references: 0 });
  expect(trials.filter(({ proposal }) => isTwin(proposal)).length).toBe(1);
  expect(onRung(trials, plan.rungs.at(-1)).length).toBe(2);
});

test("what won before is tried right after the first reference, stands among the designs, and the strategy is not shown it", async () => {
  const few = { ...usual, passes: 16, experience: 1 };
  for (const world of [{ ...usual, experience: 1 }, few, { ...usual, minutes: 1, experience: 1 }]) {
    const { plan, trials, seen } = await run(world);
    // In a minute few networks can be compared: the strategy's first comes before it.
    const [reference, proven] = [trials[0], trials[world.minutes === 1 ? 2 : 1]] as [Trial, Trial];
    expect(networkKey(reference.proposal)).toBe("network reference-0");
    expect(proven.proposal).toMatchObject({ by: "experience", network: { name: "reference-20" } });
    expect(proven.proposal.rationale).toBe("reference-20, kept from somewhere; at its own width");
    expect(seen.every(({ proposal }) => proposal.by === "counting")).toBe(true);
    const finalists = onRung(trials, plan.rungs.at(-1));
    expect(finalists.some(({ proposal }) => proposal.by === "reference")).toBe(true);
    expect(finalists.some(({ proposal }) => proposal.by !== "reference")).toBe(true);
  }
  // What won on the same data comes before any design, however short the search.
  const { trials } = await run({ ...usual, minutes: 1, experience: 1, isOfSameData: true });
  expect(trials.slice(0, 3).map(({ proposal }) => proposal.by)).toEqual([
    "reference",
    "experience",
    "counting",
  ]);
});

test("a search whose time is enough for few passes, on a busy machine, still tries a design of its own, and ends in time", async () => {
  for (const world of [
    { ...usual, minutes: 1, load: 1.3, passes: 6, experience: 1, isOfSameData: true },
    { ...usual, minutes: 3, load: 2, passes: 3, experience: 1, isOfSameData: true },
    { ...usual, minutes: 3, load: 2, passes: 1 },
  ]) {
    const { trials, slices, searchEnd, plan } = await run(world);
    expect(trials.filter(({ proposal }) => proposal.by === "counting").length).toBeGreaterThan(0);
    const end = Math.max(...slices.map(({ endsAt }) => endsAt));
    expect(end).toBeLessThan(searchEnd + 0.15 * (plan.totalSeconds - plan.searchSeconds));
  }
});

test("a space that is soon exhausted leaves its places to further references", async () => {
  const { trials, plan } = await run({ ...usual, designs: 2 });
  const first = onRung(trials, plan.rungs[0]);
  expect(first.filter(isReference).length).toBe(9);
  expect(first.filter((trial) => !isReference(trial)).length).toBe(2);
  expect(onRung(trials, plan.rungs.at(-1)).filter((trial) => !isReference(trial)).length).toBe(1);
});

test("where everything fails nothing continues, and where all are at chance the race ends all the same", async () => {
  const failing = await run({ ...usual, outcome: () => "diverged" });
  expect(failing.trials.every((trial) => rungOf(trial) === failing.plan.rungs[0])).toBe(true);
  const guessing = await run({ ...usual, outcome: () => "chance" });
  expect(onRung(guessing.trials, guessing.plan.rungs.at(-1)).length).toBe(2);
});

test("designs fail, references do not: references finish", async () => {
  const outcome = ({ network }: Proposal) => (network === undefined ? "diverged" : "scored");
  const { plan, trials } = await run({ ...usual, outcome });
  expect(onRung(trials, plan.rungs.at(-1)).every(isReference)).toBe(true);
});

test("resumed after any trial, it proposes the same", async () => {
  const whole = await run({ ...usual, minutes: 5, slots: 1 });
  for (let kept = 0; kept <= whole.trials.length; kept += 1) {
    const resumed = await run({ ...usual, minutes: 5, slots: 1 }, whole.trials.slice(0, kept));
    expect(resumed.trials).toEqual(whole.trials);
  }
});

/** A model that stops the second best of its designs, again and again. */
const stopsSecond = (seen: readonly Trial[]): readonly ModelStop[] => {
  const [, second] = seen.filter(isScored).sort((a, b) => b.outcome.score - a.outcome.score);
  return second === undefined ? [] : [{ trial: second.number, reason: "flat" }];
};

test("a stopped design gives its place to the next one, and a refused stop changes nothing", async () => {
  const usually = await run(usual);
  const stopped = await run({ ...usual, stop: stopsSecond });
  const first = (trials: readonly Trial[]) =>
    onRung(trials, stopped.plan.rungs[0]).map(({ proposal }) => networkKey(proposal));
  expect(first(stopped.trials)).toEqual(first(usually.trials));
  const said = new Set(
    stopped.trials.flatMap(({ proposal }) => proposal.stops ?? []).map(({ trial }) => trial),
  );
  const keyOf = (number: number) => networkKey(stopped.trials[number - 1]!.proposal);
  const longer = stopped.trials.filter((trial) => rungOf(trial) === stopped.plan.rungs[1]);
  expect(said.size).toBeGreaterThan(1);
  for (const number of said)
    expect(longer.map(({ proposal }) => networkKey(proposal))).not.toContain(keyOf(number));
  // The best design goes on, and as many networks as without.
  const own = onRung(stopped.trials, stopped.plan.rungs[0]).filter((trial) => !isReference(trial));
  expect(longer.map(({ proposal }) => networkKey(proposal))).toContain(networkKey(bestOf(own)!.proposal));
  expect(longer.length).toBe(onRung(usually.trials, usually.plan.rungs[1]).length);
  const refused = (seen: readonly Trial[]) =>
    stopsSecond(seen).map((stop) => ({ ...stop, refused: "it is the best design so far" }));
  const keysOf = ({ trials }: { readonly trials: readonly Trial[] }) =>
    trials.map(({ proposal }) => [networkKey(proposal), proposal.fidelity]);
  expect(keysOf(await run({ ...usual, stop: refused }))).toEqual(keysOf(usually));
});

test("stops are told with what came of them", async () => {
  const { plan, trials } = await run({ ...usual, minutes: 60, stop: stopsSecond });
  const words = stopsInWords(trials);
  expect(words.length).toBeGreaterThan(1);
  for (const line of words)
    expect(line).toMatch(
      /^With trial \d+: The model does not want trial \d+ trained longer: flat\. By its score it would (have been; another had its place|not have been either)\.$/,
    );
  expect(words.join()).toContain("another had its place");
  const begun = trials.filter((trial) => rungOf(trial) === plan.rungs[0]);
  expect(stopsInWords(begun).join()).toContain("No network was trained longer yet.");
  const [told] = trials.filter(({ proposal }) => proposal.stops !== undefined);
  const refused = { trial: 3, reason: "lucky", refused: "it is the best design so far" };
  expect(stopsInWords([{ ...told!, proposal: { ...told!.proposal, stops: [refused] } }])).toEqual([
    `With trial ${told!.number}: The model does not want trial 3 trained longer (lucky), which does not count: it is the best design so far.`,
  ]);
});

test("where all designs are stopped the best goes on, and a resumed race stops the same", async () => {
  const all = (seen: readonly Trial[]) => seen.map(({ number }) => ({ trial: number, reason: "flat" }));
  const world = { ...usual, designs: 4, stop: all };
  const whole = await run(world);
  expect(onRung(whole.trials, whole.plan.rungs.at(-1)).filter((trial) => !isReference(trial)).length).toBe(1);
  for (let kept = 0; kept <= whole.trials.length; kept += 5)
    expect((await run(world, whole.trials.slice(0, kept))).trials).toEqual(whole.trials);
});

const worlds = fc.record({
  minutes: fc.oneof(fc.double({ min: 0.2, max: 3, noNaN: true }), fc.integer({ min: 1, max: 2000 })),
  slots: fc.integer({ min: 1, max: 6 }),
  references: fc.integer({ min: 0, max: 9 }),
  designs: fc.constantFrom(1, 3, 1000),
  load: fc.double({ min: 0.9, max: 1.8, noNaN: true }),
  stop: fc.constantFrom(undefined, stopsSecond),
  opening: fc.constant(0),
  seed: fc.nat(),
});

test("in any world: it ends in time, a design gets to the last rung, and nothing is trained twice", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ stop, ...rest }) => {
      const world: World = { ...rest, ...(stop && { stop }) };
      const { plan, slices, searchEnd, trials } = await run(world);
      // What is planned before the first training has taught how long one takes may end later by what it teaches.
      const surprise = plan.rungs[0]! * Math.max(0, world.load - 1.1);
      const grace = 0.05 * (plan.totalSeconds - plan.searchSeconds);
      for (const { endsAt } of slices)
        expect(endsAt).toBeLessThanOrEqual(searchEnd + grace + surprise + 1e-6);
      const keys = trials.map(({ proposal }) =>
        JSON.stringify([networkKey(proposal), proposal.fidelity, proposal.repeat]),
      );
      expect(new Set(keys).size).toBe(keys.length);
      expect(trials.length).toBeGreaterThan(0);
      if (world.load <= 1.5)
        expect(onRung(trials, plan.rungs.at(-1)).some((trial) => !isReference(trial))).toBe(true);
    }),
    { numRuns: 300, seed: 7 },
  );
});
