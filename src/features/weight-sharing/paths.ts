// What the shared weights say of single designs, and evolution on it: the second half of one-shot search. A design is
// the path through the supernet with the weights that it inherits; nothing is trained. It must not know where the
// weights come from.
import type { Random } from "../../base/random.ts";
import { createTrainer, type Weights } from "../../engine/index.ts";
import { type MetricDefinition, scoreOf } from "../../metrics/index.ts";
import { neighbours } from "../../search/constraints/create-domain.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Choices } from "../../search/space.ts";
import { createBatches } from "../../tasks/image-classification/index.ts";
import type { SupernetData } from "./data.ts";
import { pathNodes, type Supernet } from "./supernet.ts";

export interface PathMeasure {
  readonly supernet: Supernet;
  readonly weights: Weights;
  readonly data: SupernetData;
  readonly metric: MetricDefinition;
  /** Validation images measured, in whole batches. */
  readonly imageCount: number;
  readonly threads: number;
}

/** Norms take the statistics of the batch that is measured, so batches are not small. */
const batchSize = 128;

/** The score of a design with shared weights, higher being better, on the half that the weights never saw. */
export async function measurePath(measure: PathMeasure, choices: Choices): Promise<number> {
  const { supernet, weights, data, metric, threads } = measure;
  const { classCount } = supernet.space;
  const trainer = await createTrainer({
    nodes: pathNodes(supernet, choices),
    classCount,
    batchSize,
    optimiser: { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    seed: 0,
    threads,
  });
  const { validation: set, normalisation } = data;
  // Shuffled, the same for every design: a batch of one class would have another class's statistics in its norms.
  const batches = createBatches({ set, batchSize, normalisation, seed: "paths", thread: "caller" });
  try {
    trainer.setWeights(weights);
    const labels: number[] = [];
    const logits = new Float32Array((measure.imageCount + batchSize) * classCount);
    for await (const batch of batches.epoch(0)) {
      await trainer.gradientsOnly(batch);
      logits.set(trainer.logits(), labels.length * classCount);
      labels.push(...batch.labels);
      if (labels.length >= measure.imageCount) break;
    }
    const scored = { logits: logits.subarray(0, labels.length * classCount), labels, classCount };
    return scoreOf(metric, metric.measure(scored));
  } finally {
    await batches.close();
    await trainer.dispose();
  }
}

export interface RankedDesign {
  readonly choices: Choices;
  readonly score: number;
}

/**
 * Evolution on shared weights: a first population drawn from the allowed designs, then mutations of one decision and
 * crossings of the best half, until `measured` designs were measured. Gives all of them, the best first.
 * @see https://arxiv.org/abs/1904.00420
 */
export async function evolvePaths(
  measure: (choices: Choices) => Promise<number>,
  options: {
    readonly domain: Domain;
    readonly random: Random;
    readonly population: number;
    readonly measured: number;
  },
): Promise<readonly RankedDesign[]> {
  const { domain, random, population, measured } = options;
  const known = new Map<string, RankedDesign>();
  const ranking = () => [...known.values()].sort((a, b) => b.score - a.score);
  let barren = 0;
  while (known.size < measured && barren < 100) {
    const parents = ranking().slice(0, Math.max(2, population / 2));
    const child = known.size < population ? domain.sample(random) : breed(domain, parents, random);
    if (child === undefined || known.has(child.join()) || !domain.isFeasible(child)) {
      barren += 1;
      continue;
    }
    barren = 0;
    known.set(child.join(), { choices: child, score: await measure(child) });
  }
  return ranking();
}

function breed(domain: Domain, parents: readonly RankedDesign[], random: Random): Choices {
  const { choices } = random.pick(parents);
  if (random.next() < 0.5) return random.pick(neighbours(domain.space, choices));
  const other = random.pick(parents).choices;
  return choices.map((choice, decision) => (random.next() < 0.5 ? choice : other[decision]!));
}
