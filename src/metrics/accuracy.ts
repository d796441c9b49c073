// Accuracy: the share of examples whose highest score is that of their class.
import { highestOf, shareChance } from "./classes.ts";
import { defineMetric } from "./metric.ts";

export default defineMetric({
  name: "accuracy",
  label: "accuracy",
  unit: "share",
  goal: "maximise",
  range: [0, 1],
  summary: "Share of examples classified correctly.",
  source: "the figure of every table of image classification",
  chance: (classSizes) => shareChance(classSizes),
  measure({ logits, labels, classCount }) {
    let correct = 0;
    for (let row = 0; row < labels.length; row += 1)
      if (highestOf(logits, row, classCount) === labels[row]) correct += 1;
    return correct / labels.length;
  },
});
