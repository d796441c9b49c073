// What is believed of a network before anything was evaluated, from its graph alone: it holds for any space, names no
// operation, and was not fitted to a table. Each belief is a weight with a deviation, so that observations overrule it.
// They are beliefs about accuracy: of any other figure, such as an energy, they are features whose weights are learned.
import { createRandom } from "../../base/random.ts";
import type { Network } from "../../graph/network.ts";
import { accuracy, isLikeAccuracy, type Metric } from "../../metrics/index.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Choices, Space } from "../space.ts";
import { type GraphFeatures, graphFeatures } from "./graph-features.ts";
import { graphSketch, sketchLength } from "./graph-surrogate.ts";
import type { Knowledge } from "./surrogate.ts";

interface Belief {
  readonly read: (features: GraphFeatures) => number;
  /** Of the weight, in units of the surrogate, in which all that decisions explain has the variance 1. */
  readonly mean: number;
  readonly sd: number;
}

const readMacs = ({ logMacs }: GraphFeatures) => logMacs;
const readParams = ({ logParams }: GraphFeatures) => logParams;

const beliefs: readonly Belief[] = [
  // Scaling laws: the logarithm of the error falls in proportion to the logarithm of compute.
  { read: readMacs, mean: 3, sd: 0.75 },
  // At equal compute, more layers one after another say more …
  { read: ({ longestDepth }) => Math.log(1 + longestDepth), mean: 1, sd: 0.5 },
  // … if a short path lets the gradient through (residual networks, https://arxiv.org/abs/1512.03385).
  { read: ({ shortestDepth }) => Math.log(1 + shortestDepth), mean: -1, sd: 0.5 },
  // There is no prior for these; they are learned.
  { read: readParams, mean: 0, sd: 0.5 },
  { read: ({ meanDepth }) => Math.log(1 + meanDepth), mean: 0, sd: 0.5 },
  { read: ({ meanPoolings }) => Math.log(1 + meanPoolings), mean: 0, sd: 0.5 },
];

/** Where nothing is believed: deviations of the weights, with which costs may decide almost alone, as of an energy … */
const openSd = 2;
/** … and of those of their squares, since a figure that weighs accuracy against costs is best somewhere between. */
const openSquareSd = 1;
const squared = [readMacs, readParams].map((read) => beliefs.findIndex((belief) => belief.read === read));
/** Of the weights by which networks that are alike are expected to score alike: half as much as all decisions explain. */
const likenessSd = Math.SQRT1_2;

/** One unit of the surrogate is a tenth of the error, as a first guess. */
const unit = 0.1;
const sampleSize = 64;
const caches = [false, true].map(() => new WeakMap<Space, Map<string, readonly number[]>>());

/**
 * Knowledge of the networks of a domain; features are counted once for each design of a space.
 * @param metric what a search selects on; accuracy where it is absent
 * @param likeness With what makes two networks alike, so that networks from outside the space say something of its designs.
 */
export function networkKnowledge(
  domain: Domain,
  metric: Metric = accuracy,
  { likeness = false }: { readonly likeness?: boolean } = {},
): Knowledge {
  const { space } = domain;
  const cache = caches[Number(likeness)] as (typeof caches)[number];
  const known = cache.get(space) ?? new Map<string, readonly number[]>();
  cache.set(space, known);
  const readingsOf = (network: Network) => {
    const features = graphFeatures(network);
    return [...beliefs.map(({ read }) => read(features)), ...(likeness ? graphSketch(network) : [])];
  };
  const rawOf = (choices: Choices) => {
    const key = choices.join();
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const raw = readingsOf(space.decode(choices));
    known.set(key, raw);
    return raw;
  };
  let centre: readonly number[] | undefined;
  const centred = (raw: readonly number[]) => {
    centre ??= centreOf(domain, rawOf);
    return raw.map((value, index) => value - (centre?.[index] as number));
  };
  const alike = Array.from({ length: likeness ? sketchLength : 0 }, () => ({ mean: 0, sd: likenessSd }));
  if (isLikeAccuracy(metric))
    return {
      weights: [...beliefs.map(({ mean, sd }) => ({ mean, sd })), ...alike],
      unit,
      featuresOf: (choices) => centred(rawOf(choices)),
      featuresOfNetwork: (network) => centred(readingsOf(network)),
    };
  const withSquares = (features: readonly number[]) => [
    ...features,
    ...squared.map((index) => (features[index] as number) ** 2),
  ];
  return {
    weights: [
      ...beliefs.map(() => ({ mean: 0, sd: openSd })),
      ...alike,
      ...squared.map(() => ({ mean: 0, sd: openSquareSd })),
    ],
    featuresOf: (choices) => withSquares(centred(rawOf(choices))),
    featuresOfNetwork: (network) => withSquares(centred(readingsOf(network))),
  };
}

/** The features' means over some allowed designs: only differences from it count. */
function centreOf(domain: Domain, rawOf: (choices: Choices) => readonly number[]): readonly number[] {
  const random = createRandom("network-knowledge", domain.space.name);
  const rows: (readonly number[])[] = [];
  for (let draw = 0; draw < sampleSize; draw += 1) {
    const choices = domain.sample(random);
    if (choices !== undefined) rows.push(rawOf(choices));
  }
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, index) => {
    const sum = rows.reduce((total, row) => total + (row[index] as number), 0);
    return sum / Math.max(1, rows.length);
  });
}
