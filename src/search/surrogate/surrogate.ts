// A Gaussian process kept up to date with a search: it encodes designs, learns from trials, and says what it believes
// of the candidates. The strategies that stand on it (gp, hybrid) add how a search begins and how it decides.
import { z } from "zod";
import type { Random } from "../../base/random.ts";
import type { Network } from "../../graph/network.ts";
import { designCountOf } from "../constraints/cost-model.ts";
import type { Domain } from "../constraints/domain.ts";
import { isDesignOf } from "../proposed-network.ts";
import type { Choices } from "../space.ts";
import { isScored, type Proposal, type Trial } from "../trial.ts";
import { allowedDesigns, type Listed, listOf, poolOf } from "./candidate-pool.ts";
import { decisionShapes } from "./design-points.ts";
import { fitDueAt, fitHyperparameters } from "./fit-gaussian-process.ts";
import { defaultHyperparameters, type PointShape, type Points } from "./gaussian-process.ts";
import { createMeasuredLimits } from "./measured-limits.ts";
import { type Beliefs, createPosterior, type Posterior } from "./posterior.ts";
import { createTrainingSuccess } from "./training-success.ts";
import { createTrainingTime } from "./training-time.ts";

/** Max designs of a space whose designs are all candidates; in larger ones, each proposal has its own pool. */
const listedDesigns = 20_000;

/** The smallest error distinguishable from zero. */
const minError = 1e-4;

/** What a strategy knows of designs beyond their decisions, and believes of it before any evaluation. */
export interface Knowledge {
  /** Of each feature's weight, in units of the process. */
  readonly weights: PointShape["weights"];
  /** What one unit of the process is in the logarithm of the error, as a first guess. Absent: what is observed. */
  readonly unit?: number;
  featuresOf(choices: Choices): readonly number[];
  /** The same of any network, where networks from outside the space say something of its designs. */
  featuresOfNetwork?(network: Network): readonly number[];
}

const nothing: Knowledge = { weights: [], featuresOf: () => [] };

/** Whether some designs are expected to score higher than others before any evaluation: the largest, by what is known of networks. */
export const isBelieved = ({ weights }: Knowledge): boolean => weights.some(({ mean }) => mean !== 0);

export interface SurrogateOptions {
  readonly knowledge?: Knowledge;
  /** Networks from outside the space, such as references, are learned from too: by the features that `knowledge` reads. */
  readonly readsNetworks?: boolean;
  /** Evaluations of the whole search, over which the time of an evaluation counts less and less. Absent: not at all. */
  readonly quickWithin?: number;
}

export const costAwareOption = z
  .boolean()
  .default(false)
  .describe(
    "prefer designs whose training is quick, less and less towards the end; times vary, so the same seed no longer gives the same search",
  );

export interface Candidates {
  readonly designs: readonly Choices[];
  /** Believed values; larger is better. Their unit is the warped score's (see `valueOf`). Those of networks from outside the space come last. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Of the error of a measurement, in the same unit. */
  readonly noiseDeviation: number;
  /** The best believed value among what was evaluated. */
  readonly best: number;
  /** How likely each is to be scored: to be trained without failing and to keep to measured limits; absent while all were. */
  readonly feasible01?: Float64Array;
  /** What an evaluation's time counts, around 1; absent where it does not. */
  readonly times?: Float64Array;
  /** A believed value and its deviation as a score. */
  scoreOf(mean: number, deviation: number): { readonly score: number; readonly sd: number };
  /** A score as a believed value. */
  valueOf(score: number): number;
  /** The row of a design, if it is among the candidates. */
  placeOf(choices: Choices): number | undefined;
}

export interface CandidatesContext {
  readonly random: Random;
  readonly pending: readonly Proposal[];
  /** Allowed designs that must be among the candidates. */
  readonly extra?: readonly Choices[];
}

