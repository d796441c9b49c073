// Macro-F1: the mean over classes of F1, the harmonic mean of precision and recall.
import { classMeanChance, countClasses } from "./classes.ts";
import { defineMetric } from "./metric.ts";

export default defineMetric({
  name: "macro-f1",
  label: "macro-F1",
  unit: "",
  goal: "maximise",
  range: [0, 1],
  summary: "Mean of each class's F1 (precision and recall); for classes of unequal size.",
  source: "https://doi.org/10.1016/j.ipm.2009.03.002; as scikit-learn's f1_score(average='macro')",
  chance: (classSizes) =>
    classMeanChance(classSizes, (largest01, classes) => (2 * largest01) / (1 + largest01) / classes),
  measure(scored) {
    const { actual, predicted, correct } = countClasses(scored);
    let [sum, classes] = [0, 0];
    for (const [label, count] of actual.entries()) {
      const total = count + (predicted[label] as number);
      // A class that is neither there nor predicted says nothing.
      if (total === 0) continue;
      sum += (2 * (correct[label] as number)) / total;
      classes += 1;
    }
    return sum / classes;
  },
});
