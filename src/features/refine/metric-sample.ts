// A metric as a sample: numbers of one kind for every design whose mean estimates the metric, so that two designs that
// saw the same images are compared by the noise of their differences. It must not know how designs are trained.
import { createRandom } from "../../base/random.ts";
import { mean } from "../../math/statistics.ts";
import { type MetricDefinition, type Scored, scoreOf } from "../../metrics/index.ts";

export interface MetricSample {
  /** The metric on all examples; higher is better. */
  readonly score: number;
  /** In the order of the examples or of their groups, the same for every design. */
  readonly values: readonly number[];
}

/** Groups of examples that the jackknife leaves out, one at a time. */
const groups = 64;

/**
 * One value an example where the metric is a mean over examples, as accuracy is; otherwise pseudo-values of a jackknife
 * that leaves out one group of examples at a time. Each group holds its share of every class, since sets are in the
 * order of their classes. @see Efron and Stein 1981, https://doi.org/10.1214/aos/1176345462
 */
export function metricSample(metric: MetricDefinition, scored: Scored): MetricSample {
  const score = scoreOf(metric, metric.measure(scored));
  if (isMean(metric, scored.classCount)) return { score, values: singles(metric, scored) };
  const count = Math.min(groups, scored.labels.length);
  if (count < 2) return { score, values: [score] };
  const values = Array.from({ length: count }, (_, group) => {
    const rest = scoreOf(metric, metric.measure(rowsOf(scored, (row) => row % count !== group)));
    return count * score - (count - 1) * rest;
  });
  return { score, values };
}

const singles = (metric: MetricDefinition, scored: Scored): readonly number[] =>
  Array.from({ length: scored.labels.length }, (_, row) =>
    scoreOf(metric, metric.measure(rowsOf(scored, (other) => other === row, [row, row + 1]))),
  );

/** Tried on made-up examples of unequal classes, so that the answer is the same for every design. */
function isMean(metric: MetricDefinition, classCount: number): boolean {
  const random = createRandom("metric-sample", classCount);
  const labels = Array.from({ length: 24 }, () => Math.floor(classCount * random.next() ** 2));
  const logits = Float32Array.from({ length: labels.length * classCount }, () => random.normal());
  const made = { logits, labels, classCount };
  const whole = scoreOf(metric, metric.measure(made));
  return Math.abs(mean(singles(metric, made)) - whole) < 1e-9;
}

function rowsOf(
  { logits, labels, classCount }: Scored,
  isKept: (row: number) => boolean,
  [first, end] = [0, labels.length],
): Scored {
  const rows: number[] = [];
  for (let row = first; row < end; row += 1) if (isKept(row)) rows.push(row);
  const kept = new Float32Array(rows.length * classCount);
  for (const [place, row] of rows.entries())
    kept.set(logits.subarray(row * classCount, (row + 1) * classCount), place * classCount);
  return { logits: kept, labels: rows.map((row) => labels[row] as number), classCount };
}