export interface Surrogate {
  observe(trial: Trial): void;
  /** Designs with a score, a failure or a broken measured limit, so far. */
  readonly size: number;
  /** What is believed of designs worth considering; those known or pending are among them. */
  candidates(context: CandidatesContext): Candidates;
}

export function createSurrogate(
  domain: Domain,
  { knowledge = nothing, readsNetworks = false, quickWithin }: SurrogateOptions = {},
): Surrogate {
  const shape: PointShape = {
    decisions: decisionShapes(domain),
    weights: knowledge.weights,
  };
  const encode = (points: readonly Observed[]): Points => {
    const features = new Float64Array(points.length * shape.weights.length);
    points.forEach((point, row) => {
      const own = isOutside(point) ? point.features : knowledge.featuresOf(point);
      features.set(own, row * shape.weights.length);
    });
    const choices = points.flatMap((point) => (isOutside(point) ? noOptions : point));
    return { count: points.length, choices: Uint8Array.from(choices), features };
  };
  const noOptions = shape.decisions.map(({ options }) => options);
  const observed: Observed[] = [];
  const designs: Choices[] = [];
  const outside: Outside[] = [];
  const scores: number[] = [];
  const limits = createMeasuredLimits(domain);
  const success = createTrainingSuccess(domain, { isSteep: isBelieved(knowledge) });
  const time = createTrainingTime(domain);
  const isListed = designCountOf(domain.space) <= listedDesigns;
  let listed: Listed | undefined;
  let posterior: Posterior | undefined;
  let fittedAt = 0;
  let fitted = defaultHyperparameters(shape);

  const refit = () => {
    const due = fitDueAt(observed.length);
    if (due === fittedAt) return;
    fittedAt = due;
    fitted = fitHyperparameters(shape, {
      points: encode(observed.slice(0, due)),
      values: warp(scores.slice(0, due), knowledge.unit).values,
    });
    posterior = undefined;
  };

  const updated = (list: Listed): Posterior => {
    posterior ??= createPosterior(shape, fitted, list.points);
    const fresh = encode(observed.slice(posterior.size));
    for (let row = 0; row < fresh.count; row += 1) posterior.add(fresh, row);
    return posterior;
  };

  return {
    observe(trial) {
      const { proposal } = trial;
      if (proposal.nominalScore !== undefined) return;
      if (readsNetworks && proposal.network !== undefined && isScored(trial)) {
        const network = { features: knowledge.featuresOfNetwork?.(proposal.network) ?? [] };
        observed.push(network);
        outside.push(network);
        scores.push(trial.outcome.score);
      }
      if (!isDesignOf(domain.space, proposal)) return;
      limits.observe(trial);
      success.observe(trial);
      time.observe(trial);
      // What failed or broke a measured limit may be as good as any.
      if (!isScored(trial)) return;
      observed.push(proposal.choices);
      designs.push(proposal.choices);
      scores.push(trial.outcome.score);
    },
    get size() {
      return observed.length + limits.broken + success.failed;
    },
    candidates({ random, pending, extra = [] }) {
      const warped = warp(scores, knowledge.unit);
      const { values } = warped;
      refit();
      if (isListed) {
        const isStale = listed !== undefined && listed.points.count < listed.designs.length + outside.length;
        if (isStale) posterior = undefined;
        if (listed === undefined || isStale)
          listed = listOf(listed?.designs ?? allowedDesigns(domain), encode, outside);
      } else {
        const waiting = pending.filter((proposal) => isDesignOf(domain.space, proposal));
        const named = [...designs, ...waiting.map(({ choices }) => choices), ...extra];
        const ownValues = values.filter((_, row) => !isOutside(observed[row] as Observed));
        const pool = poolOf(domain, { random, observed: designs, values: ownValues, named });
        listed = listOf(pool, encode, outside);
        posterior = undefined;
      }
      const { places } = listed;
      const placeOf = (choices: Choices) => places.get(choices.join());
      const believed = believedOf(updated(listed), { values, pending, placeOf, encode });
      const { means } = believed;
      let best = Math.max(Number.NEGATIVE_INFINITY, ...means.subarray(listed.designs.length));
      for (const choices of designs) {
        const place = placeOf(choices);
        if (place !== undefined) best = Math.max(best, means[place] as number);
      }
      const feasible01 = product(limits.probabilities(listed.designs), success.probabilities(listed.designs));
      // The nearer the end, the less it counts (Lee et al. 2020, https://arxiv.org/abs/2003.10870).
      const alpha01 = quickWithin === undefined ? 0 : Math.max(0, 1 - observed.length / quickWithin);
      const times = alpha01 === 0 ? undefined : time.relative(listed.designs, alpha01);
      return {
        designs: listed.designs,
        ...believed,
        best,
        ...(feasible01 && { feasible01 }),
        ...(times && { times }),
        placeOf,
        valueOf: warped.toValue,
        scoreOf: (mean, deviation) => ({
          score: warped.toScore(mean),
          sd: (warped.toScore(mean + deviation) - warped.toScore(mean - deviation)) / 2,
        }),
      };
    },
  };
}

