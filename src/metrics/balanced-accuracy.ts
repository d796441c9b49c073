// Balanced accuracy: the mean over classes of the share that was classified correctly, so that a rare class counts
// as much as a common one.
import { classMeanChance, countClasses } from "./classes.ts";
import { defineMetric } from "./metric.ts";

export default defineMetric({
  name: "balanced-accuracy",
  label: "balanced accuracy",
  unit: "share",
  goal: "maximise",
  range: [0, 1],
  summary: "Mean of each class's share classified correctly; for classes of unequal size.",
  source: "https://doi.org/10.1109/ICPR.2010.764; as scikit-learn's balanced_accuracy_score",
  chance: (classSizes) => classMeanChance(classSizes, (_, classes) => 1 / classes),
  measure(scored) {
    const { actual, correct } = countClasses(scored);
    let [sum, classes] = [0, 0];
    for (const [label, count] of actual.entries()) {
      if (count === 0) continue;
      sum += (correct[label] as number) / count;
      classes += 1;
    }
    return sum / classes;
  },
});
