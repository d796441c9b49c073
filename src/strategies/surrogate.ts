// A Gaussian process kept up to date with a search: it encodes designs, learns from trials, and says what it believes
// of the candidates. The strategies that stand on it (gp, hybrid) add how a search begins and how it decides.
import type { Random } from "../base/random.ts";
import { isScored, type Proposal, type Trial } from "../record/trial.ts";
import { largestFeasible, neighbours } from "../spaces/create-domain.ts";
import type { Domain } from "../spaces/domain.ts";
import type { Choices } from "../spaces/space.ts";
import { fitHyperparameters } from "./fit-gaussian-process.ts";
import { defaultHyperparameters, type PointShape, type Points } from "./gaussian-process.ts";
import { createPosterior, type Posterior } from "./posterior.ts";
import { designAt, designCountOf } from "./unseen.ts";

/** Spaces of at most so many designs are believed about whole; of larger ones, a pool made for each proposal. */
const listedDesigns = 20_000;
const pooledDraws = 200;
const pooledNeighbourhoods = 4;
const pooledNeighbours = 40;
/** Hyperparameters are fitted when so many designs were observed, and then at every fifth part more. */
const firstFit = 4;
const fitGrowth = 1.25;
/** Fitted on the latest observations only beyond so many, for speed. */
const fittedObservations = 128;

/** The least error that is told from none. */
const least = 1e-4;

/** What a strategy knows of designs beyond their decisions, and believes of it before any evaluation. */
export interface Knowledge {
  /** Of each feature's weight, in units of the process. */
  readonly weights: PointShape["weights"];
  /** What one unit of the process is in the logarithm of the error, as a first guess. Absent: what is observed. */
  readonly unit?: number;
  featuresOf(choices: Choices): readonly number[];
}

const nothing: Knowledge = { weights: [], featuresOf: () => [] };

export interface Candidates {
  readonly designs: readonly Choices[];
  /** Believed values; larger is better. Their unit is the warped accuracy's (see `valueOf`). */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** The best believed value among the designs that were evaluated. */
  readonly best: number;
  /** A believed value and its deviation as an accuracy. */
  accuracyOf(mean: number, deviation: number): { readonly accuracy01: number; readonly sd01: number };
}

export interface Surrogate {
  observe(trial: Trial): void;
  /** Designs with an accuracy or a failure, so far. */
  readonly size: number;
  /** What is believed of designs worth considering; those known or pending are among them. */
  candidates(context: { readonly random: Random; readonly pending: readonly Proposal[] }): Candidates;
}

export function createSurrogate(domain: Domain, knowledge: Knowledge = nothing): Surrogate {
  const { decisions } = domain.space;
  const shape: PointShape = {
    decisions: decisions.map(({ options, kind }) => ({
      options: options.length,
      ordinal: kind === "ordinal",
    })),
    weights: knowledge.weights,
  };
  const encode = (designs: readonly Choices[]): Points => {
    const features = new Float64Array(designs.length * shape.weights.length);
    designs.forEach((choices, row) => {
      features.set(knowledge.featuresOf(choices), row * shape.weights.length);
    });
    return { count: designs.length, choices: Uint8Array.from(designs.flat()), features };
  };
  const observed: Choices[] = [];
  /** Undefined for designs whose training failed or broke a measured limit. */
  const accuracies: (number | undefined)[] = [];
  const isListed = designCountOf(domain.space) <= listedDesigns;
  let listed: Listed | undefined;
  let posterior: Posterior | undefined;
  let fittedAt = 0;
  let fitted = defaultHyperparameters(shape);

  const refit = (values: Float64Array) => {
    const due = lastFit(observed.length);
    if (due !== fittedAt) {
      fittedAt = due;
      const from = Math.max(0, due - fittedObservations);
      fitted = fitHyperparameters(shape, {
        points: encode(observed.slice(from, due)),
        values: values.slice(from, due),
      });
      posterior = undefined;
    }
  };

  return {
    observe(trial) {
      const { proposal, outcome } = trial;
      if (proposal.choices.length !== decisions.length || proposal.nominalAccuracy01 !== undefined) return;
      const isFailure =
        outcome.kind === "infeasible" ||
        (outcome.kind === "failed" && !["cancelled", "duplicate", "unreadable"].includes(outcome.reason));
      if (isScored(trial)) {
        observed.push(proposal.choices);
        accuracies.push(trial.outcome.accuracy01);
      } else if (isFailure) {
        observed.push(proposal.choices);
        accuracies.push(undefined);
      }
    },
    get size() {
      return observed.length;
    },
    candidates({ random, pending }) {
      const { values, toAccuracy } = warp(accuracies, knowledge.unit);
      refit(values);
      if (isListed) {
        listed ??= listOf(allowedDesigns(domain), encode);
      } else {
        const designs = poolOf(domain, { random, observed, values });
        listed = listOf(designs, encode);
        posterior = undefined;
      }
      posterior ??= createPosterior(shape, fitted, listed.points);
      const fresh = encode(observed.slice(posterior.size));
      for (let row = 0; row < fresh.count; row += 1) posterior.add(fresh, row);
      // Designs that are being evaluated are believed to come out as expected (the kriging believer).
      let believed = posterior.beliefs(values);
      const { places } = listed;
      const mark = pending.length > 0 ? posterior.mark() : undefined;
      let all = values;
      const waiting = encode(pending.map(({ choices }) => choices));
      pending.forEach(({ choices }, row) => {
        const place = places.get(choices.join());
        const value = place === undefined ? 0 : (believed.means[place] as number);
        posterior?.add(waiting, row);
        all = Float64Array.from([...all, value]);
      });
      if (mark !== undefined) {
        believed = posterior.beliefs(all);
        posterior.restore(mark);
      }
      let best = Number.NEGATIVE_INFINITY;
      observed.forEach((choices, index) => {
        const place = places.get(choices.join());
        if (place !== undefined && accuracies[index] !== undefined)
          best = Math.max(best, believed.means[place] as number);
      });
      const accuracyOf = (mean: number, deviation: number) => ({
        accuracy01: toAccuracy(mean),
        sd01: (toAccuracy(mean + deviation) - toAccuracy(mean - deviation)) / 2,
      });
      return { designs: listed.designs, ...believed, best, accuracyOf };
    },
  };
}

