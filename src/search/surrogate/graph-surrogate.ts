// A Gaussian process over networks themselves, whatever space they come from: two are alike where they hold the same operations
// with the same neighbours (Weisfeiler–Lehman), and where their size, depth and view are alike. Few parameters, fitted by
// likelihood on a grid, so that the same observations give the same beliefs. It knows no trial and no limit.
import type { Network, NetworkNode } from "../../graph/network.ts";
import type { FeatureShape } from "../../graph/operator.ts";
import { receptiveFields } from "../../graph/receptive-field.ts";
import { inferShapes } from "../../graph/shapes.ts";
import { createFactor, type Factor } from "../../math/cholesky.ts";
import { mean, standardDeviation } from "../../math/statistics.ts";
import { graphFeatures } from "./graph-features.ts";

/** What is compared of a network. */
export interface GraphPoint {
  /** How often each neighbourhood occurs; the vector has length 1. */
  readonly counts: ReadonlyMap<string, number>;
  /** Size, depth, view. */
  readonly figures: readonly number[];
}

export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

/** Rounds of neighbours: an operation, with what it reads, with what those read. */
const rounds = 2;

/**
 * How often each neighbourhood occurs in a network, as a vector of length 1.
 * @see Shervashidze et al. 2011, Weisfeiler–Lehman graph kernels, https://jmlr.org/papers/v12/shervashidze11a.html
 */
function neighbourhoodsOf({ nodes }: Network): ReadonlyMap<string, number> {
  const shapes = inferShapes(nodes);
  let labels = new Map(nodes.map((node) => [node.id, labelOf(node, shapes.get(node.id) as FeatureShape)]));
  const counts = new Map<string, number>();
  for (let round = 0; ; round += 1) {
    for (const label of labels.values()) counts.set(label, (counts.get(label) ?? 0) + 1);
    if (round === rounds) break;
    const before = labels;
    labels = new Map(
      nodes.map(({ id, inputs }) => [
        id,
        hashed(`${before.get(id)}<${inputs.map((input) => before.get(input)).sort()}`),
      ]),
    );
  }
  // Roots: the tenth block of a kind says less than the first.
  const roots = [...counts].map(([label, count]) => [label, Math.sqrt(count)] as const);
  const length = Math.hypot(...roots.map(([, root]) => root));
  return new Map(roots.map(([label, root]) => [label, root / length]));
}

export function graphPoint(network: Network): GraphPoint {
  const { logParams, logMacs, longestDepth, shortestDepth } = graphFeatures(network);
  const field = Math.max(...[...receptiveFields(network).values()].map(([height]) => height));
  return {
    counts: neighbourhoodsOf(network),
    figures: [logParams, logMacs, Math.log(1 + longestDepth), Math.log(1 + shortestDepth), Math.log(field)],
  };
}

/** The operation without its exact width: at which resolution, about how wide, which window. */
function labelOf({ op }: NetworkNode, [channels, height]: FeatureShape): string {
  const place = `${Math.round(Math.log2(height))} ${Math.round(2 * Math.log2(channels))}`;
  if (op.kind === "conv") return `conv ${op.kernel} ${op.stride} ${op.groups > 1} ${place}`;
  if (op.kind === "pool") return `${op.mode} ${op.kernel} ${place}`;
  return op.kind === "activation" ? `${op.function} ${place}` : `${op.kind} ${place}`;
}

const hashed = (text: string): string => hashOf(text).toString(36);

/** 32 bits of a text (FNV-1a). */
function hashOf(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state >>> 0;
}

/** Numbers of a sketch. Two sketches' product differs from that of the neighbourhoods themselves by about one in the root of it. */
export const sketchLength = 128;

/**
 * The neighbourhoods of a network in a fixed number of figures, so that the product of two sketches says how alike two
 * networks are, whatever space they come from.
 * @see Weinberger et al. 2009, Feature hashing for large scale multitask learning, https://arxiv.org/abs/0902.2206
 */
export function graphSketch(network: Network): readonly number[] {
  const sketch = new Array<number>(sketchLength).fill(0);
  for (const [label, root] of neighbourhoodsOf(network)) {
    const hash = hashOf(label);
    const place = hash % sketchLength;
    sketch[place] = (sketch[place] as number) + (hash & 0x80000000 ? -root : root);
  }
  return sketch;
}

interface Setting {
  /** The part of the neighbourhoods, the rest being the figures'. */
  readonly share: number;
  /** Of an observation, as a part of the variance. */
  readonly noise: number;
}

const settings: readonly Setting[] = [0.2, 0.5, 0.8].flatMap((share) =>
  [0.02, 0.1, 0.3, 1].map((noise) => ({ share, noise })),
);

/** What is believed of networks after `observed`; undefined while there are too few to learn from. */
export function fitGraphSurrogate(
  observed: readonly { readonly point: GraphPoint; readonly score: number }[],
): ((point: GraphPoint) => Belief) | undefined {
  if (observed.length < 4) return undefined;
  const scores = observed.map(({ score }) => score);
  const [centre, scale] = [mean(scores), standardDeviation(scores)];
  if (!(scale > 0)) return undefined;
  const values = scores.map((score) => (score - centre) / scale);
  const width = observed[0]?.point.figures.length ?? 0;
  const spread = Array.from({ length: width }, (_, index) => {
    const column = observed.map(({ point }) => point.figures[index] as number);
    return Math.max(standardDeviation(column), 0.1);
  });
  const covariance = (a: GraphPoint, b: GraphPoint, { share }: Setting) =>
    share * overlap(a, b) + (1 - share) * nearness(a, b, spread);
  const factorOf = (setting: Setting): Factor => {
    const factor = createFactor();
    observed.forEach(({ point }, index) => {
      const row = observed.slice(0, index).map((other) => covariance(point, other.point, setting));
      factor.grow(row, 1 + setting.noise);
    });
    return factor;
  };
  let best: { readonly setting: Setting; readonly factor: Factor; readonly likelihood: number } | undefined;
  for (const setting of settings) {
    const factor = factorOf(setting);
    const squares = factor.solve(values).reduce((sum, value) => sum + value * value, 0);
    const likelihood = -0.5 * squares - factor.logDeterminantHalf();
    if (best === undefined || likelihood > best.likelihood) best = { setting, factor, likelihood };
  }
  const { setting, factor } = best as NonNullable<typeof best>;
  const weights = factor.solveTransposed(factor.solve(values));
  return (point) => {
    const row = observed.map((other) => covariance(point, other.point, setting));
    const expected = row.reduce((sum, value, index) => sum + value * (weights[index] as number), 0);
    const explained = factor.solve(row).reduce((sum, value) => sum + value * value, 0);
    return {
      mean: centre + scale * expected,
      deviation: scale * Math.sqrt(Math.max(1 - explained, 1e-6)),
    };
  };
}

/** 1 for networks of the same neighbourhoods, 0 for those that share none. */
function overlap({ counts }: GraphPoint, { counts: others }: GraphPoint): number {
  let sum = 0;
  for (const [label, root] of counts) sum += root * (others.get(label) ?? 0);
  return sum;
}

function nearness(
  { figures }: GraphPoint,
  { figures: others }: GraphPoint,
  spread: readonly number[],
): number {
  const distance = figures.reduce(
    (sum, figure, index) => sum + ((figure - (others[index] as number)) / (spread[index] as number)) ** 2,
    0,
  );
  return Math.exp((-0.5 * distance) / figures.length);
}
