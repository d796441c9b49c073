// A score of untrained networks as a prior: what it says beyond the graph is one more feature of a design. A score takes
// a forward pass, so only designs that promise much are scored; of the others nothing beyond their graph is believed.
// Which designs those are depends on what was observed alone, so that a resumed search believes the same.
import { createRandom } from "../../base/random.ts";
import type { Network } from "../../graph/network.ts";
import { solvePositive } from "../../math/cholesky.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Choices } from "../space.ts";
import type { Knowledge } from "../surrogate/surrogate.ts";

export type NetworkScore = (network: Network, seed: string) => Promise<number>;

/** One deviation of the score counts as much as the decisions explain, as a first guess. */
const weight = { mean: 1, sd: 0.5 };
/** Random designs from which it is learned what the graph predicts of the score. */
const sampleSize = 48;
/** Against chance in so small a sample. */
const ridge = 0.1;

export interface ScoredKnowledge {
  readonly knowledge: Knowledge;
  /** Forgets which designs are scored, but not their scores, and scores these. */
  begin(designs: readonly Choices[]): Promise<void>;
  /** Scores more designs; false if all had been. */
  reveal(designs: readonly Choices[]): Promise<boolean>;
}

export function createScoredKnowledge(
  domain: Domain,
  { graph, score }: { readonly graph: Knowledge; readonly score: NetworkScore },
): ScoredKnowledge {
  const scores = new Map<string, number>();
  const revealed = new Set<string>();
  let beyond: ((choices: Choices, value: number) => number) | undefined;

  const scoreOf = async (choices: Choices): Promise<number> => {
    const key = choices.join();
    const known = scores.get(key) ?? (await score(domain.space.decode(choices), "zero-cost"));
    scores.set(key, known);
    return known;
  };
  /** What the score says beyond the graph's features, in deviations of the score. */
  const learnBeyond = async () => {
    const random = createRandom("scored-knowledge", domain.space.name);
    const rows: (readonly number[])[] = [];
    const values: number[] = [];
    for (let draw = 0; draw < sampleSize; draw += 1) {
      const choices = domain.sample(random);
      if (choices === undefined) break;
      rows.push(graph.featuresOf(choices));
      values.push(await scoreOf(choices));
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / Math.max(1, values.length)) || 1;
    const standard = values.map((value) => (value - mean) / deviation);
    const slopes = leastSquares(rows, standard);
    return (choices: Choices, value: number) =>
      graph
        .featuresOf(choices)
        .reduce(
          (rest, feature, index) => rest - feature * (slopes[index] as number),
          (value - mean) / deviation,
        );
  };
  const reveal = async (designs: readonly Choices[]) => {
    beyond ??= await learnBeyond();
    const before = revealed.size;
    for (const choices of designs) {
      await scoreOf(choices);
      revealed.add(choices.join());
    }
    return revealed.size > before;
  };
  return {
    knowledge: {
      ...graph,
      weights: [...graph.weights, weight],
      featuresOf(choices) {
        const key = choices.join();
        const value = revealed.has(key) ? scores.get(key) : undefined;
        const more = value === undefined ? 0 : (beyond?.(choices, value) ?? 0);
        return [...graph.featuresOf(choices), more];
      },
    },
    begin(designs) {
      revealed.clear();
      return reveal(designs).then(() => {});
    },
    reveal,
  };
}

/** The slopes that predict `values` from `rows` best, held near 0: ridge regression through the origin. */
function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const sumOver = (term: (row: readonly number[], at: number) => number) =>
    rows.reduce((sum, row, at) => sum + term(row, at), 0);
  const gram = Array.from({ length: width }, (_, i) =>
    Array.from(
      { length: i + 1 },
      (__, j) => sumOver((row) => (row[i] as number) * (row[j] as number)) + (i === j ? ridge : 0),
    ),
  );
  const target = gram.map((_, i) => sumOver((row, at) => (row[i] as number) * (values[at] as number)));
  return solvePositive(gram, target);
}
