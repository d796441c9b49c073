// Cross-entropy: the mean of −ln p of each example's class, where p is the softmax of its logits.
import { defineMetric } from "./metric.ts";

/** What a probability counts at least, so that one example cannot make the mean infinite. */
const leastProbability = 1e-30;

export default defineMetric({
  name: "cross-entropy",
  label: "cross-entropy",
  unit: "nats",
  goal: "minimise",
  range: [0, -Math.log(leastProbability)],
  summary: "Mean negative log-likelihood of the true class, without label smoothing; lower is better.",
  source: "https://en.wikipedia.org/wiki/Cross-entropy",
  measure({ logits, labels, classCount }) {
    let sum = 0;
    for (let row = 0; row < labels.length; row += 1) {
      const own = logits.subarray(row * classCount, (row + 1) * classCount);
      let highest = Number.NEGATIVE_INFINITY;
      for (const logit of own) highest = Math.max(highest, logit);
      let total = 0;
      for (const logit of own) total += Math.exp(logit - highest);
      const share = Math.exp((own[labels[row] as number] as number) - highest) / total;
      sum -= Math.log(Math.max(leastProbability, share));
    }
    return sum / labels.length;
  },
});
