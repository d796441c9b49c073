// What earlier measurements teach: networks that beat the best hand-designed one after equal time of training, over seeds,
// at limits where both were measured. A search by the clock tries them before designs of its own; they are fitted to the
// person's limits and images as references are. Nothing enters without figures in `docs/results/experience.md`.
import { residualNetwork } from "../references/parts/residual-network.ts";
import type { ReferenceDefinition } from "../references/reference.ts";

export const experience: readonly ReferenceDefinition[] = [
  {
    name: "early-resnet",
    summary:
      "Four residual blocks of two 3×3 convolutions, none of them at the images' full size: two at 32 channels, two at 36.",
    source: "docs/results/experience.md",
    build: (setting) =>
      residualNetwork(
        "early-resnet",
        [
          { channels: 32, blocks: 2, halves: true },
          { channels: 36, blocks: 2, halves: true },
        ],
        setting,
      ),
  },
];