/** The number of observations at the last fit that is due. */
function lastFit(observations: number): number {
  let due = 0;
  for (let next = firstFit; next <= observations; next = Math.ceil(next * fitGrowth)) due = next;
  return due;
}

interface Warp {
  readonly values: Float64Array;
  toAccuracy(value: number): number;
}

/**
 * Accuracies as the process sees them: the logarithm of the error, so that the last points count as much as the first
 * ones; centred, in `unit` or else in units of their spread; and failures as bad as the worst.
 */
function warp(accuracies: readonly (number | undefined)[], unit?: number): Warp {
  const known = accuracies.filter((value) => value !== undefined);
  const worst = Math.min(...known);
  const warped = accuracies.map((value) => -Math.log(Math.max(least, 1 - (value ?? worst))));
  if (known.length === 0) return { values: new Float64Array(accuracies.length), toAccuracy: () => 0 };
  const mean = warped.reduce((sum, value) => sum + value, 0) / warped.length;
  const variance = warped.reduce((sum, value) => sum + (value - mean) ** 2, 0) / warped.length;
  const spread = unit ?? (Math.sqrt(variance) || 1);
  return {
    values: Float64Array.from(warped, (value) => (value - mean) / spread),
    toAccuracy: (value) => Math.min(1, Math.max(0, 1 - Math.exp(-(mean + spread * value)))),
  };
}

interface Listed {
  readonly designs: readonly Choices[];
  readonly points: Points;
  /** The row of a design, by its choices joined. */
  readonly places: ReadonlyMap<string, number>;
}

function listOf(designs: readonly Choices[], encode: (designs: readonly Choices[]) => Points): Listed {
  const places = new Map(designs.map((choices, place) => [choices.join(), place]));
  return { designs, points: encode(designs), places };
}

function allowedDesigns(domain: Domain): readonly Choices[] {
  const designs: Choices[] = [];
  for (let place = 0; place < designCountOf(domain.space); place += 1) {
    const choices = designAt(domain.space, place);
    if (domain.isFeasible(choices)) designs.push(choices);
  }
  return designs;
}

interface PoolSetting {
  readonly random: Random;
  readonly observed: readonly Choices[];
  readonly values: Float64Array;
}

/** For large spaces: the largest, designs at random, what is one or two steps from the best, and what was observed. */
function poolOf(domain: Domain, { random, observed, values }: PoolSetting): readonly Choices[] {
  const pool = new Map<string, Choices>();
  const add = (choices: Choices | undefined) => {
    if (choices !== undefined) pool.set(choices.join(), choices);
  };
  for (const choices of observed) add(choices);
  add(largestFeasible(domain, "macCount"));
  const order = [...observed.keys()].sort((a, b) => (values[b] as number) - (values[a] as number));
  for (const index of order.slice(0, pooledNeighbourhoods)) {
    const near = random
      .shuffle(neighbours(domain.space, observed[index] as Choices))
      .slice(0, pooledNeighbours);
    for (const choices of near) {
      const further = random.pick(neighbours(domain.space, choices));
      for (const tried of [choices, further]) if (domain.isFeasible(tried)) add(tried);
    }
  }
  for (let draw = 0; draw < pooledDraws; draw += 1) add(domain.sample(random));
  return [...pool.values()];
}
