// What every metric must hold to, as checks that throw: each is run over every metric of the catalog, and the author of
// another one runs them over theirs. They know no metric by name and no test framework.
import assert from "node:assert/strict";
import { createRandom } from "../base/random.ts";
import type { MetricDefinition, Scored } from "../metrics/metric.ts";

export interface MetricCheck {
  readonly name: string;
  /** @throws AssertionError where the metric breaks the contract. */
  run(): void;
}

const classCount = 7;

function drawn(seed: number, labelOf: (row: number, draw: number) => number): Scored {
  const random = createRandom("metric-suite", seed);
  const labels = Array.from({ length: 60 }, (_, row) => labelOf(row, random.integer(classCount)));
  const logits = Float32Array.from({ length: 60 * classCount }, () => 3 * random.normal());
  return { logits, labels, classCount };
}

/** Logits that are as sure as may be of the class `take` names for each label. */
function sure({ labels }: Scored, take: (label: number) => number): Scored {
  const logits = new Float32Array(labels.length * classCount);
  for (let row = 0; row < labels.length; row += 1)
    logits[row * classCount + take(labels[row] as number)] = 40;
  return { logits, labels, classCount };
}

export function metricChecks(metric: MetricDefinition): readonly MetricCheck[] {
  const { goal, range, measure } = metric;
  const score = (scored: Scored) => (goal === "maximise" ? measure(scored) : -measure(scored));
  const some = drawn(1, (_, draw) => draw);
  return [
    {
      name: "is a finite number within its range, also where a class is absent or one example is all",
      run() {
        const one = { logits: new Float32Array(classCount), labels: [3], classCount };
        for (const scored of [some, drawn(2, (row) => row % 2), one]) {
          const value = measure(scored);
          assert.ok(Number.isFinite(value), String(value));
          assert.ok(range === undefined || (value >= range[0] && value <= range[1]), String(value));
        }
      },
    },
    {
      name: "gives perfect predictions its best value, and wrong ones a worse value",
      run() {
        const right = score(sure(some, (label) => label));
        const wrong = score(sure(some, (label) => (label + 1) % classCount));
        assert.ok(right > wrong, `${right} > ${wrong}`);
        const best = goal === "maximise" ? range?.[1] : range && -range[0];
        if (best !== undefined) assert.ok(Math.abs(right - best) < 1e-6, `${right}, and ${best} is the best`);
      },
    },
    {
      name: "does not depend on the order of the examples, nor on what it measured before",
      run() {
        const { logits, labels } = some;
        const order = Array.from({ length: labels.length }, (_, row) => labels.length - 1 - row);
        const turned = {
          logits: Float32Array.from(
            order.flatMap((row) => [...logits.subarray(row * classCount, (row + 1) * classCount)]),
          ),
          labels: order.map((row) => labels[row] as number),
          classCount,
        };
        const [first, again, other] = [measure(some), measure(some), measure(turned)];
        assert.equal(again, first);
        assert.ok(Math.abs(other - first) < 1e-9, `${other} and ${first}`);
      },
    },
  ];
}