/** A network from outside the space. */
interface Outside {
  readonly features: readonly number[];
}

/** What was scored: a design, or a network from outside the space. */
type Observed = Choices | Outside;

const isOutside = (point: Observed): point is Outside => "features" in point;

function product(a: Float64Array | undefined, b: Float64Array | undefined): Float64Array | undefined {
  return a === undefined || b === undefined
    ? (a ?? b)
    : a.map((value, place) => value * (b[place] as number));
}

interface Waiting {
  readonly values: Float64Array;
  readonly pending: readonly Proposal[];
  readonly placeOf: (choices: Choices) => number | undefined;
  readonly encode: (points: readonly Choices[]) => Points;
}

/** Designs that are being evaluated are believed to come out as expected (the kriging believer). */
function believedOf(posterior: Posterior, { values, pending, placeOf, encode }: Waiting): Beliefs {
  const believed = posterior.beliefs(values);
  const waiting = pending.flatMap(({ choices }) => {
    const place = placeOf(choices);
    return place === undefined ? [] : [{ choices, value: believed.means[place] as number }];
  });
  if (waiting.length === 0) return believed;
  const mark = posterior.mark();
  const points = encode(waiting.map(({ choices }) => choices));
  for (let row = 0; row < points.count; row += 1) posterior.add(points, row);
  const result = posterior.beliefs(Float64Array.from([...values, ...waiting.map(({ value }) => value)]));
  posterior.restore(mark);
  return result;
}

interface Warp {
  readonly values: Float64Array;
  toValue(score: number): number;
  toScore(value: number): number;
}

/**
 * Scores as the process sees them. Of shares, as accuracy is one: the logarithm of the error, so that the last points count
 * as much as the first ones, in `unit` or else in units of their spread. Of any other metric, such as a loss or a
 * throughput: the scores in units of their spread. Both centred.
 */
function warp(scores: readonly number[], unit?: number): Warp {
  const areShares = scores.every((score) => score >= 0 && score <= 1);
  const forward = (score: number) => (areShares ? -Math.log(Math.max(minError, 1 - score)) : score);
  const back = (value: number) => (areShares ? Math.min(1, Math.max(0, 1 - Math.exp(-value))) : value);
  const warped = scores.map(forward);
  if (scores.length === 0) return { values: new Float64Array(), toValue: () => 0, toScore: () => 0 };
  const mean = warped.reduce((sum, value) => sum + value, 0) / warped.length;
  const variance = warped.reduce((sum, value) => sum + (value - mean) ** 2, 0) / warped.length;
  const spread = (areShares ? unit : undefined) ?? (Math.sqrt(variance) || 1);
  return {
    values: Float64Array.from(warped, (value) => (value - mean) / spread),
    toValue: (score) => (forward(score) - mean) / spread,
    toScore: (value) => back(mean + spread * value),
  };
}
