// Top-5 accuracy: the share of examples whose class is among the five highest scores.
import { shareChance } from "./classes.ts";
import { defineMetric } from "./metric.ts";

const places = 5;

export default defineMetric({
  name: "top-5-accuracy",
  label: "top-5 accuracy",
  unit: "share",
  goal: "maximise",
  range: [0, 1],
  summary: "Share of examples whose class is among the five highest scores; for many classes.",
  source: "https://arxiv.org/abs/1409.0575",
  chance: (classSizes) => shareChance(classSizes, places),
  measure({ logits, labels, classCount }) {
    let correct = 0;
    for (let row = 0; row < labels.length; row += 1) {
      const start = row * classCount;
      const label = labels[row] as number;
      const own = logits[start + label] as number;
      let ahead = 0;
      for (let index = 0; index < classCount; index += 1) {
        const other = logits[start + index] as number;
        if (other > own || (other === own && index < label)) ahead += 1;
      }
      if (ahead < places) correct += 1;
    }
    return correct / labels.length;
  },
});
